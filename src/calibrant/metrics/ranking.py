"""AUROC: how well the stated probabilities rank the rows."""

import math
import warnings
from dataclasses import dataclass
from decimal import ROUND_UP, Context
from typing import ClassVar

import torch
from jaxtyping import Float64, Int
from torch import Tensor

from calibrant.errors import CalibrantWarning, InputError
from calibrant.metrics.base import RowMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import Interval, logit_interval
from calibrant.metrics.roc_area import RocArea, roc_area
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.forms import Logits
from calibrant.prediction.rows import Rows
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.power_sums import sum_by
from calibrant.statistics.score_grid import ScoreGrid
from calibrant.statistics.tally import Tally

__all__ = ["MacroAUROC", "PositiveAUROC"]

METHOD = "DeLong, on the scale of log-odds"
SOFT = "not available: the variance needs hard labels"


@dataclass(frozen=True, slots=True)
class PositiveAUROC(RowMetric):
    """Chance that a positive row is stated a higher probability than a negative one, in [0, 1].

    Ties count one half. From rows it is exact; from a tally scores within one cell of the
    grid count as tied, which the estimate bounds. Undefined without positives or negatives.
    Of events, how well the confidence ranks what happened. The interval is DeLong's, on the
    scale of the log-odds.

    References
    ----------
    .. [1] Hanley, McNeil. "The Meaning and Use of the Area under a ROC Curve." Radiology 143,
       1982. For the interval see `calibrant.metrics.roc_area` and `calibrant.metrics.intervals`.

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
        """See `Metric.statistic`."""
        return ScoreGrid("positive")

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `Metric.read`."""
        return torch.tensor(roc_area(*_masses(tally)[:2]).value, dtype=torch.float64)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `Metric.estimate`; warns where the grid is too coarse for the interval."""
        del class_names
        masses, n = _masses(tally), int(tally["count"].sum())
        area = roc_area(*masses[:2])
        hard = bool((tally["wy"] - tally["wyy"]).abs().sum() <= 1e-9 * tally["w"].sum())
        estimate = _estimate(area, area.variance(*masses), n, level, hard=hard)
        note = f"from the grid, at most {_rounded_up(area.bound)} off"
        if estimate.low is not None and estimate.high is not None:
            assert isinstance(estimate.low, float)
            assert isinstance(estimate.high, float)
            if area.bound > (estimate.high - estimate.low) / 10:
                off = _rounded_up(area.bound)
                text = f"auroc from the grid may be {off} off: scores crowd in few cells"
                warnings.warn(f"{text}. Evaluate rows in memory.", CalibrantWarning, stacklevel=2)
        return _noted(estimate, note) if not math.isnan(area.value) else estimate

    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `RowMetric.estimate_rows`."""
        events, scores = _scored(rows)
        weight, outcome = events.weight(), events.outcome.double()
        order, rank, n_ranks = _ranks(scores)
        masses = _masses_by_rank(rank, n_ranks, weight[order], outcome[order])
        area = roc_area(*masses[:2])
        hard = events.outcome.dtype == torch.bool
        return _estimate(area, area.variance(*masses), len(rows), level, hard=hard)


@dataclass(frozen=True, slots=True)
class MacroAUROC(RowMetric):
    """Mean over classes of the one-vs-rest AUROC, in [0, 1].

    Classes that never come out, or always do, have none and are left out; the estimate says
    how many. The interval, from rows only, is that of the mean of the rows' influences: rows
    are shared by the classes, so their areas are not independent.

    References
    ----------
    .. [1] Provost, Domingos. "Well-Trained PETs." 2000: one-vs-rest. DeLong et al. 1988 for the
       influence of a row on an area.

    Examples
    --------
    >>> import calibrant as cal
    >>> probs = [[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.3, 0.6, 0.1], [0.1, 0.2, 0.7]]
    >>> MacroAUROC()(cal.predictions(probs=probs, labels=[0, 1, 0, 2])).value
    0.8888888888888888
    """

    higher_is_better: ClassVar[bool | None] = True

    @property
    def statistic(self) -> ClassGrids:
        """See `Metric.statistic`."""
        return ClassGrids()

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `Metric.read`."""
        areas = [roc_area(y, w - y).value for w, y in zip(tally["w"], tally["wy"], strict=True)]
        return torch.tensor(areas, dtype=torch.float64).nanmean()

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `Metric.estimate`."""
        del level, class_names
        areas = [roc_area(y, w - y) for w, y in zip(tally["w"], tally["wy"], strict=True)]
        known = [area for area in areas if not math.isnan(area.value)]
        n = int(tally["count"][0].sum())
        if not known:
            return _undefined(n)
        value = sum(area.value for area in known) / len(known)
        bound = sum(area.bound for area in known) / len(known)
        why = "not available: classes share their rows, so the average needs rows in memory"
        estimate = Estimate(value, None, None, None, n, why)
        note = f"from the grid, at most {_rounded_up(bound)} off"
        return _noted(estimate, "; ".join(filter(None, (_left_out(areas, known), note))))

    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `RowMetric.estimate_rows`."""
        if not isinstance(rows, Predictions):
            raise InputError("rows", "be predictions over classes", rows.kind, "Use predictions().")
        weight, n = rows.weight(), len(rows)
        influence = torch.zeros(n, dtype=torch.float64, device=rows.device)
        areas: list[RocArea] = []
        for k in range(rows.n_classes):
            scores = rows.full_probs[:, k].contiguous()
            outcome = rows.soft[:, k] if rows.soft is not None else (rows.hard == k).double()
            order, rank, n_ranks = _ranks(scores)
            sorted_weight, positive = weight[order], outcome[order]
            masses = _masses_by_rank(rank, n_ranks, sorted_weight, positive)
            area = roc_area(*masses[:2])
            areas.append(area)
            if not math.isnan(area.value):
                up = positive * (area.below[rank] - area.value) / masses[0].sum()
                down = (1 - positive) * (area.above[rank] - area.value) / masses[1].sum()
                influence[order] += sorted_weight * (up + down)
        known = [area for area in areas if not math.isnan(area.value)]
        if not known:
            return _undefined(n)
        value = sum(area.value for area in known) / len(known)
        n_effective = float(weight.sum() ** 2 / weight.square().sum())
        variance = float((influence / len(known)).square().sum())
        variance *= n_effective / (n_effective - 1) if n_effective > 1 else 0
        if rows.soft is not None:
            interval = Interval(None, None, SOFT)
        else:
            interval = logit_interval(value, variance, level, METHOD)
        shown = level if interval.low is not None else None
        ends = interval.low, interval.high, shown
        return Estimate(value, *ends, n, interval.method, note=_left_out(areas, known))


def _scored(rows: Rows) -> tuple[Events, Float64[Tensor, " row"] | Tensor]:
    """Positive-class events and numbers that rank them, free of the rounding of a softmax."""
    if isinstance(rows, Events):
        return rows, rows.stated
    assert isinstance(rows, Predictions)  # checked where rows are tallied
    events, form = rows.positive(), rows.declared
    if isinstance(form, Logits):
        return events, form.values[:, 1] - form.values[:, 0]
    return events, form.values if rows.is_positive else events.prob


def _ranks(scores: Tensor) -> tuple[Int[Tensor, " row"], Int[Tensor, " row"], int]:
    """Order of rising scores, rank of every ordered row (ties share it), number of ranks."""
    ordered, order = scores.sort()
    new = torch.ones_like(order, dtype=torch.bool)
    new[1:] = ordered[1:] != ordered[:-1]
    rank = new.cumsum(0) - 1
    return order, rank, int(rank[-1]) + 1


def _masses_by_rank(
    rank: Int[Tensor, " row"], n_ranks: int, weight: Tensor, outcome: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Weights, then squared weights, of positives and of negatives at every rank."""
    other = 1 - outcome
    terms = (weight * outcome, weight * other, (weight * outcome) ** 2, (weight * other) ** 2)
    first, second, third, fourth = (sum_by(rank, term, n_ranks) for term in terms)
    return first, second, third, fourth


def _masses(tally: Tally) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """As `_masses_by_rank`, from the columns of a grid."""
    twice = tally["wwyy"]
    return tally["wy"], tally["w"] - tally["wy"], twice, tally["ww"] - 2 * tally["wwy"] + twice


def _estimate(area: RocArea, variance: float, n: int, level: float, *, hard: bool) -> Estimate:
    if math.isnan(area.value):
        return _undefined(n)
    if not hard:
        interval = Interval(None, None, SOFT)
    elif math.isnan(variance):
        interval = Interval.missing("one positive or negative row tells nothing of the spread")
    else:
        interval = logit_interval(area.value, variance, level, METHOD)
    shown = level if interval.low is not None else None
    return Estimate(area.value, interval.low, interval.high, shown, n, interval.method)


def _rounded_up(bound: float) -> str:
    """Two digits of a bound that still bound."""
    return f"{float(Context(prec=2, rounding=ROUND_UP).create_decimal_from_float(bound)):.2g}"


def _undefined(n: int) -> Estimate:
    why = "it takes positive and negative rows"
    return Estimate(
        float("nan"), None, None, None, n, f"not available: {why}", note=f"undefined: {why}"
    )


def _noted(estimate: Estimate, note: str) -> Estimate:
    return Estimate(
        estimate.value,
        estimate.low,
        estimate.high,
        estimate.level,
        estimate.n,
        estimate.method,
        note=note,
    )


def _left_out(areas: list[RocArea], known: list[RocArea]) -> str:
    missing = len(areas) - len(known)
    return (
        f"{missing} of {len(areas)} classes never came out or always did: left out"
        if missing
        else ""
    )
