"""AUROC of every pair of classes, averaged: Hand and Till's measure."""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.base import RowMetric
from calibrant.metrics.bounds import from_grid
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import Interval
from calibrant.metrics.ranking.area_interval import area_interval
from calibrant.metrics.ranking.class_average import LONELY, SHARED
from calibrant.metrics.ranking.influences import area_and_influences
from calibrant.metrics.ranking.one_vs_rest import INFLUENCES
from calibrant.metrics.ranking.placements import by_rank, placements
from calibrant.metrics.ranking.positive import SOFT
from calibrant.metrics.ranking.roc_area import roc_area
from calibrant.metrics.ranking.rounded import rounded_logit_interval
from calibrant.metrics.ranking.sides import sides_of_classes, support_of
from calibrant.metrics.settings import check_choice
from calibrant.prediction.base import Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.joint import Joint
from calibrant.statistics.pair_grids import PairGrids
from calibrant.statistics.power_sums import sum_by
from calibrant.statistics.score_grid import ScoreGrid
from calibrant.statistics.scores import class_scores
from calibrant.statistics.tally import Tally

__all__ = ["OneVsOneAUROC", "PairAverage"]

PairAverage = Literal["macro", "weighted"]

Pairs = Float64[Tensor, "first second"]


@dataclass(frozen=True, slots=True)
class OneVsOneAUROC(RowMetric):
    r"""Mean over pairs of classes of the AUROC that tells them apart, in [0, 1].

    Of the rows of classes a and b alone: the chance that a row of a is stated a higher
    probability of a than a row of b, and the same for b; the mean of the two is the pair's.
    ``"macro"`` is the plain mean over pairs, which does not depend on how frequent the classes
    are; ``"weighted"`` weighs a pair by the rows of both. Pairs of a class that never comes out
    have none and are left out; the estimate says how many classes. From rows it is exact, with
    the interval of the rows' influences, as for one against the rest, and of two classes, which
    are one ranking, that of `PositiveAUROC`; soft labels have none. From a tally, of 128 classes
    at most, rows of one cell tie, and the estimate bounds what that moves.

    Parameters
    ----------
    average : "macro" or "weighted"
        How pairs are averaged.

    References
    ----------
    .. [1] Hand, Till. "A Simple Generalisation of the Area Under the ROC Curve for Multiple
       Class Classification Problems." Machine Learning 45, 2001.

    Examples
    --------
    >>> import calibrant as cal
    >>> probs = [[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.3, 0.6, 0.1], [0.1, 0.2, 0.7]]
    >>> rows = cal.predictions(probs=probs, labels=[0, 1, 0, 2])
    >>> round(OneVsOneAUROC()(rows).value, 4)  # the first two classes 3/4, the others 1
    0.9167
    """

    average: PairAverage = "macro"
    higher_is_better: ClassVar[bool | None] = True

    def __post_init__(self) -> None:
        check_choice("average", self.average, get_args(PairAverage))

    @property
    def statistic(self) -> Joint:
        """See `TallyMetric.statistic`: the grids of pairs, and a grid that counts the rows."""
        return Joint((PairGrids(), ScoreGrid("top_label")))

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN where rows are of one class."""
        return _of_grid(self.statistic.split(tally)[0], self.average)[0]

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; warns where the grid is too coarse."""
        del level
        pairs, grid = self.statistic.split(tally)
        value, bound, n_present = _of_grid(pairs, self.average)
        n = int(grid["count"].sum())
        if n_present < 2:
            return _undefined(n)
        note = _left_out(n_present, len(class_names))
        estimate = Estimate(float(value), None, None, None, n, SHARED, note=note)
        return from_grid(estimate, float(bound), "auroc_ovo")

    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `RowMetric.estimate_rows`."""
        if not isinstance(rows, Predictions):
            raise InputError("rows", "be predictions over classes", rows.kind, "Use predictions().")
        support = support_of(rows)
        present = [k for k in range(rows.n_classes) if support[k] > 0]
        n = len(rows)
        if len(present) < 2:
            return _undefined(n)
        shares = _shares(support[present], self.average)
        if rows.soft is None:
            areas, moved = _of_hard(rows, present, shares)
        else:
            areas, moved = _of_soft(rows, present), None
        value = float((areas * shares).sum())
        interval = Interval(None, None, SOFT)
        if moved is not None:
            if self.average == "weighted":  # the shares are estimates, too
                moved = moved + _mixed(rows, present, areas, value)
            interval = _interval(rows, value, float(moved.square().sum()), level)
        note = _left_out(len(present), rows.n_classes)
        shown = level if interval.low is not None else None
        return Estimate(value, interval.low, interval.high, shown, n, interval.method, note=note)


def _shares(support: Float64[Tensor, " class"], average: PairAverage) -> Pairs:
    """Share of every ordered pair in the average, half that of the pair."""
    weight = torch.ones_like(support) if average == "macro" else support
    both = weight[:, None] + weight
    return both.fill_diagonal_(0) / both.sum()


def _interval(rows: Predictions, value: float, variance: float, level: float) -> Interval:
    """Interval of hard labels; both areas of two classes are one."""
    if math.isnan(variance):
        return Interval.missing(LONELY)
    if rows.n_classes > 2:
        return rounded_logit_interval(value, variance, level, INFLUENCES)
    sides = (float(side[1]) for side in sides_of_classes(rows))
    return area_interval(value, variance, (next(sides), next(sides)), level)


def _undefined(n: int) -> Estimate:
    why = "it takes rows of two classes"
    method, note = f"not available: {why}", f"undefined: {why}"
    return Estimate(math.nan, None, None, None, n, method, note=note)


def _left_out(n_present: int, n_classes: int) -> str:
    missing = n_classes - n_present
    return f"{missing} of {n_classes} classes never came out: left out" if missing else ""


def _of_grid(
    pairs: Tally, average: PairAverage
) -> tuple[Float64[Tensor, ""], Float64[Tensor, ""], int]:
    """Average over pairs and its bound, half the share of ties; and the number of classes."""
    mass = pairs["wy"]
    support = mass[0].sum(dim=-1)
    present = (support > 0).nonzero().squeeze(-1)
    shares = _shares(support[present], average)
    areas, tied = torch.zeros_like(shares), torch.zeros_like(shares)
    for at, k in enumerate(present.tolist()):
        sides = mass[k, present]
        own, total = sides[at], sides.sum(dim=-1)
        below = sides.cumsum(dim=-1) - sides / 2
        areas[at] = (below @ own) / (total * total[at])
        tied[at] = (sides @ own) / (2 * total * total[at])
    return (areas * shares).sum(), (tied * shares).sum(), len(present)


def _of_hard(
    rows: Predictions, present: list[int], shares: Pairs
) -> tuple[Pairs, Float64[Tensor, " row"]]:
    """Area of every ordered pair, by the scores of its first class; how far each row moves all."""
    assert rows.hard is not None
    weight, areas = rows.weight(), torch.zeros_like(shares)
    moved = torch.zeros_like(weight)
    members = [(rows.hard == k).nonzero().squeeze(-1) for k in present]
    place = {k: at for at, k in enumerate(present)}
    for k, scores in enumerate(class_scores(rows)):
        if k not in place:
            continue
        a = place[k]
        for b, others in enumerate(members):
            if a == b:
                continue
            index = torch.cat((members[a], others))
            own = torch.arange(len(index), device=index.device) < len(members[a])
            mass = weight[index]
            one = area_and_influences(placements(scores.values[index], own, mass), own, mass)
            areas[a, b] = one.value
            moved[index] += shares[a, b] * one.influence
    return areas, moved


def _of_soft(rows: Predictions, present: list[int]) -> Pairs:
    """Area of every ordered pair, of rows that are of several classes in part."""
    assert rows.soft is not None
    masses = (rows.weight()[:, None] * rows.soft)[:, present]
    areas = torch.zeros(len(present), len(present), dtype=torch.float64)
    place = {k: at for at, k in enumerate(present)}
    for k, scores in enumerate(class_scores(rows)):
        if k not in place:
            continue
        order, rank, n_ranks = by_rank(scores.values)
        sides = [sum_by(rank, side, n_ranks) for side in masses[order].T]
        a = place[k]
        for b, side in enumerate(sides):
            if a != b:
                areas[a, b] = roc_area(sides[a], side).value
    return areas


def _mixed(
    rows: Predictions, present: list[int], areas: Pairs, value: float
) -> Float64[Tensor, " row"]:
    """How far every row moves the average by what its class gains in weight."""
    assert rows.hard is not None
    of_pairs = (areas + areas.T) / 2
    mean = torch.zeros(rows.n_classes, dtype=torch.float64)
    mean[present] = of_pairs.fill_diagonal_(0).sum(1) / (len(present) - 1)
    weight = rows.weight()
    return weight * (mean[rows.hard] - value) / weight.sum()
