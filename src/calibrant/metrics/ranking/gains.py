"""What the rows ranked highest hold: share of the positives, and how many times the average."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64, Int
from torch import Tensor

from calibrant.metrics.ranking.curve_point import CurvePoint
from calibrant.metrics.ranking.steps import Steps
from calibrant.metrics.ranking.top_share import (
    check_share,
    positives_in,
    positives_reach,
    step_of_share,
)

__all__ = ["Captured", "Lift"]

Scalar = Float64[Tensor, "*replicate"]


@dataclass(frozen=True, slots=True)
class Captured(CurvePoint):
    """Share of the positives among the share of rows ranked highest, in [0, 1].

    Tied rows at the end of the share are shared out evenly, as a random choice would on
    average. A random order gives the share itself. Undefined without positives.

    Parameters
    ----------
    share : float, default 0.1
        Share of all rows, by weight.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])
    >>> Captured(0.5)(rows).value  # .8 and .4 hold one of two
    0.5
    """

    share: float = 0.1
    higher_is_better: ClassVar[bool | None] = True

    def __post_init__(self) -> None:
        check_share("share", self.share, zero=False)

    def value_of(self, steps: Steps) -> Scalar:
        """See `StepMetric.value_of`."""
        return positives_in(steps, _one(self.share))[..., 0] / steps.up.sum(-1)

    def place_of(self, steps: Steps) -> Int[Tensor, "*replicate"]:
        """See `StepMetric.place_of`: where the share ends."""
        return step_of_share(steps, _one(self.share))[..., 0]

    def reach(self, steps: Steps) -> tuple[Scalar, Scalar]:
        """See `StepMetric.reach`."""
        low, high = positives_reach(steps, _one(self.share))
        return low[0] / steps.up.sum(), high[0] / steps.up.sum()


@dataclass(frozen=True, slots=True)
class Lift(CurvePoint):
    """Share of positives among the rows ranked highest, over that among all, at least 0.

    2 means twice as many positives as a random choice of as many rows; at most one over the
    share of positives, or over the share of rows. For ties see `Captured`.

    Parameters
    ----------
    share : float, default 0.1
        Share of all rows, by weight.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])
    >>> Lift(0.25)(rows).value  # .8 is positive, one of two is
    2.0
    """

    share: float = 0.1
    higher_is_better: ClassVar[bool | None] = True

    def __post_init__(self) -> None:
        check_share("share", self.share, zero=False)

    def value_of(self, steps: Steps) -> Scalar:
        """See `StepMetric.value_of`."""
        return Captured(self.share).value_of(steps) / self.share

    def place_of(self, steps: Steps) -> Int[Tensor, "*replicate"]:
        """See `StepMetric.place_of`: where the share ends."""
        return step_of_share(steps, _one(self.share))[..., 0]

    def reach(self, steps: Steps) -> tuple[Scalar, Scalar]:
        """See `StepMetric.reach`."""
        low, high = Captured(self.share).reach(steps)
        return low / self.share, high / self.share


def _one(share: float) -> Float64[Tensor, " share"]:
    return torch.tensor([share], dtype=torch.float64)
