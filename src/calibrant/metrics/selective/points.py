"""Points of the risk-coverage curve: accuracy of a share of rows, share at an accuracy."""

from dataclasses import dataclass
from typing import ClassVar, final

import torch
from jaxtyping import Float64, Int
from torch import Tensor

from calibrant.metrics.ranking.curve_point import CurvePoint
from calibrant.metrics.ranking.steps import Masses, Steps, over
from calibrant.metrics.ranking.top_share import (
    check_share,
    positives_in,
    positives_reach,
    step_of_share,
)
from calibrant.statistics.score_grid import View

__all__ = ["AccuracyAtCoverage", "CoverageAtAccuracy"]

ROUNDING = 1e-12  # of shares of weights

Scalar = Float64[Tensor, "*replicate"]


class SelectivePoint(CurvePoint):
    """A number of the rows accepted down to some confidence in their likeliest class."""

    view: ClassVar[View] = "top_label"
    sides: ClassVar[tuple[str, str]] = ("right", "wrong")

    @final
    def undefined(self, steps: Steps) -> str:
        """See `StepMetric.undefined`."""
        return "" if float((steps.up + steps.down).sum()) > 0 else "it takes rows"


@dataclass(frozen=True, slots=True)
class AccuracyAtCoverage(SelectivePoint):
    """Accuracy of the share of rows with the highest confidence, in [0, 1].

    Rows of one confidence that straddle the share are shared out evenly, as a random choice
    among them would on average.

    Parameters
    ----------
    coverage : float, default 0.8
        Share of all rows that are accepted, by weight; above 0.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.9, 0.8, 0.7, 0.6], outcomes=[1, 1, 0, 1])
    >>> AccuracyAtCoverage(0.5)(rows).value
    1.0
    """

    coverage: float = 0.8
    higher_is_better: ClassVar[bool | None] = True

    def __post_init__(self) -> None:
        check_share("coverage", self.coverage, zero=False)

    def value_of(self, steps: Steps) -> Scalar:
        """See `StepMetric.value_of`."""
        return (positives_in(steps, self._share)[..., 0] / self._accepted(steps)).clamp(max=1)

    def place_of(self, steps: Steps) -> Int[Tensor, "*replicate"]:
        """See `StepMetric.place_of`: where the share ends."""
        return step_of_share(steps, self._share)[..., 0]

    def reach(self, steps: Steps) -> tuple[Scalar, Scalar]:
        """See `StepMetric.reach`."""
        low, high = positives_reach(steps, self._share)
        accepted = self._accepted(steps)
        return low[0] / accepted, (high[0] / accepted).clamp(max=1)

    @property
    def _share(self) -> Float64[Tensor, " share"]:
        return torch.tensor([self.coverage], dtype=torch.float64)

    def _accepted(self, steps: Steps) -> Scalar:
        return self.coverage * (steps.up + steps.down).sum(-1)


@dataclass(frozen=True, slots=True)
class CoverageAtAccuracy(SelectivePoint):
    """Greatest share of rows that can be accepted with at least some accuracy, in [0, 1].

    Over all thresholds of confidence, rows of one confidence accepted together; `details` tell
    the threshold. 0 where no threshold has it. The threshold is chosen on the rows that it is
    measured on, so the share is optimistic.

    Parameters
    ----------
    accuracy : float, default 0.95
        Least accuracy of the accepted rows; above 0.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.9, 0.8, 0.7, 0.6], outcomes=[1, 1, 0, 1])
    >>> CoverageAtAccuracy(0.75)(rows).value  # all four: 3 of 4 are right
    1.0
    """

    accuracy: float = 0.95
    higher_is_better: ClassVar[bool | None] = True
    rough: ClassVar[str] = "it is the best of many thresholds"

    def __post_init__(self) -> None:
        check_share("accuracy", self.accuracy, zero=False)

    def value_of(self, steps: Steps) -> Scalar:
        """See `StepMetric.value_of`."""
        return self._reached(steps).amax(-1)

    def place_of(self, steps: Steps) -> Int[Tensor, "*replicate"]:
        """See `StepMetric.place_of`: the threshold."""
        return self._reached(steps).argmax(-1)

    def reach(self, steps: Steps) -> tuple[Scalar, Scalar]:
        """See `StepMetric.reach`: inside a step the right rows first, then wrong ones."""
        accepted = steps.hits + steps.alarms
        able = steps.hits >= (self.accuracy - ROUNDING) * (accepted - steps.down)
        most = torch.minimum(accepted, steps.hits / self.accuracy) / accepted[-1]
        inside = torch.where(able, most, 0)
        reached = self._reached(steps)
        best = torch.where(steps.alone, reached, torch.maximum(inside, reached)).max()
        return reached.max(), best

    def details_of(self, steps: Steps) -> dict[str, float]:
        """See `StepMetric.details_of`."""
        reached = self._reached(steps)
        k = int(reached.argmax())
        if float(reached[k]) <= 0:
            return {}
        accuracy = steps.hits[k] / (steps.hits[k] + steps.alarms[k])
        return {"threshold": float(steps.scores[k]), "accuracy": float(accuracy)}

    def note_of(self, value: float) -> str:
        """See `StepMetric.note_of`."""
        told = "optimistic: the threshold was chosen on these rows"
        return told if value > 0 else f"{told}; 0 where no threshold is as asked"

    def _reached(self, steps: Steps) -> Masses:
        """Share accepted from every step up; 0 where its accuracy is too low."""
        accepted = steps.hits + steps.alarms
        enough = over(steps.hits, accepted) >= self.accuracy - ROUNDING
        return torch.where(enough, accepted / accepted[..., -1:], 0)
