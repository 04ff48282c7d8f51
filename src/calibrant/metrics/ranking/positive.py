"""AUROC: how well the stated probabilities rank the rows."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import RowMetric
from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.bounds import from_grid
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import Interval
from calibrant.metrics.ranking.area_interval import area_interval
from calibrant.metrics.ranking.placements import (
    by_rank,
    placements,
    placements_by_side,
    unweighted_area,
)
from calibrant.metrics.ranking.roc_area import RocArea, delong_part, roc_area
from calibrant.metrics.ranking.sides import effective_rows
from calibrant.prediction.rows import Rows
from calibrant.statistics.power_sums import sum_by
from calibrant.statistics.score_grid import ScoreGrid
from calibrant.statistics.scores import scores_of
from calibrant.statistics.tally import Tally

__all__ = ["SOFT", "PositiveAUROC", "area_of_masses", "undefined"]

SOFT = "not available: the variance needs hard labels"


@dataclass(frozen=True, slots=True)
class PositiveAUROC(RowMetric):
    """Chance that a positive row is stated a higher probability than a negative one, in [0, 1].

    Ties count one half. From rows it is exact; from a tally scores within one cell of the
    grid count as tied, which the estimate bounds. Undefined without positives or negatives.
    Of events, how well the confidence ranks what happened. For the interval, from hard labels,
    see `area_interval`; it takes two effective rows of either side.

    References
    ----------
    .. [1] Hanley, McNeil. "The Meaning and Use of the Area under a ROC Curve." Radiology 143,
       1982.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])
    >>> PositiveAUROC()(rows).value  # 3 of 4 pairs
    0.75
    """

    higher_is_better: ClassVar[bool | None] = True

    @property
    def statistic(self) -> ScoreGrid:
        """See `TallyMetric.statistic`."""
        return ScoreGrid("positive")

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`."""
        return torch.tensor(roc_area(*_masses(tally)[:2]).value, dtype=torch.float64)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; warns where the grid is too coarse for the interval."""
        del class_names
        masses, n = _masses(tally), int(tally["count"].sum())
        area = roc_area(*masses[:2])
        if math.isnan(area.value):
            return undefined(n)
        variance = area.variance(*masses) if hard_labels(tally) else None
        sides = effective_rows(masses[0], masses[2]), effective_rows(masses[1], masses[3])
        interval = _interval(area.value, variance, sides, level)
        return from_grid(_estimate(area.value, interval, n, level), area.bound, "auroc")

    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `RowMetric.estimate_rows`."""
        events, ranking = scores_of(rows, "positive")
        scores, positive = ranking.values, events.outcome
        if events.weights is None and positive.dtype == torch.bool:
            area = unweighted_area(scores, positive)
            if area is not None:
                return _of_counts(*area, level)
        weight = events.weight()
        if positive.dtype != torch.bool:
            value = area_of_masses(scores, positive, weight).value
            return _estimate(value, Interval(None, None, SOFT), len(rows), level)
        masses = [weight[side].sum() for side in (positive, ~positive)]
        if min(masses) <= 0:
            return undefined(len(rows))
        weights = weight[positive], weight[~positive]
        if events.weights is None:
            shares = placements_by_side(scores, positive)
        else:
            share = placements(scores, positive, weight)
            shares = share[positive], share[~positive]
        value = float((weights[0] * shares[0]).sum() / masses[0])
        variance = sum(
            delong_part(share, side.square(), value, mass)
            for share, side, mass in zip(shares, weights, masses, strict=True)
        )
        sides = tuple(effective_rows(side, side.square()) for side in weights)
        return _estimate(value, _interval(value, variance, sides, level), len(rows), level)


def _of_counts(value: float, variance: float, sides: tuple[float, float], level: float) -> Estimate:
    """Estimate from numbers of rows that all weigh 1."""
    n = int(sum(sides))
    if min(sides) <= 0:
        return undefined(n)
    interval = _interval(value, variance, tuple(torch.tensor(side) for side in sides), level)
    return _estimate(value, interval, n, level)


def area_of_masses(scores: Tensor, outcome: Tensor, weight: Float64[Tensor, " row"]) -> RocArea:
    """Area of rows that are positive in part: their weights, shared out, by score."""
    order, rank, n_ranks = by_rank(scores)
    up, weight = outcome[order].double(), weight[order]
    return roc_area(sum_by(rank, weight * up, n_ranks), sum_by(rank, weight * (1 - up), n_ranks))


def undefined(n: int) -> Estimate:
    """Estimate of an area that has no rows on one side."""
    why = "it takes positive and negative rows"
    method, note = f"not available: {why}", f"undefined: {why}"
    return Estimate(math.nan, None, None, None, n, method, note=note)


def _masses(tally: Tally) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Weights, then squared weights, of positives and of negatives in every cell."""
    twice = tally["wwyy"]
    return tally["wy"], tally["w"] - tally["wy"], twice, tally["ww"] - 2 * tally["wwy"] + twice


def _interval(
    value: float, variance: float | None, sides: tuple[Tensor, ...], level: float
) -> Interval:
    """Interval of an area; `variance` is None for soft labels, NaN for a lonely row."""
    if variance is None:
        return Interval(None, None, SOFT)
    if math.isnan(variance):
        return Interval.missing("one positive or negative row tells nothing of the spread")
    positive, negative = map(float, sides)
    return area_interval(value, variance, (positive, negative), level)


def _estimate(value: float, interval: Interval, n: int, level: float) -> Estimate:
    if math.isnan(value):
        return undefined(n)
    shown = level if interval.low is not None else None
    return Estimate(value, interval.low, interval.high, shown, n, interval.method)
