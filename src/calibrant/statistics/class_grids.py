"""One coarse score grid for every class: the class came out, against its probability."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.kernel.grids import add_classes
from calibrant.prediction.base import Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.cells import cell_of, fine_cell_of, kernel_edges, n_fine_cells
from calibrant.statistics.power_sums import COLUMNS, add_by, add_power_sums, add_sparsely, sum_by
from calibrant.statistics.tally import Statistic

__all__ = ["N_CLASS_CELLS", "ClassGrids"]

N_CLASS_CELLS = 600  # under 100 MB at 1,000 classes; holds 10, 12, 15, 20, 25, 30, 50, 100 bins


@dataclass(frozen=True, slots=True)
class ClassGrids(Statistic):
    """Power sums of weight, probability and outcome by class and equal-width cell.

    With the default number of cells the first and the last are cut further, evenly in the
    logarithm, from 1e-12: with many classes nearly all probabilities lie in the first.
    """

    n_cells: int = N_CLASS_CELLS
    columns: ClassVar[tuple[str, ...]] = COLUMNS
    reads: ClassVar[tuple[type[Rows], ...]] = (Predictions,)

    @classmethod
    def holding(cls, n_bins: int) -> "ClassGrids":
        """Grids from which `n_bins` equal-width bins can be read."""
        return cls(N_CLASS_CELLS if N_CLASS_CELLS % n_bins == 0 else n_bins)

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: class, cell."""
        return n_classes, _cells(self.n_cells)

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`."""
        assert isinstance(rows, Predictions)  # `reads` is checked where rows are tallied
        flat = table.view(len(self.columns), -1)
        weight = None if rows.weights is None else rows.weights.double()
        if rows.is_positive:
            self._add_positive(rows, flat, weight)
            return
        probs = rows.full_probs
        n_rows, n_classes = probs.shape
        soft, hard = rows.soft, rows.hard
        if hard is not None and self._add_compiled(flat, probs, hard, weight):
            return
        stated = probs.double()
        class_start = torch.arange(n_classes, device=probs.device) * _cells(self.n_cells)
        bucket = self._locate(probs.reshape(-1)).view(n_rows, n_classes) + class_start
        each = None if weight is None else weight[:, None].expand(-1, n_classes).reshape(-1)
        if soft is not None:
            add_power_sums(flat, bucket.reshape(-1), stated.reshape(-1), soft.reshape(-1), each)
            return
        assert hard is not None
        true_bucket = bucket.gather(-1, hard[:, None]).squeeze(-1)
        true_prob = stated.gather(-1, hard[:, None]).squeeze(-1)
        _add_entries(flat, bucket.reshape(-1), stated.reshape(-1), each)
        _add_truth(flat, true_bucket, true_prob, weight)

    def add_blocks(
        self,
        rows: Rows,
        block: Int64[Tensor, " row"],
        table: Float64[Tensor, "column block *bucket"],
    ) -> bool:
        """See `Statistic.add_blocks`: an event of every row and class."""
        assert isinstance(rows, Predictions)
        weight = None if rows.weights is None else rows.weights.double()
        n_rows, n_classes, n_cells = len(rows), rows.n_classes, table.shape[-1]
        if rows.is_positive:
            events = rows.positive()
            came = events.outcome
            cell = [self._locate(events.prob, mirrored=side) for side in (True, False)]
            stated = torch.stack((1 - events.stated, events.stated), dim=1)
            other = ~came if came.dtype == torch.bool else 1 - came
            bucket, outcome = torch.stack(cell, dim=1), torch.stack((other, came), dim=1)
        else:
            probs = rows.full_probs
            stated, bucket = probs.double(), self._locate(probs.reshape(-1)).view(n_rows, n_classes)
            each = torch.arange(n_classes, device=probs.device)
            outcome = rows.hard[:, None] == each if rows.hard is not None else rows.soft
            assert outcome is not None
        first = block[:, None] * n_classes + torch.arange(n_classes, device=block.device)
        weight = None if weight is None else weight[:, None].expand(-1, n_classes).reshape(-1)
        flat = (bucket + n_cells * first).reshape(-1), stated.reshape(-1), outcome.reshape(-1)
        add_sparsely(table.flatten(1), *flat, weight)
        return True

    def _add_compiled(
        self,
        flat: Float64[Tensor, "column bucket"],
        probs: Tensor,
        hard: Tensor,
        weight: Tensor | None,
    ) -> bool:
        """Whether the kernel added the rows: all entries, then the true class of every row."""
        edges = kernel_edges(self.n_cells, probs.dtype, fine=self.n_cells == N_CLASS_CELLS)
        if not add_classes(flat, probs, weight, edges):
            return False
        stated = probs.gather(-1, hard[:, None]).squeeze(-1)
        bucket = self._locate(stated) + hard * _cells(self.n_cells)
        _add_truth(flat, bucket, stated.double(), weight)
        return True

    def _locate(self, prob: Tensor, *, mirrored: bool = False) -> Tensor:
        locate = fine_cell_of if self.n_cells == N_CLASS_CELLS else cell_of
        return locate(prob, self.n_cells, mirrored=mirrored)

    def _add_positive(
        self, rows: Predictions, flat: Float64[Tensor, "column bucket"], weight: Tensor | None
    ) -> None:
        """Class 1 from the declared probability, class 0 by mirroring it."""
        events = rows.positive()
        outcome, half = events.outcome, flat.shape[1] // 2
        other = ~outcome if outcome.dtype == torch.bool else 1 - outcome
        mirrored = self._locate(events.prob, mirrored=True)
        add_power_sums(flat[:, :half], mirrored, 1 - events.stated, other, weight)
        straight = self._locate(events.prob)
        add_power_sums(flat[:, half:], straight, events.stated, outcome, weight)


def _cells(n_cells: int) -> int:
    return n_fine_cells(n_cells) if n_cells == N_CLASS_CELLS else n_cells


def _add_entries(
    table: Float64[Tensor, "column bucket"], bucket: Tensor, prob: Tensor, weight: Tensor | None
) -> None:
    """Add the columns without the outcome, over all entries: K times as many as rows."""
    n_buckets = table.shape[1]
    count = sum_by(bucket, None, n_buckets)

    def sums(factor: Tensor | None) -> tuple[Tensor, ...]:
        first = prob if factor is None else factor * prob
        mass = count if factor is None else sum_by(bucket, factor, n_buckets)
        return mass, sum_by(bucket, first, n_buckets), sum_by(bucket, first * prob, n_buckets)

    once = sums(weight)
    twice = once if weight is None else sums(weight.square())
    columns = ("count", "w", "wp", "wpp", "ww", "wwp", "wwpp")
    for column, total in zip(columns, (count, *once, *twice), strict=True):
        table[COLUMNS.index(column)] += total


def _add_truth(
    table: Float64[Tensor, "column bucket"], bucket: Tensor, prob: Tensor, weight: Tensor | None
) -> None:
    """Add the columns with the outcome: hard labels add to the true class alone."""
    factors = {"w": weight, "ww": None if weight is None else weight.square()}
    for name, factor in factors.items():
        stated = prob if factor is None else factor * prob
        for column, values in ((f"{name}y", factor), (f"{name}yy", factor), (f"{name}py", stated)):
            add_by(table[COLUMNS.index(column)], bucket, values)
