"""Moments of targets about 0, alone and with squared errors, exact under addition."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.statistics.exact_sums import N_DIGITS, digits_of, number_of
from calibrant.statistics.tally import Statistic, Tally

__all__ = ["TargetMoments", "moment_sums"]


@dataclass(frozen=True, slots=True)
class TargetMoments(Statistic):
    """Sums of weight, target t and squared error e^2, and their products, once and twice weighted.

    Every run of rows is summed about its own mean, moved to 0 exactly, and kept as the digits of
    `calibrant.statistics.exact_sums`: the spread of the targets keeps its digits wherever they lie.
    """

    columns: ClassVar[tuple[str, ...]] = (
        *("count", "w", "wt", "wtt", "wee"),
        *("ww", "wwt", "wwtt", "wwttt", "wwtttt"),
        *("wwee", "wweet", "wweett", "wweeee"),
    )
    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: the digits of a sum."""
        del n_classes
        return (N_DIGITS,)

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`."""
        assert isinstance(rows, Numbers)  # checked where rows are tallied
        targets, square = rows.targets, rows.errors.square()
        assert targets is not None
        weight = rows.weight()
        twice = weight.square()
        centre = targets.mean().clamp(*targets.aminmax())  # of equal targets their value itself
        powers = [(targets - centre) ** power for power in range(5)]
        both = twice * square
        about_centre = torch.stack(
            [
                *((weight * power).sum() for power in powers[:3]),
                *((twice * power).sum() for power in powers),
                *((both * power).sum() for power in powers[:3]),
                (weight * square).sum(),
                (both * square).sum(),
            ]
        )
        sums = [Fraction(number) for number in about_centre.tolist()]
        at = Fraction(float(centre))
        once, double, crossed = sums[:3], sums[3:8], sums[8:11]
        moved = (
            *(Fraction(len(rows)), *_moved(once, at), sums[11]),
            *_moved(double, at),
            *(*_moved(crossed, at), sums[12]),
        )
        table += table.new_tensor([digits_of(number) for number in moved])


def moment_sums(tally: Tally) -> dict[str, Fraction]:
    """Every sum of a tally of `TargetMoments` by its column, exactly."""
    columns = zip(tally.statistic.columns, tally.table.tolist(), strict=True)
    return {name: number_of(digits) for name, digits in columns}


def _moved(sums: Sequence[Fraction], centre: Fraction) -> list[Fraction]:
    """Power sums about 0, from those about `centre`: the binomial theorem."""
    return [
        sum((comb(m, j) * centre ** (m - j) * sums[j] for j in range(m + 1)), Fraction())
        for m in range(len(sums))
    ]
