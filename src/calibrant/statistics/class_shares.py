"""How often every class came out: what is known of a row without a model."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64, Int
from torch import Tensor

from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.power_sums import sum_by
from calibrant.statistics.tally import Statistic

__all__ = ["ClassShares"]


@dataclass(frozen=True, slots=True)
class ClassShares(Statistic):
    """Sums of weight times label, and times its square, by class.

    Of events the two classes are what did not happen and what did.
    """

    columns: ClassVar[tuple[str, ...]] = ("wy", "wyy")
    reads: ClassVar[tuple[type[Rows], ...]] = (Predictions, Events)

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: class."""
        return (n_classes,)

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`."""
        weight = None if rows.weights is None else rows.weights.double()
        labels = _labels(rows)
        if labels.ndim == 1:
            table += sum_by(labels, weight, table.shape[1])
            return
        weighed = labels if weight is None else weight[:, None] * labels
        table += torch.stack((weighed.sum(dim=0), (weighed * labels).sum(dim=0)))


def _labels(rows: Rows) -> Int[Tensor, " row"] | Float64[Tensor, "row class"]:
    """Class of every row, or the probability with which every class came out."""
    if isinstance(rows, Events):
        outcome = rows.outcome
        if outcome.dtype == torch.bool:
            return outcome.long()
        return torch.stack((1 - outcome, outcome), dim=-1).double()
    assert isinstance(rows, Predictions)  # checked where rows are tallied
    labels = rows.soft if rows.hard is None else rows.hard
    assert labels is not None  # labels are checked with them
    return labels
