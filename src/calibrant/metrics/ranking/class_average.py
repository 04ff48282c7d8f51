"""Rankings of every class against the rest: what their averages have in common."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, final, get_args

import torch
from jaxtyping import Bool, Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.base import RowMetric
from calibrant.metrics.bounds import from_grid, with_bound
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import Interval, logit_interval
from calibrant.metrics.ranking.class_ranking import ClassRanking
from calibrant.metrics.ranking.class_steps import each_class, each_value, effective_sides
from calibrant.metrics.ranking.sides import Sides, sides_of_classes, support_of
from calibrant.metrics.ranking.steps import Split, Steps, ranked
from calibrant.metrics.settings import check_choice
from calibrant.prediction.base import Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.scores import Scores, class_scores, pair_scores
from calibrant.statistics.tally import Tally
from calibrant.statistics.threads import side_by_side

__all__ = ["LONELY", "SHARED", "ClassAverage", "OneVsRest", "Spread"]

ClassAverage = Literal["macro", "weighted", "per_class", "micro"]

TWICE = 2.0  # an average has little spread, and what is known of the excess is at least half of it
MANY = 1 << 16  # rows from which classes are ranked side by side
ROUNDING = 1e-12  # of sums over cells
SHARED = "not available: classes share their rows, so the average needs rows in memory"
SOFT = "not available: the variance needs hard labels"
LONELY = "a class of one row tells nothing of the spread"

Spread = tuple[float, float]  # variance of a value, and how much it may lie too high
PerClass = Float64[Tensor, " class"]
PerRanking = Float64[Tensor, " ranking"]  # of every class, or the one of all pooled
Spreads = tuple[PerRanking, PerRanking]  # as `Spread`


@dataclass(frozen=True, slots=True)
class OneVsRest(RowMetric, ABC):
    """A number of the ranking of each class against the rest, averaged over classes or not.

    ``"macro"`` is the plain mean over the classes that have a value, ``"weighted"`` that by how
    often they come out; ``"micro"`` ranks all pairs of a row and a class together, by whether
    the class came out; ``"per_class"`` is the vector. Classes without a value are left out, and
    the estimate says how many.
    """

    average: ClassAverage = "macro"
    higher_is_better: ClassVar[bool | None] = True
    interval_method: ClassVar[str] = ""  # of averages over more than two classes
    one_of_two: ClassVar[bool] = False  # whether both of two classes have the same number
    what: ClassVar[str] = ""
    takes: ClassVar[str] = ""  # rows without which a class has no value
    left_out: ClassVar[str] = ""  # what such a class did

    def __post_init__(self) -> None:
        check_choice("average", self.average, get_args(ClassAverage))

    @abstractmethod
    def of_hard(
        self, scores: Tensor, positive: Bool[Tensor, " row"], weight: Float64[Tensor, " row"]
    ) -> ClassRanking:
        """Ranking of hard labels."""

    @abstractmethod
    def of_steps(self, steps: Split) -> Float64[Tensor, "*class"]:
        """Value where every step is one score; NaN where there is none."""

    @abstractmethod
    def bound_of(self, steps: Steps) -> Float64[Tensor, "*class"]:
        """How far the value may be off, whatever the order inside the steps."""

    @abstractmethod
    def variance_of(self, steps: Steps) -> Float64[Tensor, "*class"]:
        """Variance of the value, of hard labels; NaN where nothing is known of the spread."""

    def excess_of(self, steps: Steps) -> Float64[Tensor, "*class"]:
        """How much the value may lie too high."""
        return torch.zeros_like(steps.up[..., 0])

    @abstractmethod
    def interval_of(
        self, value: float, spread: Spread, sides: tuple[float, float], level: float
    ) -> Interval:
        """Interval of one ranking, from its spread and the effective rows of either side."""

    @property
    @final
    def statistic(self) -> ClassGrids:
        """See `Metric.statistic`."""
        return ClassGrids()

    @final
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `Metric.read`."""
        return self._averaged(*each_value(tally, self.average, self.of_steps)[::-1])

    @final
    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `Metric.estimate`; warns where the grid is too coarse."""
        n, single = int(tally["count"][0].sum()), self._is_single(class_names)
        readings = [self.of_steps, self.bound_of]
        if single:
            readings += [self.variance_of, self.excess_of, *effective_sides()]
        support, values, bounds, *more = each_class(tally, self.average, *readings)
        bounds.clamp_(min=ROUNDING)
        if values.isnan().all():
            return self._undefined(values, support, n, class_names)
        hard = float((tally["wy"] - tally["wyy"]).abs().sum()) <= 1e-9 * float(support.sum())
        ends = [Interval(None, None, SHARED)]
        if single:
            spread = (more[0], more[1]) if hard else None
            ends = self._ends(values, spread, (more[2], more[3]), level)
        if self.average == "per_class":
            estimate = self._vector(values, ends, support, n, level=level, class_names=class_names)
            return self._bounded(estimate, bounds)
        note = "" if self.average == "micro" else self._note(values)
        value = float(self._averaged(values, support))
        bound = float(self._averaged(torch.where(values.isnan(), values, bounds), support))
        return from_grid(_estimate(value, ends[-1], n, level, note), bound, self.what)

    @final
    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `RowMetric.estimate_rows`."""
        if not isinstance(rows, Predictions):
            raise InputError("rows", "be predictions over classes", rows.kind, "Use predictions().")
        n, support = len(rows), support_of(rows)
        if self.average == "micro":
            values, spread, moved = self._together(rows)
        else:
            values, spread, moved = self._each(rows, support)
        if values.isnan().all():
            return self._undefined(values, support, n, rows.class_names)
        names = rows.class_names
        if self._is_single(names):
            hard = rows.soft is None
            sides = sides_of_classes(rows) if hard else (values, values)
            ends = self._ends(values, spread if hard else None, sides, level)
            if self.average == "per_class":
                return self._vector(values, ends, support, n, level=level, class_names=names)
            return _estimate(float(self._averaged(values, support)), ends[-1], n, level)
        value = float(self._averaged(values, support))
        if self.average == "weighted" and rows.hard is not None:  # the shares are estimates, too
            own = torch.where(values.isnan(), value, values)[rows.hard]
            moved = moved + rows.weight() * (own - value) / support.sum()
        interval = Interval(None, None, SOFT)
        if rows.soft is None and bool(spread[0][~values.isnan()].isnan().any()):
            interval = Interval.missing(LONELY)
        elif rows.soft is None:
            squares = float(moved.square().sum())
            excess = TWICE * float(self._averaged(spread[1], support))
            method = self.interval_method
            interval = logit_interval(value, squares, level, method, excess=excess)
        return _estimate(value, interval, n, level, self._note(values))

    def _is_single(self, class_names: tuple[str, ...]) -> bool:
        """Whether every number told is of one ranking alone."""
        one = self.one_of_two and self.average != "micro" and len(class_names) == 2
        return one or self.average == "per_class"

    def _each(
        self, rows: Predictions, support: PerClass
    ) -> tuple[PerClass, Spreads, Float64[Tensor, " row"]]:
        """Value and spread of every class, and how far each row moves their average."""
        weight, soft = rows.weight(), rows.soft
        values, variances, excess = torch.full((3, rows.n_classes), math.nan, dtype=torch.float64)
        moved, total = torch.zeros_like(weight), 0.0
        every = enumerate(class_scores(rows))
        if soft is not None:
            for k, scores in every:
                values[k] = self.of_steps(ranked(scores.values, soft[:, k], weight).steps)
            return values, (variances, excess), moved
        hard = rows.hard
        assert hard is not None

        def of_class(one: tuple[int, Scores]) -> ClassRanking:
            k, scores = one
            return self.of_hard(scores.values, hard == k, weight)

        ranking = side_by_side if len(rows) >= MANY and rows.device.type == "cpu" else map
        for k, one in enumerate(ranking(of_class, every)):
            values[k], excess[k] = one.value, one.excess
            if math.isnan(one.value):
                continue
            share = float(support[k]) if self.average == "weighted" else 1.0
            total += share
            variances[k] = torch.linalg.vector_norm(one.influence).square()
            moved.add_(one.influence, alpha=share)
        return values, (variances, excess), moved / total if total else moved

    def _together(self, rows: Predictions) -> tuple[PerRanking, Spreads, Float64[Tensor, " row"]]:
        """As `_each`, of all pairs of a row and a class; a row's pairs count as one."""
        scores = pair_scores(rows)
        weight = rows.weight().repeat(rows.n_classes)
        if rows.soft is not None:
            value = self.of_steps(ranked(scores, rows.soft.T.reshape(-1), weight).steps)[None]
            unknown = torch.full_like(value, math.nan)
            return value, (unknown, unknown), rows.weight()
        classes = torch.arange(rows.n_classes, device=rows.device)[:, None]
        one = self.of_hard(scores, (rows.hard == classes).reshape(-1), weight)
        moved = one.influence.view(rows.n_classes, -1).sum(0)
        value, excess = torch.tensor([[one.value], [one.excess]], dtype=torch.float64)
        return value, (moved.square().sum()[None], excess), moved

    def _averaged(self, values: PerRanking, support: PerClass) -> Float64[Tensor, "..."]:
        """Average over the classes that have a value; the vector where none is asked for."""
        if self.average == "per_class":
            return values
        if self.average == "micro":
            return values.reshape(())
        if self.average == "macro":
            return values.nanmean()
        known = ~values.isnan()
        return (values * support)[known].sum() / support[known].sum()

    def _ends(
        self, values: PerClass, spread: Spreads | None, sides: Sides, level: float
    ) -> list[Interval]:
        """Interval of every class, from the spread that hard labels have."""
        if spread is None:
            return [Interval(None, None, SOFT)] * len(values)
        columns = (one.tolist() for one in (values, *spread, *sides))
        return [
            Interval.missing(LONELY)
            if math.isnan(variance)
            else self.interval_of(value, (variance, excess), (n_up, n_down), level)
            for value, variance, excess, n_up, n_down in zip(*columns, strict=True)
        ]

    def _vector(
        self,
        values: PerClass,
        ends: list[Interval],
        support: PerClass,
        n: int,
        *,
        level: float,
        class_names: tuple[str, ...],
    ) -> Estimate:
        """Estimate with an entry a class."""
        known = [end for end in ends if end.low is not None]
        return Estimate(
            tuple(values.tolist()),
            tuple(math.nan if end.low is None else end.low for end in ends) if known else None,
            tuple(math.nan if end.high is None else end.high for end in ends) if known else None,
            level if known else None,
            n,
            (known or ends)[0].method,
            names=class_names,
            support=tuple(support.tolist()),
            note=self._note(values),
        )

    def _bounded(self, estimate: Estimate, bounds: PerClass) -> Estimate:
        """Vector with the largest bound; warns for the class whose interval it matters most to."""
        ends = estimate.low, estimate.high
        largest = float(bounds[~bounds.isnan()].max())
        matters, low, high = largest, None, None
        if isinstance(ends[0], tuple) and isinstance(ends[1], tuple):
            widths = torch.tensor(ends[1]).double() - torch.tensor(ends[0]).double()
            worst = int((bounds / widths).nan_to_num(nan=0).argmax())
            matters, low, high = float(bounds[worst]), ends[0][worst], ends[1][worst]
        one = Estimate(0.0, low, high, estimate.level, estimate.n, estimate.method)
        from_grid(one, matters, self.what)  # warns
        return with_bound(estimate, largest)

    def _undefined(
        self, values: PerRanking, support: PerClass, n: int, class_names: tuple[str, ...]
    ) -> Estimate:
        """Estimate where no class has a value."""
        method, note = f"not available: {self.takes}", f"undefined: {self.takes}"
        if self.average != "per_class":
            return Estimate(math.nan, None, None, None, n, method, note=note)
        return Estimate(
            *(tuple(values.tolist()), None, None, None, n, method),
            names=class_names,
            support=tuple(support.tolist()),
            note=note,
        )

    def _note(self, values: PerRanking) -> str:
        missing = int(values.isnan().sum())
        if not missing:
            return ""
        which = f"{missing} of {len(values)} classes {self.left_out}"
        return f"undefined: {which}" if self.average == "per_class" else f"{which}: left out"


def _estimate(value: float, interval: Interval, n: int, level: float, note: str = "") -> Estimate:
    shown = level if interval.low is not None else None
    return Estimate(value, interval.low, interval.high, shown, n, interval.method, note=note)
