"""The score grid: sums over yes/no events by the cell of the probability stated."""

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import torch
from jaxtyping import Float64, Int, Int64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.kernel.grids import add_decided, add_graded
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.forms import Probs
from calibrant.prediction.rows import Rows
from calibrant.statistics.cells import (
    cell_of,
    fine_cell_of,
    fold_tails,
    kernel_edges,
    n_fine_cells,
)
from calibrant.statistics.limits import check_cells
from calibrant.statistics.power_sums import COLUMNS, add_power_sums, add_sparsely
from calibrant.statistics.tally import Statistic, Tally
from calibrant.statistics.views import View, events_of, n_decided

__all__ = ["N_CELLS", "Closed", "ScoreGrid", "View", "coarsen"]

N_CELLS = 14_400  # 63 divisors: as many equal-width binnings are read from one grid

Closed = Literal["right", "left"]


@dataclass(frozen=True, slots=True)
class ScoreGrid(Statistic):
    """Power sums of weight, probability and outcome in cells of equal width.

    With the default number of cells the first and the last are cut further, evenly in the
    logarithm, from 1e-12: scores crowd there.

    Parameters
    ----------
    view : "top_label" or "positive"
        Event of a row: its likeliest class is right, or the positive class came out.
        Events that came in as such serve for both.
    n_cells : int, default 14,400
        Number of equal-width cells.
    closed : "right" or "left", default "right"
        Whether a cell is ``(lo, hi]`` or ``[lo, hi)``.
    """

    view: View
    n_cells: int = N_CELLS
    closed: Closed = "right"
    columns: ClassVar[tuple[str, ...]] = COLUMNS
    reads: ClassVar[tuple[type[Rows], ...]] = (Predictions, Events)

    def __post_init__(self) -> None:
        """Check the settings, which a file may state."""
        check_cells("n_cells", self.n_cells)
        for name, choices in (("view", get_args(View)), ("closed", get_args(Closed))):
            value: object = getattr(self, name)
            if value not in choices:
                remedy = f"Choose {' or '.join(choices)}."
                raise InputError(name, "be a known choice", f"{value!r}", remedy)

    @classmethod
    def holding(cls, view: View, n_bins: int, closed: Closed = "right") -> "ScoreGrid":
        """Grid from which `n_bins` equal-width bins can be read."""
        return cls(view, N_CELLS if N_CELLS % n_bins == 0 else n_bins, closed)

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: cell."""
        del n_classes
        return (n_fine_cells(N_CELLS) if self.n_cells == N_CELLS else self.n_cells,)

    def n_read(self, rows: Rows) -> int:
        """See `Statistic.n_read`."""
        return n_decided(rows) if self.view == "top_label" else rows.n_entries

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`."""
        if self._add_decided(rows, table):
            return
        events = events_of(rows, self.view)
        if self._add_compiled(events, table):
            return
        weight = None if events.weights is None else events.weights.double()
        add_power_sums(table, self._cells(events), events.stated, events.outcome, weight)

    def add_blocks(
        self,
        rows: Rows,
        block: Int64[Tensor, " row"],
        table: Float64[Tensor, "column block *bucket"],
    ) -> bool:
        """See `Statistic.add_blocks`."""
        events = events_of(rows, self.view)
        weight = None if events.weights is None else events.weights.double()
        bucket = self._cells(events) + block * table.shape[-1]
        add_sparsely(table.flatten(1), bucket, events.stated, events.outcome, weight)
        return True

    def _add_decided(self, rows: Rows, table: Float64[Tensor, "column cell"]) -> bool:
        """Whether the kernel added likeliest classes that were found on the way in."""
        if self.view != "top_label" or self.closed == "left" or rows.weights is not None:
            return False
        if not isinstance(rows, Predictions) or not isinstance(rows.declared, Probs):
            return False
        top, labels = rows.declared.likeliest, rows.hard
        if top is None or labels is None:
            return False
        edges = kernel_edges(self.n_cells, top.prob.dtype, fine=self.n_cells == N_CELLS)
        return add_decided(table, top.prob, top.guess, labels, edges)

    def _add_compiled(self, events: Events, table: Float64[Tensor, "column cell"]) -> bool:
        """Whether the kernel added the events: of weight 1, with outcomes of 0 or 1."""
        hit, prob = events.outcome, events.prob
        if events.weights is not None or hit.dtype != torch.bool or self.closed == "left":
            return False
        edges = kernel_edges(self.n_cells, prob.dtype, fine=self.n_cells == N_CELLS)
        return add_graded(table, prob, events.mirrored, hit, edges)

    def _cells(self, events: Events) -> Int[Tensor, " row"]:
        mirrored = False if events.mirrored is None else events.mirrored
        locate = fine_cell_of if self.n_cells == N_CELLS else cell_of
        if self.closed == "right":
            return locate(events.prob, self.n_cells, mirrored=mirrored)
        opposite = not mirrored if isinstance(mirrored, bool) else ~mirrored
        return self.shape(2)[0] - 1 - locate(events.prob, self.n_cells, mirrored=opposite)


def coarsen(tally: Tally, column: str, n_bins: int) -> Float64[Tensor, " bin"]:
    """Sums of a column in `n_bins` equal-width bins, which the cells must tile."""
    grid = tally.statistic
    assert isinstance(grid, ScoreGrid)
    sums = tally[column]
    if grid.n_cells == N_CELLS:
        sums = fold_tails(sums)
    return sums.reshape(n_bins, -1).sum(dim=-1)
