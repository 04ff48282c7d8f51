"""Metric: a statistic to keep and a number to read from it."""

from abc import ABC, abstractmethod
from typing import ClassVar, final

from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.estimate import Estimate
from calibrant.metrics.settings import check_level
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import check_readable, tally_rows
from calibrant.statistics.tally import Statistic, Tally

__all__ = ["LEVEL", "Metric", "RowMetric"]

LEVEL = 0.95  # coverage of intervals unless asked otherwise


class Metric(ABC):
    """Reads a number, a vector or a matrix from a tally.

    Subclasses are frozen dataclasses of settings. A subclass that holds its own statistic,
    `read` and `estimate` is all that a new metric takes.
    """

    higher_is_better: ClassVar[bool | None]

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

    @final
    def __call__(self, rows: Rows, *, level: float = LEVEL) -> Estimate:
        """Estimate from rows in memory, in the exact form where the metric has one."""
        check_level(level)
        if isinstance(self, RowMetric):
            check_readable(rows, [self.statistic])
            return self.estimate_rows(rows.present(), level=level)
        tallies = tally_rows(rows, [self.statistic])
        tally = tallies.parts[self.statistic]
        return self.estimate(tally, level=level, class_names=rows.class_names)


class RowMetric(Metric, ABC):
    """A metric that rows in memory give exactly, and a tally within a stated bound."""

    @abstractmethod
    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """Exact value with its interval, from rows that all count."""
