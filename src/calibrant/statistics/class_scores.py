"""A score of the row summed by the class that came out, with squared weights."""

from dataclasses import dataclass
from typing import ClassVar, final

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.moments import RowScore
from calibrant.statistics.power_sums import sum_by
from calibrant.statistics.tally import Statistic

__all__ = ["ClassScores"]


@dataclass(frozen=True, slots=True)
class ClassScores(Statistic):
    """Sums by class of squared weight, once and times the score: what ties a score to base rates.

    Of events the two classes are what did not happen and what did. Infinite scores count as 0.
    Rows with soft labels come out as no one class: their weights stand in `soft_w` alone.

    Parameters
    ----------
    score : RowScore
        Score of the row.
    """

    score: RowScore
    columns: ClassVar[tuple[str, ...]] = ("ww", "wwv", "soft_w")

    @property
    @final
    def reads(self) -> tuple[type[Rows], ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """See `Statistic.reads`: what the score reads."""
        return tuple(kind for kind in self.score.reads if kind in (Predictions, Events))

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: class."""
        return (n_classes,)

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`."""
        assert isinstance(rows, (Predictions, Events))  # checked where rows are tallied
        if isinstance(rows, Events):
            labels = rows.outcome.long() if rows.outcome.dtype == torch.bool else None
        else:
            labels = rows.hard
        weight = rows.weight()
        if labels is None:
            table[2] += weight.sum() / table.shape[1]
            return
        square, score = weight.square(), self.score.of(rows)
        score = torch.where(score.isinf(), 0, score)
        table[0] += sum_by(labels, square, table.shape[1])
        table[1] += sum_by(labels, square * score, table.shape[1])
