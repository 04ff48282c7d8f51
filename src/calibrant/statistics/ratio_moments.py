"""Moments of two numbers per row, for the ratio of their sums."""

from dataclasses import dataclass
from typing import ClassVar, final

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.prediction.rows import Rows
from calibrant.statistics.moments import RowScore
from calibrant.statistics.tally import Statistic

__all__ = ["RatioMoments"]


@dataclass(frozen=True, slots=True)
class RatioMoments(Statistic):
    """Sums of a score a and of another one b, and of their products twice weighted.

    Parameters
    ----------
    above, below : RowScore
        What is summed above and below the line.
    """

    above: RowScore
    below: RowScore
    columns: ClassVar[tuple[str, ...]] = (
        *("count", "w", "wa", "wb"),
        *("ww", "wwaa", "wwab", "wwbb"),
    )

    @property
    @final
    def reads(self) -> tuple[type[Rows], ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """See `Statistic.reads`: what both scores read."""
        return tuple(kind for kind in self.above.reads if kind in self.below.reads)

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: no axis at all."""
        del n_classes
        return ()

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`."""
        weight, a, b = rows.weight(), self.above.of(rows), self.below.of(rows)
        twice = weight.square()
        terms = (weight, weight * a, weight * b, twice, twice * a * a, twice * a * b, twice * b * b)
        count = table.new_tensor(float(len(rows)))
        table += torch.stack((count, *(term.sum() for term in terms)))
