"""Probabilities placed among the cells of a grid, and their rows added to the sums of the cells."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Float64, Int32, Int64
from torch import Tensor

from calibrant.kernel.library import kernel
from calibrant.kernel.scans import REALS, plain
from calibrant.kernel.tables import N_COLUMNS, address, is_table

__all__ = ["CellEdges", "add_classes", "add_decided", "add_graded", "find_cells"]

N_TAIL, N_PADDED = 120, 127  # as in kernel.c
MOST_CELLS = 1 << 16  # beyond, edges of float32 come near one another


@dataclass(frozen=True, slots=True, eq=False)
class CellEdges:
    """Edges of the cells of a grid, as the kernel reads them.

    Attributes
    ----------
    equal : Float[Tensor, "edge"]
        Those of cells of equal width; minus infinity first and infinity last.
    low, high : Float64[Tensor, "edge"], optional
        Those that cut the first and the last cell, with infinities behind; see `cut`.
    """

    equal: Float[Tensor, " edge"]
    low: Float64[Tensor, " tail"] | None = None
    high: Float64[Tensor, " tail"] | None = None

    def cut(self, low: Float64[Tensor, " inside"], high: Float64[Tensor, " inside"]) -> "CellEdges":
        """The same cells with the first and the last cut by 120 edges each."""
        assert len(low) == len(high) == N_TAIL
        assert self.n_cells > 1, "a cell that is first and last has two tails"
        behind = low.new_full((N_PADDED - N_TAIL,), torch.inf)
        return CellEdges(self.equal, torch.cat((low, behind)), torch.cat((high, behind)))

    @property
    def n_cells(self) -> int:
        """Number of cells of equal width."""
        return len(self.equal) - 1

    @property
    def n_stored(self) -> int:
        """Number of cells, counting the parts of those that are cut."""
        return self.n_cells + (0 if self.low is None else 2 * N_TAIL)

    @property
    def address(self) -> tuple[int, int, int | None, int | None]:
        """Where they lie, as the kernel takes them."""
        return self.equal.data_ptr(), self.n_cells, address(self.low), address(self.high)

    def suit(self, values: Tensor) -> bool:
        """Whether the kernel can place `values` among them."""
        parts = [each for each in (self.equal, self.low, self.high) if each is not None]
        same = self.equal.dtype == values.dtype and self.n_cells <= MOST_CELLS
        return same and plain(values, *parts)


def find_cells(
    prob: Float[Tensor, " row"], edges: CellEdges, *, mirrored: Bool[Tensor, " row"] | bool
) -> Int64[Tensor, " row"] | None:
    """Cell of every probability, or of its complement where `mirrored`; None without the kernel.

    Whatever a number is, NaN too, it falls into some cell.
    """
    library, real = kernel(), REALS.get(prob.dtype)
    each = None if isinstance(mirrored, bool) else mirrored.contiguous()
    prob = prob.contiguous()
    if library is None or real is None or prob.ndim != 1 or not edges.suit(prob):
        return None
    if each is not None and (not plain(each) or each.shape != prob.shape):
        return None
    cells = torch.empty(prob.shape, dtype=torch.int64)
    library[f"cells_{real}"](
        *(prob.data_ptr(), address(each), int(mirrored is True), len(prob)),
        *(*edges.address, cells.data_ptr()),
    )
    return cells


def add_graded(
    table: Float64[Tensor, "column cell"],
    prob: Float[Tensor, " row"],
    mirrored: Bool[Tensor, " row"] | None,
    hit: Bool[Tensor, " row"],
    edges: CellEdges,
) -> bool:
    """Whether events of weight 1 were added to a score grid, by the cell of their probability.

    False without the kernel, or where the rows are few beside the cells.
    """
    mirrored = None if mirrored is None else mirrored.contiguous()
    return _add_graded(table, prob.contiguous(), mirrored, edges, hit=hit.contiguous())


def add_decided(
    table: Float64[Tensor, "column cell"],
    prob: Float[Tensor, " row"],
    guess: Int32[Tensor, " row"],
    labels: Int64[Tensor, " row"],
    edges: CellEdges,
) -> bool:
    """The same of events that the class guessed, whose probability is stated, came out."""
    if guess.dtype != torch.int32 or labels.dtype != torch.int64:
        return False
    rows = [each.contiguous() for each in (prob, guess, labels)]
    return _add_graded(table, rows[0], None, edges, guess=rows[1], labels=rows[2])


def _add_graded(
    table: Tensor,
    prob: Tensor,
    mirrored: Tensor | None,
    edges: CellEdges,
    *,
    hit: Tensor | None = None,
    guess: Tensor | None = None,
    labels: Tensor | None = None,
) -> bool:
    library, real = kernel(), REALS.get(prob.dtype)
    rows = [each for each in (prob, mirrored, hit, guess, labels) if each is not None]
    if library is None or real is None or not edges.suit(prob) or not plain(*rows):
        return False
    if prob.ndim != 1 or any(each.shape != prob.shape for each in rows):
        return False
    if not is_table(table, N_COLUMNS) or table.shape[1] != edges.n_stored:
        return False
    given = prob, mirrored, hit, guess, labels
    return bool(
        library[f"add_graded_{real}"](
            *(*map(address, given), len(prob), *edges.address),
            *(edges.n_stored, table.data_ptr(), table.stride(0)),
        )
    )


def add_classes(
    table: Float64[Tensor, "column bucket"],
    values: Float[Tensor, "row class"],
    weight: Float64[Tensor, " row"] | None,
    edges: CellEdges,
) -> bool:
    """Whether the columns without the outcome, of the entries of all classes, were added.

    Cells of one class lie side by side in `table`. False without the kernel.
    """
    library, real = kernel(), REALS.get(values.dtype)
    if library is None or real is None or not edges.suit(values):
        return False
    n_rows, n_classes = values.shape
    if not is_table(table, N_COLUMNS) or table.shape[1] != n_classes * edges.n_stored:
        return False
    weight = None if weight is None else weight.contiguous()
    if weight is not None and not (plain(weight) and weight.dtype == torch.float64):
        return False
    if weight is not None and len(weight) != n_rows:
        return False
    return bool(
        library[f"add_classes_{real}"](
            *(values.data_ptr(), n_rows, n_classes, address(weight), *edges.address),
            *(edges.n_stored, table.data_ptr(), table.stride(0)),
        )
    )
