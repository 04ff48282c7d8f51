"""Numbers of the ROC curve besides its area: equal error rate, Youden's index, Gini."""

from dataclasses import dataclass
from typing import ClassVar, final

import torch
from jaxtyping import Float64, Int
from torch import Tensor
from torch.nn.functional import pad

from calibrant.metrics.intervals import Interval, newcombe
from calibrant.metrics.ranking.area_interval import area_interval
from calibrant.metrics.ranking.curve_point import UNBIASED, CurvePoint, effective, unbiased_best
from calibrant.metrics.ranking.rank_area import rank_area, rank_area_bound, rank_area_variance
from calibrant.metrics.ranking.sides import sides_of_steps
from calibrant.metrics.ranking.step_metric import SmoothStepMetric, StepMetric
from calibrant.metrics.ranking.steps import Masses, Steps

__all__ = ["EqualErrorRate", "Gini", "YoudenMax"]

Scalar = Float64[Tensor, "*replicate"]


class OfBothSides(StepMetric):
    """A number that takes positive and negative rows."""

    def undefined(self, steps: Steps) -> str:
        """See `StepMetric.undefined`."""
        both = min(float(steps.up.sum()), float(steps.down.sum()))
        return "" if both > 0 else "it takes positive and negative rows"


@dataclass(frozen=True, slots=True)
class EqualErrorRate(OfBothSides, CurvePoint):
    """Share of misses where it equals the share of false alarms, in [0, 1].

    As the threshold falls, the share of positives that are missed falls and that of negatives
    that raise an alarm rises; this is where they meet, on the straight line between two
    thresholds where they meet at none: what sharing out the tied rows at random gives on
    average. `details` tell the threshold whose step the lines meet in. .5 for a random order.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])
    >>> EqualErrorRate()(rows).value  # from .4 up: 1 of 2 missed, 1 of 2 alarmed
    0.5
    """

    higher_is_better: ClassVar[bool | None] = False
    rough: ClassVar[str] = "it is the best of many thresholds"

    def value_of(self, steps: Steps) -> Scalar:
        """See `StepMetric.value_of`."""
        k, missed, alarmed = _meeting(steps)
        gap = missed - alarmed
        before, after = (gap.gather(-1, at) for at in (k, k + 1))
        low, high = (alarmed.gather(-1, at) for at in (k, k + 1))
        return (low + before / (before - after) * (high - low)).squeeze(-1)

    def place_of(self, steps: Steps) -> Int[Tensor, "*replicate"]:
        """See `StepMetric.place_of`: the step of the meeting."""
        return _meeting(steps)[0].squeeze(-1)

    def reach(self, steps: Steps) -> tuple[Scalar, Scalar]:
        """See `StepMetric.reach`: in the step of the meeting, positives first, then last."""
        at, missed, alarmed = _meeting(steps)
        k = int(at)
        if bool(steps.alone[k]):
            return self.value_of(steps), self.value_of(steps)
        return torch.maximum(alarmed[k], missed[k + 1]), torch.minimum(missed[k], alarmed[k + 1])

    def details_of(self, steps: Steps) -> dict[str, float]:
        """See `StepMetric.details_of`."""
        return {"threshold": float(steps.scores[int(_meeting(steps)[0])])}


@dataclass(frozen=True, slots=True)
class YoudenMax(OfBothSides, CurvePoint):
    """Greatest recall less the share of false alarms, over all thresholds, in [0, 1].

    Youden's index at its best threshold, which `details` tell; also the two-sample
    Kolmogorov-Smirnov statistic of the scores of positives and negatives. It is chosen on the
    rows that it is measured on, so it is optimistic; a random order does not give 0. No
    relation to the Kolmogorov-Smirnov calibration error.

    References
    ----------
    .. [1] Youden. "Index for Rating Diagnostic Tests." Cancer 3, 1950.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])
    >>> YoudenMax()(rows).value  # from .8 up: 1 of 2 positives, no negative
    0.5
    """

    higher_is_better: ClassVar[bool | None] = True
    rough: ClassVar[str] = "it is the best of many thresholds"

    def value_of(self, steps: Steps) -> Scalar:
        """See `StepMetric.value_of`."""
        return _gaps(steps).amax(-1).clamp(min=0)

    def place_of(self, steps: Steps) -> Int[Tensor, "*replicate"]:
        """See `StepMetric.place_of`: the threshold."""
        return _gaps(steps).argmax(-1)

    def reach(self, steps: Steps) -> tuple[Scalar, Scalar]:
        """See `StepMetric.reach`: thresholds between cells; positives of each cell first."""
        reached = _gaps(steps)
        inside = steps.hits / steps.up.sum() - (steps.alarms - steps.down) / steps.down.sum()
        best = torch.where(steps.alone, reached, inside).max()
        return self.value_of(steps), best.clamp(min=0)

    def details_of(self, steps: Steps) -> dict[str, float]:
        """See `StepMetric.details_of`."""
        return {"threshold": float(steps.scores[_gaps(steps).argmax()])}

    def note_of(self, value: float) -> str:
        """See `StepMetric.note_of`."""
        del value
        return "optimistic: the threshold was chosen on these rows"

    @final
    def resampled(self, steps: Steps, level: float) -> Interval:
        """See `CurvePoint.resampled`: Newcombe's, of the difference at the best threshold."""
        best, few, k = unbiased_best(steps, _gaps)
        shares = float(few.hits[k] / few.hits[-1]), float(few.alarms[k] / few.alarms[-1])
        numbers = effective(few.up, few.up_twice), effective(few.down, few.down_twice)
        end = newcombe(shares, numbers, level)
        assert end.low is not None
        assert end.high is not None
        moved = best - (shares[0] - shares[1])
        low, high = (min(max(each + moved, 0.0), 1.0) for each in (end.low, end.high))
        return Interval(low, high, f"{end.method}, {UNBIASED}")


@dataclass(frozen=True, slots=True)
class Gini(OfBothSides, SmoothStepMetric):
    """Twice the AUROC less one, in [-1, 1]: 0 for a random order; also Somers' D.

    Examples
    --------
    >>> import calibrant as cal
    >>> Gini()(cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])).value
    0.5
    """

    higher_is_better: ClassVar[bool | None] = True

    def value_of(self, steps: Steps) -> Scalar:
        """See `StepMetric.value_of`."""
        return 2 * rank_area(steps) - 1

    def reach(self, steps: Steps) -> tuple[Scalar, Scalar]:
        """See `StepMetric.reach`."""
        value, bound = self.value_of(steps), 2 * rank_area_bound(steps)
        return value - bound, value + bound

    def variance_of(self, steps: Steps, value: Scalar) -> Scalar:
        """See `StepMetric.variance_of`: of the area."""
        del value
        return rank_area_variance(steps)

    def interval_of(self, steps: Steps, value: float, variance: float, level: float) -> Interval:
        """See `SmoothStepMetric.interval_of`: that of the area, stretched."""
        up, down = sides_of_steps(steps)
        end = area_interval((value + 1) / 2, variance, (float(up), float(down)), level)
        if end.low is None or end.high is None:
            return end
        return Interval(2 * end.low - 1, 2 * end.high - 1, end.method)


def _gaps(steps: Steps) -> Masses:
    hits, alarms = steps.hits, steps.alarms
    return hits / hits[..., -1:] - alarms / alarms[..., -1:]


def _meeting(
    steps: Steps,
) -> tuple[
    Int[Tensor, "*replicate 1"],
    Float64[Tensor, "*replicate end"],
    Float64[Tensor, "*replicate end"],
]:
    """Step in which misses and alarms meet; shares of both, from before the first step on."""
    hits, alarms = steps.hits, steps.alarms
    missed = pad(1 - hits / hits[..., -1:], (1, 0), value=1.0)
    alarmed = pad(alarms / alarms[..., -1:], (1, 0))
    met = (missed <= alarmed + 1e-15).long()
    return (met.argmax(-1, keepdim=True) - 1).clamp(min=0), missed, alarmed
