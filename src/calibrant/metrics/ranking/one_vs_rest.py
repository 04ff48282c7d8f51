"""AUROC of every class against the rest, averaged or not."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Bool, Float64
from torch import Tensor

from calibrant.metrics.intervals import Interval
from calibrant.metrics.ranking.area_interval import area_interval
from calibrant.metrics.ranking.class_average import OneVsRest, Spread
from calibrant.metrics.ranking.class_ranking import ClassRanking
from calibrant.metrics.ranking.influences import area_and_influences
from calibrant.metrics.ranking.placements import placements
from calibrant.metrics.ranking.rank_area import (
    rank_area,
    rank_area_bound,
    rank_area_variance,
)
from calibrant.metrics.ranking.steps import Split, Steps

__all__ = ["INFLUENCES", "MacroAUROC", "OneVsRestAUROC"]

INFLUENCES = "DeLong, on the scale of log-odds"


@dataclass(frozen=True, slots=True)
class OneVsRestAUROC(OneVsRest):
    """AUROC of every class against the rest, in [0, 1]: averaged, pooled, or each.

    For the averages see `OneVsRest`. Classes that never come out, or always do, have none and
    are left out; the estimate says how many. The interval, of averages from rows only, is that
    of the mean of the rows' influences: rows are shared by the classes, so their areas are not
    independent. Single classes, and two classes, which are one ranking, have that of
    `PositiveAUROC`.

    References
    ----------
    .. [1] Provost, Domingos. "Well-Trained PETs." 2000: one-vs-rest. DeLong et al. 1988 for the
       influence of a row on an area; Obuchowski. "Nonparametric Analysis of Clustered ROC
       Curve Data." Biometrics 53, 1997: rows that count several times.

    Examples
    --------
    >>> import calibrant as cal
    >>> probs = [[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.3, 0.6, 0.1], [0.1, 0.2, 0.7]]
    >>> rows = cal.predictions(probs=probs, labels=[0, 1, 0, 2])
    >>> [round(area, 4) for area in OneVsRestAUROC("per_class")(rows).value]
    [1.0, 0.6667, 1.0]
    """

    interval_method: ClassVar[str] = INFLUENCES
    one_of_two: ClassVar[bool] = True
    what: ClassVar[str] = "auroc"
    takes: ClassVar[str] = "it takes positive and negative rows"
    left_out: ClassVar[str] = "never came out or always did"

    def of_hard(
        self, scores: Tensor, positive: Bool[Tensor, " row"], weight: Float64[Tensor, " row"]
    ) -> ClassRanking:
        """See `OneVsRest.of_hard`."""
        up = weight * positive
        if min(up.sum(), (weight - up).sum()) <= 0:
            return ClassRanking(math.nan, torch.zeros_like(weight))
        return area_and_influences(placements(scores, positive, weight), positive, weight)

    def of_steps(self, steps: Split) -> Float64[Tensor, "*class"]:
        """See `OneVsRest.of_steps`."""
        return rank_area(steps)

    def bound_of(self, steps: Steps) -> Float64[Tensor, "*class"]:
        """See `OneVsRest.bound_of`: half the share of tied pairs."""
        return rank_area_bound(steps)

    def variance_of(self, steps: Steps) -> Float64[Tensor, "*class"]:
        """See `OneVsRest.variance_of`: DeLong's."""
        return rank_area_variance(steps)

    def interval_of(
        self, value: float, spread: Spread, sides: tuple[float, float], level: float
    ) -> Interval:
        """See `OneVsRest.interval_of`."""
        return area_interval(value, spread[0], sides, level)


@dataclass(frozen=True, slots=True)
class MacroAUROC(OneVsRestAUROC):
    """Mean over classes of the one-vs-rest AUROC, in [0, 1]; see `OneVsRestAUROC`.

    Examples
    --------
    >>> import calibrant as cal
    >>> probs = [[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.3, 0.6, 0.1], [0.1, 0.2, 0.7]]
    >>> round(MacroAUROC()(cal.predictions(probs=probs, labels=[0, 1, 0, 2])).value, 4)
    0.8889
    """
