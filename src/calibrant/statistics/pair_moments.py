"""Moments of targets and predictions together, exact under addition."""

from collections.abc import Mapping
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

__all__ = ["PairMoments", "Powers", "central_moments"]

Powers = Mapping[tuple[int, int], Fraction]  # by the powers of target and prediction


def _up_to(degree: int) -> tuple[tuple[int, int], ...]:
    return tuple((a, total - a) for total in range(degree + 1) for a in range(total, -1, -1))


ONCE, TWICE = _up_to(2), _up_to(4)


@dataclass(frozen=True, slots=True)
class PairMoments(Statistic):
    """Sums of powers of target t and prediction p: once weighted up to degree 2, twice up to 4.

    Every run of rows is summed about its own means, moved to 0 exactly, and kept as the digits of
    `calibrant.statistics.exact_sums`, as `TargetMoments` are.
    """

    columns: ClassVar[tuple[str, ...]] = (
        "count",
        *("w" + "t" * a + "p" * b for a, b in ONCE),
        *("ww" + "t" * a + "p" * b for a, b in TWICE),
    )
    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: the digits of a sum."""
        del n_classes
        return (N_DIGITS,)

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`."""
        assert isinstance(rows, Numbers)  # checked where rows are tallied
        assert rows.targets is not None
        columns = rows.targets, rows.predicted
        centres = [each.mean().clamp(*each.aminmax()) for each in columns]  # of equal ones exact
        t, p = (each - centre for each, centre in zip(columns, centres, strict=True))
        at = Fraction(float(centres[0])), Fraction(float(centres[1]))
        weight = rows.weight()
        moved = [Fraction(len(rows))]
        for factor, powers in ((weight, ONCE), (weight.square(), TWICE)):
            sums = torch.stack([(factor * t**a * p**b).sum() for a, b in powers]).tolist()
            about = dict(zip(powers, map(Fraction, sums), strict=True))
            moved.extend(_moved(about, at).values())
        table += table.new_tensor([digits_of(number) for number in moved])


def central_moments(tally: Tally) -> tuple[tuple[Fraction, Fraction], Powers, Powers]:
    """Both means, and the sums about them, once and twice weighted, of a tally with some row."""
    numbers = [number_of(digits) for digits in tally.table.tolist()]
    once = dict(zip(ONCE, numbers[1 : 1 + len(ONCE)], strict=True))
    twice = dict(zip(TWICE, numbers[1 + len(ONCE) :], strict=True))
    means = once[1, 0] / once[0, 0], once[0, 1] / once[0, 0]
    away = -means[0], -means[1]
    return means, _moved(once, away), _moved(twice, away)


def _moved(sums: Powers, centre: tuple[Fraction, Fraction]) -> dict[tuple[int, int], Fraction]:
    """Power sums about 0, from those about `centre`: the binomial theorem, twice."""
    t, p = centre
    return {
        (a, b): sum(
            (
                comb(a, i) * comb(b, j) * t ** (a - i) * p ** (b - j) * sums[i, j]
                for i in range(a + 1)
                for j in range(b + 1)
            ),
            Fraction(),
        )
        for a, b in sums
    }
