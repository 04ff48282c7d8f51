"""The confusion matrix: weights of rows by the class that came out and the class chosen."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.kernel.tables import add_counts
from calibrant.prediction.base import Predictions
from calibrant.prediction.decisions import Decisions
from calibrant.prediction.rows import Rows
from calibrant.statistics.power_sums import add_by
from calibrant.statistics.tally import Statistic
from calibrant.statistics.views import n_decided

__all__ = ["Confusion"]


@dataclass(frozen=True, slots=True)
class Confusion(Statistic):
    """Weights by true class (first axis) and chosen class (second axis).

    A row with soft labels adds to all true classes, in proportion.
    """

    columns: ClassVar[tuple[str, ...]] = ("count", "w", "ww")
    reads: ClassVar[tuple[type[Rows], ...]] = (Predictions, Decisions)

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: true class, chosen class."""
        return n_classes, n_classes

    def n_read(self, rows: Rows) -> int:
        """See `Statistic.n_read`."""
        return n_decided(rows)

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`."""
        assert isinstance(rows, (Predictions, Decisions))  # checked where rows are tallied
        n_classes = rows.n_classes
        weight = None if rows.weights is None else rows.weights.double()
        guess, hard, soft = rows.guess, rows.hard, rows.soft
        if hard is not None:
            _add_hard(table.view(len(table), -1), hard * n_classes + guess, weight)
            return
        assert soft is not None
        ones = torch.ones_like(guess, dtype=torch.float64)
        weight = ones if weight is None else weight
        for column, factor in enumerate((ones, weight, weight.square())):
            by_guess = torch.zeros_like(table[column]).index_add_(0, guess, soft * factor[:, None])
            table[column] += by_guess.T

    def add_blocks(
        self,
        rows: Rows,
        block: Int64[Tensor, " row"],
        table: Float64[Tensor, "column block *bucket"],
    ) -> bool:
        """See `Statistic.add_blocks`; not of soft labels."""
        assert isinstance(rows, (Predictions, Decisions))
        if rows.hard is None:
            return False
        weight = None if rows.weights is None else rows.weights.double()
        bucket = (block * rows.n_classes + rows.hard) * rows.n_classes + rows.guess
        _add_hard(table.flatten(1), bucket, weight)
        return True


def _add_hard(
    table: Float64[Tensor, "column bucket"],
    bucket: Int64[Tensor, " row"],
    weight: Float64[Tensor, " row"] | None,
) -> None:
    """Add rows of one true and one chosen class."""
    if add_counts(table, bucket, weight):
        return
    factors = (None, weight, None if weight is None else weight.square())
    for column, factor in zip(table, factors, strict=True):
        add_by(column, bucket, factor)
