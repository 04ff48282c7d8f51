"""Metric: what it reads, rows or sums, and the number that it gives."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar, final

from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.blocks import Blocks, jackknifed, refused
from calibrant.metrics.inference.once import shared
from calibrant.metrics.settings import checked_level
from calibrant.prediction.decisions import UNORDERED
from calibrant.prediction.rows import Rows
from calibrant.statistics.blocks import blocked
from calibrant.statistics.bundle import Tallies, check_evaluable, tally_rows
from calibrant.statistics.tally import Statistic, Tally

__all__ = [
    "LEVEL",
    "MemoryMetric",
    "Metric",
    "RowMetric",
    "TallyMetric",
    "blocks_of",
    "check_order",
    "in_clusters",
    "sums_of",
]

LEVEL = 0.95  # coverage of intervals unless asked otherwise
NO_BLOCKS = "clustered rows, and the sums of this metric are too large to be kept by cluster"
NO_SUMS = "clustered rows, and no sums tell this metric"


class Metric(ABC):
    """A number, a vector or a matrix that rows can tell. Subclasses are frozen dataclasses.

    A metric of one's own extends `TallyMetric`: a statistic, `read` and `estimate` are all that
    it takes.
    """

    higher_is_better: ClassVar[bool | None]  # None: neither, or nearer to 0

    @property
    @abstractmethod
    def reads(self) -> tuple[type[Rows], ...]:
        """Kinds of rows that tell it."""

    @property
    def needs_order(self) -> bool:
        """Whether the classes must stand in an order that means something."""
        return False

    @abstractmethod
    def of_rows(self, rows: Rows, *, level: float) -> Estimate:
        """Estimate from labelled rows of a kind that it reads."""

    @final
    def __call__(self, rows: Rows, *, level: float = LEVEL) -> Estimate:
        """Estimate from rows in memory, in the exact form where the metric has one.

        Raises
        ------
        InputError
            If labels are missing, or these rows cannot tell it.
        """
        level = checked_level(level)
        check_evaluable(rows, self.reads, str(self))
        check_order(self, rows.notes, rows.class_names)
        return self.of_rows(rows, level=level)


def check_order(metric: Metric, notes: tuple[str, ...], class_names: tuple[str, ...]) -> None:
    """Raise `InputError` where a metric needs an order of the classes and none was declared."""
    if metric.needs_order and UNORDERED in notes:
        got = f"{', '.join(class_names[:8])}{', ...' if len(class_names) > 8 else ''}, by name"
        remedy = "Pass class_names in their order (--classes), or an ordered pandas Categorical."
        raise InputError("class_names", f"say the order of classes for {metric}", got, remedy)


class TallyMetric(Metric, ABC):
    """A metric that is read from a tally: of batches, files, processes, or rows in memory."""

    rough: ClassVar[str] = ""  # why it does not move smoothly with the rows, in words
    side_by_side: ClassVar[bool] = False  # whether `read` takes tallies side by side: an axis more

    @property
    @abstractmethod
    def statistic(self) -> Statistic:
        """Sums that this metric reads; metrics with equal statistics share one tally."""

    @abstractmethod
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """Value of the metric over the rows of `tally`; NaN where it is undefined."""

    @abstractmethod
    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """Value with its interval, or with the reason why there is none."""

    @property
    def block_statistic(self) -> Statistic:
        """Sums that are kept for every block of clusters: a coarser form, if `read` takes one."""
        return self.statistic

    @property
    def lower_limit(self) -> float:
        """Least value, where the interval of rows in clusters ends at the latest."""
        return -math.inf

    def estimate_clusters(self, plain: Estimate, blocks: Blocks, *, level: float) -> Estimate:
        """The estimate with the interval of rows in clusters, from their blocks.

        Right for values that move smoothly with the rows. Not asked of `rough` ones.
        """
        least, together = self.lower_limit, self.side_by_side
        return jackknifed(plain, blocks, self.read, level, least=least, side_by_side=together)

    @property
    @final
    def reads(self) -> tuple[type[Rows], ...]:
        """See `Metric.reads`: what its statistic reads."""
        return self.statistic.reads

    def of_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `Metric.of_rows`: by way of a tally."""
        tallies = tally_rows(rows, sums_of(rows, self))
        tally = tallies.tally_of(self.statistic)
        plain = self.estimate(tally, level=level, class_names=rows.class_names)
        return in_clusters(self, plain, tallies, level) if rows.clusters is not None else plain


class RowMetric(TallyMetric, ABC):
    """A metric that rows in memory give exactly, and a tally within a stated bound."""

    @abstractmethod
    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """Exact value with its interval, from rows that all count."""

    @final
    def of_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `Metric.of_rows`: exactly."""
        plain = self.estimate_rows(rows.present(), level=level)
        if rows.clusters is None:
            return plain
        return in_clusters(self, plain, tally_rows(rows, sums_of(rows, self)), level)


class MemoryMetric(Metric, ABC):
    """A metric that only rows in memory can tell: no finite sum holds it."""

    @abstractmethod
    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """Value with its interval, from rows that all count."""

    @final
    def of_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `Metric.of_rows`."""
        plain = self.estimate_rows(rows.present(), level=level)
        return plain if rows.clusters is None else in_clusters(self, plain, None, level)


def sums_of(rows: Rows, metric: Metric) -> list[Statistic]:
    """What is to be summed of `rows` for a metric: by block too, where they have clusters."""
    sums: list[Statistic] = []
    if isinstance(metric, TallyMetric):
        sums = [] if isinstance(metric, RowMetric) else [metric.statistic]
        if rows.clusters is not None:
            sums += blocks_of([metric], rows.n_classes)
    return sums


def blocks_of(metrics: Iterable[TallyMetric], n_classes: int) -> list[Statistic]:
    """What is to be summed by block of clusters for some metrics."""
    return list(blocked((m.block_statistic for m in metrics if not m.rough), n_classes))


def in_clusters(metric: Metric, plain: Estimate, tallies: Tallies | None, level: float) -> Estimate:
    """The estimate of a metric with the interval of rows in clusters."""
    if not isinstance(metric, TallyMetric) or tallies is None:
        return refused(plain, NO_SUMS)
    if metric.rough:
        return refused(plain, f"clustered rows, and {metric.rough}")
    blocks = shared(Blocks.of, tallies, metric.block_statistic)
    if blocks is None:
        return refused(plain, NO_BLOCKS)
    return metric.estimate_clusters(plain, blocks, level=level)
