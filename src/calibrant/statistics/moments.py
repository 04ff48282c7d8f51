"""Moments of a number per row: a score of its prediction, or whether it was right."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.kernel.tables import add_moments
from calibrant.prediction.rows import Rows
from calibrant.statistics.tally import Statistic

__all__ = ["Moments", "RowScore"]


class RowScore(ABC):
    """A number that can be told from one row. Subclasses are frozen dataclasses."""

    reads: ClassVar[tuple[type[Rows], ...]]

    @abstractmethod
    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """Score of every row."""


@dataclass(frozen=True, slots=True)
class Moments(Statistic):
    """Sums of weight, score and its square, once and twice weighted.

    An infinite score is counted and weighed in columns of its own, so that the finite
    ones keep their sums.
    """

    score: RowScore
    columns: ClassVar[tuple[str, ...]] = (
        *("count", "w", "wv", "wvv", "ww", "wwv", "wwvv"),
        *("infinite_count", "infinite_w"),
    )

    @property
    @final
    def reads(self) -> tuple[type[Rows], ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """See `Statistic.reads`: what the score reads."""
        return self.score.reads

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: no axis at all."""
        del n_classes
        return ()

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`."""
        score = self.score.of(rows)
        weight = None if rows.weights is None else rows.weights.double()
        if add_moments(table, score, weight):
            return
        first = score if weight is None else weight * score
        total = first.sum()
        infinite = None
        if not bool(total.isfinite()):
            infinite = score.isinf()
            score = torch.where(infinite, 0, score)
            first = score if weight is None else weight * score
            total = first.sum()
        count = table.new_tensor(float(len(rows)))
        many = table.new_zeros(()) if infinite is None else infinite.sum().double()
        if weight is None:
            square = (first * score).sum()
            sums = (count, count, total, square, count, total, square, many, many)
        else:
            twice = weight * first
            heavy = many if infinite is None else (weight * infinite).sum()
            sums = (
                *(count, weight.sum(), total, (first * score).sum()),
                *(weight.square().sum(), twice.sum(), (twice * score).sum(), many, heavy),
            )
        table += torch.stack(sums)
