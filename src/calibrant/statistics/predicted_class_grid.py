"""One coarse score grid for every predicted class: the class was right, against its probability."""

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float64
from torch import Tensor

from calibrant.prediction.base import Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.cells import cell_of, fine_cell_of, n_fine_cells
from calibrant.statistics.class_grids import N_CLASS_CELLS
from calibrant.statistics.limits import check_cells
from calibrant.statistics.power_sums import COLUMNS, add_power_sums
from calibrant.statistics.tally import Statistic
from calibrant.statistics.views import n_decided

__all__ = ["PredictedClassGrid"]


@dataclass(frozen=True, slots=True)
class PredictedClassGrid(Statistic):
    """Power sums of weight, top probability and whether it was right, by likeliest class and cell.

    With the default number of cells the first and the last are cut further, as in `ClassGrids`.
    """

    n_cells: int = N_CLASS_CELLS
    columns: ClassVar[tuple[str, ...]] = COLUMNS
    reads: ClassVar[tuple[type[Rows], ...]] = (Predictions,)

    def __post_init__(self) -> None:
        """Check the number of cells, which a file may state."""
        check_cells("n_cells", self.n_cells)

    @classmethod
    def holding(cls, n_bins: int) -> "PredictedClassGrid":
        """Grid from which `n_bins` equal-width bins can be read."""
        return cls(N_CLASS_CELLS if N_CLASS_CELLS % n_bins == 0 else n_bins)

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: likeliest class, cell."""
        fine = self.n_cells == N_CLASS_CELLS
        return n_classes, n_fine_cells(self.n_cells) if fine else self.n_cells

    def n_read(self, rows: Rows) -> int:
        """See `Statistic.n_read`."""
        return n_decided(rows)

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`."""
        assert isinstance(rows, Predictions)  # `reads` is checked where rows are tallied
        events = rows.top_label()
        weight = None if events.weights is None else events.weights.double()
        mirrored = False if events.mirrored is None else events.mirrored
        locate = fine_cell_of if self.n_cells == N_CLASS_CELLS else cell_of
        cell = locate(events.prob, self.n_cells, mirrored=mirrored)
        bucket = rows.guess * table.shape[-1] + cell
        flat = table.view(len(self.columns), -1)
        add_power_sums(flat, bucket, events.stated, events.outcome, weight)
