"""Weight by cell of the probability of a class and by the class that came out: pairs of classes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64, Int
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.cells import fine_cell_of, n_fine_cells
from calibrant.statistics.class_grids import N_CLASS_CELLS
from calibrant.statistics.power_sums import sum_by
from calibrant.statistics.tally import Statistic

__all__ = ["MOST_CLASSES", "PairGrids"]

MOST_CLASSES = 128  # 110 MB


@dataclass(frozen=True, slots=True)
class PairGrids(Statistic):
    """Sums of weight times label by stated class, class that came out, and cell.

    How the rows of one class lie on the probability of another. Cells are those of `ClassGrids`.
    The table grows with the square of the classes: more than 128 are refused.
    """

    columns: ClassVar[tuple[str, ...]] = ("wy",)
    reads: ClassVar[tuple[type[Rows], ...]] = (Predictions,)

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: stated class, class that came out, cell."""
        if n_classes > MOST_CLASSES:
            rule = f"have at most {MOST_CLASSES} classes to be tallied by pairs of classes"
            remedy = "Evaluate rows in memory, or take one class against the rest."
            raise InputError("rows", rule, f"{n_classes}", remedy)
        return n_classes, n_classes, n_fine_cells(N_CLASS_CELLS)

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`."""
        assert isinstance(rows, Predictions)  # `reads` is checked where rows are tallied
        n_classes, n_cells = table.shape[-2:]
        weight = None if rows.weights is None else rows.weights.double()
        if rows.hard is not None:
            start, mass = rows.hard * n_cells, weight
        else:
            assert rows.soft is not None  # labels are checked with the rows
            start = torch.arange(n_classes, device=rows.device) * n_cells
            mass = (rows.soft if weight is None else weight[:, None] * rows.soft).reshape(-1)
        for k, cell in enumerate(_cells_of_classes(rows)):
            bucket = start + (cell if rows.hard is not None else cell[:, None])
            sums = sum_by(bucket.reshape(-1), mass, n_classes * n_cells)
            table[0, k] += sums.view(n_classes, n_cells)


def _cells_of_classes(rows: Predictions) -> Iterator[Int[Tensor, " row"]]:
    """Cell of the probability of every class, class by class."""
    if rows.is_positive:
        prob = rows.positive().prob
        yield fine_cell_of(prob, N_CLASS_CELLS, mirrored=True)
        yield fine_cell_of(prob, N_CLASS_CELLS)
        return
    for prob in rows.full_probs.T:
        yield fine_cell_of(prob.contiguous(), N_CLASS_CELLS)
