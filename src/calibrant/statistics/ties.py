"""Ties: marks that tell whether all rows of a cell state the same score."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Bool, Float, Float64, Int64
from torch import Tensor

from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.cells import fine_cell_of, n_fine_cells
from calibrant.statistics.power_sums import sum_by
from calibrant.statistics.score_grid import N_CELLS, View
from calibrant.statistics.scores import scores_of
from calibrant.statistics.tally import Statistic, Tally

__all__ = ["TieMarks"]

MARK_BITS = 11  # squares of marks add up exactly over 2**31 rows
ODD = -7046029254386353131  # 2**64 over the golden ratio, as a signed number


@dataclass(frozen=True, slots=True)
class TieMarks(Statistic):
    """Sums of marks of the scores, and of their squares, in the cells of the score grid.

    A mark is eleven bits that are mixed from all bits of a score. Marks are whole numbers and
    add up exactly, so that all marks of a cell are equal if, and only if, its rows times the sum
    of their squares equals the square of their sum. Every score has two marks: two scores that
    differ have both in common once in four million.

    Parameters
    ----------
    view : "top_label" or "positive"
        Event of a row, as for the score grid.
    """

    view: View
    columns: ClassVar[tuple[str, ...]] = ("a", "aa", "b", "bb")
    reads: ClassVar[tuple[type[Rows], ...]] = (Predictions, Events)

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: cell."""
        del n_classes
        return (n_fine_cells(N_CELLS),)

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`."""
        events, scores = scores_of(rows, self.view)
        mirrored = False if events.mirrored is None else events.mirrored
        cell = fine_cell_of(events.prob, N_CELLS, mirrored=mirrored)
        for k, mark in enumerate(_marks(scores.values)):
            table[2 * k] += sum_by(cell, mark, table.shape[1])
            table[2 * k + 1] += sum_by(cell, mark.square_(), table.shape[1])

    def single(self, tally: Tally, count: Float64[Tensor, " cell"]) -> Bool[Tensor, " cell"]:
        """Whether all `count` rows of a cell state one score; so do those of an empty cell.

        Examples
        --------
        >>> import calibrant as cal
        >>> marks, rows = (
        ...     TieMarks("positive"),
        ...     cal.events(probs=[0.5, 0.5, 0.50001], outcomes=[1] * 3),
        ... )
        >>> cell = fine_cell_of(torch.tensor([0.5]).double(), N_CELLS)
        >>> for n, some in ((2, slice(0, 2)), (3, slice(0, 3))):
        ...     tally = marks.zero(2)
        ...     marks.add(rows.take(some), tally.table)
        ...     print(bool(marks.single(tally, torch.full_like(tally["a"], n))[cell]))
        True
        False
        """
        same = torch.ones_like(count, dtype=torch.bool)
        for once, twice in (("a", "aa"), ("b", "bb")):
            mark = (tally[once] / count.clamp(min=1)).round()
            same &= (mark * count == tally[once]) & (mark * mark * count == tally[twice])
        return same


def _marks(scores: Float[Tensor, " row"]) -> Iterator[Float64[Tensor, " row"]]:
    """Two marks of every score; 0 and -0 have the same."""
    bits: Int64[Tensor, " row"] = (scores.double() + 0.0).view(torch.int64)
    mixed = (bits ^ (bits >> 29)).mul_(ODD)
    mixed = (mixed ^ (mixed >> 32)).mul_(ODD)
    for shift in (64 - MARK_BITS, 64 - 2 * MARK_BITS):
        yield ((mixed >> shift) & ((1 << MARK_BITS) - 1)).double()
