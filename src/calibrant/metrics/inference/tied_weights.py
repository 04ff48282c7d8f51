"""Weights that hang together with what comes out, and how outcomes scatter that come as stated."""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float64, Int64

from calibrant.metrics.inference.effective import row_weight

__all__ = ["TiedWeights"]

Each = Float64[np.ndarray, "*class bin"]


@final
@dataclass(frozen=True, slots=True, eq=False)
class TiedWeights:
    r"""What rows weigh that came, and rows that did not.

    Attributes
    ----------
    came, rest : Float64[ndarray, "*class bin"]
        Sum of squared weights over that of weights, of rows of either outcome, by `row_weight`.
    number, twice : Float64[ndarray, "*class bin"]
        Effective rows, of both outcomes added up, and the sum of all squared weights.

    Notes
    -----
    Probabilities state shares of weight: of rows that weigh :math:`w_1` or :math:`w_0` the chance
    of those stated p is :math:`q = p w_0 / s`, and one more that comes moves :math:`\sum w (p - y)`
    by :math:`s = (1 - p) w_1 + p w_0`, so that its variance is :math:`\sum q (1 - q) s^2`. The
    weight of a bin tells what came in it; the number of its rows does not.

    Examples
    --------
    >>> one = np.ones(1)  # ten rows of weight 10 came, a hundred of weight 1 did not
    >>> weights = TiedWeights.of(200 * one, 1100 * one, 100 * one, 1000 * one)
    >>> [float(x[0]) for x in (weights.came, weights.rest, weights.number)]
    [10.0, 1.0, 110.0]
    >>> float(weights.chance(0.5 * one)[0])  # one of eleven, which is half of the weight
    0.09090909090909091
    """

    came: Each
    rest: Each
    number: Each
    twice: Each

    @classmethod
    def of(cls, w: Each, ww: Each, wy: Each, wwy: Each) -> "TiedWeights":
        """From sums of weights and of squared weights, of all rows and times outcomes.

        Where few rows of an outcome are, they weigh as many times what others do as in all bins.
        """
        hold = w > 0
        usual, share = (np.where(hold, x / np.where(hold, w, 1), y) for x, y in ((ww, 1), (wy, 0)))
        share = np.clip(share, 0, 1)
        sides = (wy, wwy), (np.maximum(w - wy, 0), np.maximum(ww - wwy, 0))
        numbers = [np.where(ww > 0, w**2 / np.where(ww > 0, ww, 1), 0) for w, ww in sides]
        times = _ratio(usual, *zip(sides, numbers, strict=True))
        of_rest = usual / (share * times + 1 - share)  # so that both together weigh the usual
        (came, rest) = (
            row_weight(*(x.reshape(-1) for x in (*side, prior))).reshape(w.shape)
            for side, prior in zip(sides, (times * of_rest, of_rest), strict=True)
        )
        return cls(came, rest, numbers[0] + numbers[1], ww)

    def parts(self, number: Each, twice: Each, n: int) -> "TiedWeights":
        """Those of n parts of every bin, of which each has its number and its squared weights."""
        return TiedWeights(
            self.came.repeat(n, axis=-1), self.rest.repeat(n, axis=-1), number, twice
        )

    def at(self, bins: Int64[np.ndarray, " some"]) -> "TiedWeights":
        """Those of some bins of one event."""
        return TiedWeights(self.came[bins], self.rest[bins], self.number[bins], self.twice[bins])

    def step(self, stated: Each) -> Each:
        """What one more that comes moves, where p is stated."""
        return (1 - stated) * self.came + stated * self.rest

    def chance(self, stated: Each) -> Each:
        """Chance that a row comes, where p is stated of weight."""
        return stated * self.rest / self.step(stated)

    def variance(self, stated: Each, alike: Each) -> Each:
        r"""Variance of :math:`\sum w (p - y)`, from that for weights that tell nothing of outcomes.

        Parameters
        ----------
        stated : Float64[ndarray, "*class bin"]
            Mean of what is stated.
        alike : Float64[ndarray, "*class bin"]
            :math:`\sum w^2 p (1 - p)`, which tells how far rows state other than their mean.
        """
        chance, mean = self.chance(stated), self.twice * stated * (1 - stated)
        spread = np.where(mean > 0, alike / np.where(mean > 0, mean, 1), 0)
        return spread * self.number * chance * (1 - chance) * self.step(stated) ** 2

    def as_counts(self, stated: Each, alike: Each) -> tuple[Each, Each, Each, Each]:
        """Columns for `calibrated_gaps`, of which each outcome moves the sum by its step.

        Parameters
        ----------
        stated, alike : Float64[ndarray, "*class bin"]
            See `variance`.
        """
        step = self.step(stated)
        weight = step * self.number
        came = weight * self.chance(stated)
        return weight, step * weight, came, self.variance(stated, alike)


def _ratio(
    usual: Each, came: tuple[tuple[Each, Each], Each], rest: tuple[tuple[Each, Each], Each]
) -> Float64[np.ndarray, "*class one"]:
    """How many times as much rows weigh that came as others of their bin, in all bins together.

    Bins with rows of both outcomes tell it, each as far as its fewer rows do; 1 where none does.
    """
    there = (came[1] > 0) & (rest[1] > 0)
    told = came[1] * rest[1] / np.where(there, came[1] + rest[1], 1) / usual
    first, second = (
        (told * np.where(there, ww / np.where(there, w, 1), 0)).sum(axis=-1, keepdims=True)
        for (w, ww), _ in (came, rest)
    )
    return np.where(second > 0, first / np.where(second > 0, second, 1), 1.0)
