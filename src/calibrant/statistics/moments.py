"""Moments of a number per row: a score of its prediction, or whether it was right."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from jaxtyping import Float64
from torch import Tensor

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
        infinite = score.isinf()
        value = torch.where(infinite, 0, score)
        if rows.weights is None:
            count, total, square = torch.tensor(float(len(rows))), value.sum(), value.square().sum()
            many = infinite.sum().double()
            sums = (count, count, total, square, count, total, square, many, many)
        else:
            weight = rows.weights.double()
            twice = weight.square()
            sums = (
                torch.tensor(float(len(rows))),
                *(weight.sum(), (weight * value).sum(), (weight * value.square()).sum()),
                *(twice.sum(), (twice * value).sum(), (twice * value.square()).sum()),
                *(infinite.sum(), (weight * infinite).sum()),
            )
        table += torch.stack([part.to(table) for part in sums])
