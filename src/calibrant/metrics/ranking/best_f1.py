"""Best F1 over all thresholds."""

from dataclasses import dataclass
from typing import final

import torch
from jaxtyping import Bool
from torch import Tensor

from calibrant.metrics.intervals import Interval, wilson
from calibrant.metrics.ranking.curve_point import UNBIASED, effective, unbiased_best
from calibrant.metrics.ranking.points import BestPoint, Corner
from calibrant.metrics.ranking.steps import Masses, Steps, over

__all__ = ["BestF1"]


@dataclass(frozen=True, slots=True)
class BestF1(BestPoint):
    """Greatest F1 over all thresholds, in [0, 1]; undefined without positives.

    The threshold, which `details` tell, was chosen on the rows that it is measured on: the
    value is optimistic, most of all with few positives. Choose it on other rows to report it.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])
    >>> BestF1()(rows).value  # from .35 up: 2 * 2 / (2 + 1 + 2)
    0.8
    """

    def number(self, corner: Corner) -> Masses:
        """See `BestPoint.number`."""
        return over(2 * corner.hits, corner.hits + corner.alarms + corner.up)

    def allowed(self, corner: Corner) -> Bool[Tensor, "*replicate step"]:
        """See `BestPoint.allowed`."""
        return torch.ones_like(corner.hits, dtype=torch.bool)

    @final
    def resampled(self, steps: Steps, level: float) -> Interval:
        """See `CurvePoint.resampled`: Wilson's, of Jaccard's index at the best threshold."""
        jaccard, few, k = unbiased_best(steps, _jaccard)
        rows = (
            torch.cat((of[: k + 1], all_of))
            for of, all_of in ((few.down, few.up), (few.down_twice, few.up_twice))
        )
        end = wilson(min(max(jaccard, 0.0), 1.0), effective(*rows), level)
        assert end.low is not None
        assert end.high is not None
        low, high = (2 * index / (1 + index) for index in (end.low, end.high))
        return Interval(low, high, f"Wilson, of Jaccard's index, {UNBIASED}")


def _jaccard(steps: Steps) -> Masses:
    hits, alarms = steps.hits, steps.alarms
    return hits / (alarms + hits[..., -1:])
