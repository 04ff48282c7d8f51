"""Moments of a number per row: a score of its prediction, or whether it was right."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.kernel.tables import add_moments
from calibrant.prediction.base import Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.power_sums import add_by
from calibrant.statistics.tally import Statistic

__all__ = ["STATED_MOST", "Moments", "RowScore", "Stated"]


Stated = tuple[Float64[Tensor, " row"], Float64[Tensor, " row"]]
STATED_MOST = 1 << 17  # probabilities of a tally, up to which what they state is summed


class RowScore(ABC):
    """A number that can be told from one row. Subclasses are frozen dataclasses.

    A row's number is finite, or plus infinity.
    """

    reads: ClassVar[tuple[type[Rows], ...]]

    @abstractmethod
    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """Score of every row, in float64."""

    def stated(self, rows: Rows) -> Stated | None:
        """Mean and mean square of the score of every row, if its label comes as it states.

        None where the score is not one of probabilities. Soft labels have a smaller square.
        """
        del rows
        return None

    def n_read(self, rows: Rows) -> int:
        """See `Statistic.n_read`."""
        return rows.n_entries


@dataclass(frozen=True, slots=True)
class Moments(Statistic):
    """Sums of weight, score and its square, once and twice weighted.

    An infinite score is counted and weighed in columns of its own, so that the finite
    ones keep their sums.

    Of scores that probabilities state (`RowScore.stated`), the sums of the stated mean and mean
    square, as long as rows times classes are at most `STATED_MOST`; ``stated_count`` is the number
    of rows in them. Beyond, the rows themselves tell the spread, and the sums would take longer
    than all others.
    """

    score: RowScore
    columns: ClassVar[tuple[str, ...]] = (
        *("count", "w", "wv", "wvv", "ww", "wwv", "wwvv"),
        *("infinite_count", "infinite_w"),
        *("stated_count", "we", "wwe", "wwee"),
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

    def n_read(self, rows: Rows) -> int:
        """See `Statistic.n_read`: what the score reads."""
        return self.score.n_read(rows)

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`."""
        score = _checked(self.score, rows)
        weight = None if rows.weights is None else rows.weights.double()
        own, stated = table.split((len(self.columns) - 4, 4))
        self._add_stated(rows, stated)
        if add_moments(own, score, weight):
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
        own += torch.stack(sums)

    def add_blocks(
        self,
        rows: Rows,
        block: Int64[Tensor, " row"],
        table: Float64[Tensor, "column block *bucket"],
    ) -> bool:
        """See `Statistic.add_blocks`; not of so many rows that what they state is not summed."""
        if len(rows) * _n_classes(rows) > STATED_MOST:
            return False
        score, weight = _checked(self.score, rows), rows.weight().double()
        infinite = score.isinf().double()
        score = torch.where(infinite > 0, 0, score)
        one, first, twice = torch.ones_like(score), weight * score, weight.square()
        sums = [one, weight, first, first * score, twice, twice * score, twice * score.square()]
        sums += [infinite, weight * infinite]
        stated = self.score.stated(rows)
        if stated is not None:
            sums += [one, weight * stated[0], twice * stated[0], twice * stated[1]]
        for column, values in zip(table, sums, strict=False):
            add_by(column, block, values)
        return True

    def _add_stated(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        if len(rows) * _n_classes(rows) > STATED_MOST:
            return
        stated = self.score.stated(rows)
        if stated is None:
            return
        (mean, square), weight = stated, rows.weight()
        twice = weight.square()
        count = table.new_tensor(float(len(rows)))
        table += torch.stack((count, weight @ mean, twice @ mean, twice @ square))


def _n_classes(rows: Rows) -> int:
    return rows.n_classes if isinstance(rows, Predictions) else 2


def _checked(score: RowScore, rows: Rows) -> Float64[Tensor, " row"]:
    """Scores of the rows.

    Raises
    ------
    InputError
        Unless they are one number a row, in float64, and none is NaN or minus infinity: others
        would be broadcast or rounded, or leave a mean that says nothing.
    """
    found: object = score.of(rows)  # somebody's own
    if not isinstance(found, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise _refusal(score, rows, type(found).__name__, "Compute it with torch.")
    if found.dtype != torch.float64 or found.shape != (len(rows),):
        got = f"{str(found.dtype).removeprefix('torch.')} of shape {tuple(found.shape)}"
        raise _refusal(score, rows, got, "Add .double(), and reduce no rows.")
    if len(found) and not bool(found.min() > -torch.inf):  # NaN is the least of any
        bad = found.isnan() | found.isneginf()
        got = f"{float(found[bad][0])} in {int(bad.sum())} of {len(found)} rows"
        remedy = "Give such rows weight 0, or a number."
        raise InputError(f"{type(score).__name__}.of", "return numbers", got, remedy)
    return found


def _refusal(score: RowScore, rows: Rows, got: str, remedy: str) -> InputError:
    rule = f"return a float64 tensor of shape ({len(rows)},), a number a row"
    return InputError(f"{type(score).__name__}.of", rule, got, remedy)
