"""Weights that hang together with what comes out, and how outcomes scatter that come as stated."""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float64, Int64

__all__ = ["TiedWeights"]

PRIOR = 0.25  # rows of either outcome that weigh alike, for what all bins tell
OF_ALL = 50.0  # rows of either outcome that weigh as in all bins, for what one bin tells
Each = Float64[np.ndarray, "*class bin"]


@final
@dataclass(frozen=True, slots=True, eq=False)
class TiedWeights:
    r"""What rows weigh that came, and rows that did not.

    Attributes
    ----------
    times : Float64[ndarray, "*class bin"]
        How many times as much rows weigh that came.
    alone, twice : Float64[ndarray, "*class bin"]
        Sum of the weights, and of their squares, if those that came weighed as the others.
    as_they_are : Float64[ndarray, "*class bin"]
        Sum of the squares of weights as they are.

    Notes
    -----
    Probabilities state shares of weight. Where a row weighs :math:`u` if it does not come and
    :math:`t u` if it does, the chance of one stated p is :math:`q = p / (p + t (1 - p))`; coming
    moves :math:`\sum w (p - y)` by :math:`s = u (t (1 - p) + p)`, so that its variance is
    :math:`\sum q (1 - q) s^2 = t \sum u^2 p (1 - p)`. The weight of a bin tells what came in it;
    the sums of u do not.

    References
    ----------
    .. [1] Mantel, Haenszel. "Statistical Aspects of the Analysis of Data From Retrospective Studies
       of Disease." Journal of the National Cancer Institute 22, 1959: the ratio of many tables,
       which few rows each do not bias.

    Examples
    --------
    >>> one = np.ones(1)  # 10,000 rows of weight 10 came, 100,000 of weight 1 did not
    >>> weights = TiedWeights.of(2e5 * one, 1.1e6 * one, 1e5 * one, 1e6 * one)
    >>> [round(float(x[0]), 2) for x in (weights.came, weights.rest, weights.number)]
    [10.0, 1.0, 110000.0]
    >>> round(float(weights.chance(0.5 * one)[0]), 5)  # one of eleven, which is half of the weight
    0.09091
    """

    times: Each
    alone: Each
    twice: Each
    as_they_are: Each

    @classmethod
    def of(cls, w: Each, ww: Each, wy: Each, wwy: Each, times: Each | None = None) -> "TiedWeights":
        """From sums of weights and of squared weights, of all rows and times outcomes.

        Parameters
        ----------
        w, ww, wy, wwy : Float64[ndarray, "*class bin"]
            The sums.
        times : Float64[ndarray, "*class bin"], optional
            How many times as much rows weigh that came; by default what these rows tell.
        """
        rest, rests = np.maximum(w - wy, 0), np.maximum(ww - wwy, 0)
        if times is None:
            times = _times((wy, wwy), (rest, rests))
        return cls(times, rest + wy / times, rests + wwy / times**2, ww)

    @property
    def rest(self) -> Each:
        """Sum of squared weights over that of weights, of rows that did not come; 1 of none."""
        return np.where(self.alone > 0, self.twice / np.where(self.alone > 0, self.alone, 1), 1)

    @property
    def came(self) -> Each:
        """The same of rows that came."""
        return self.times * self.rest

    @property
    def number(self) -> Each:
        """Effective rows."""
        return self.alone / self.rest

    def at(self, bins: Int64[np.ndarray, " some"]) -> "TiedWeights":
        """Those of some bins of one event."""
        return TiedWeights(
            *(x[bins] for x in (self.times, self.alone, self.twice, self.as_they_are))
        )

    def step(self, stated: Each) -> Each:
        """What one more that comes moves, where p is stated."""
        return (1 - stated) * self.came + stated * self.rest

    def chance(self, stated: Each) -> Each:
        """Chance that a row comes, where p is stated of weight."""
        return stated / ((1 - stated) * self.times + stated)

    def came_of(
        self, stated: Float64[np.ndarray, " bin"], gap: Float64[np.ndarray, "draw bin"]
    ) -> Float64[np.ndarray, "draw bin"]:
        r"""How many rows came of bins of one event whose :math:`\sum w (p - y)` is the gap.

        Rows that are drawn as a normal number may be more than all, or fewer than none.
        """
        came = self.number * self.chance(stated) - gap / self.step(stated)
        return np.clip(came, 0, self.number)

    def variance(self, stated: Each, alike: Each) -> Each:
        r"""Variance of :math:`\sum w (p - y)`, from that for weights that tell nothing of outcomes.

        Parameters
        ----------
        stated : Float64[ndarray, "*class bin"]
            Mean of what is stated.
        alike : Float64[ndarray, "*class bin"]
            :math:`\sum w^2 p (1 - p)`, which tells how far rows state other than their mean.
        """
        mean = self.as_they_are * stated * (1 - stated)
        spread = np.where(mean > 0, alike / np.where(mean > 0, mean, 1), 0)
        return spread * self.times * self.twice * stated * (1 - stated)

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


def _times(came: tuple[Each, Each], rest: tuple[Each, Each]) -> Each:
    """How many times as much rows weigh that came as others of their bin.

    Bins with rows of both outcomes tell it, all of them together better than each by itself.
    """
    numbers = [w**2 / np.where(ww > 0, ww, 1) for w, ww in (came, rest)]
    both = np.where(numbers[0] + numbers[1] > 0, numbers[0] + numbers[1], 1)
    told = numbers[0] * numbers[1] / both
    twice = np.where(came[1] + rest[1] > 0, came[1] + rest[1], 1)
    heavier, lighter = came[1] * rest[0] / twice, rest[1] * came[0] / twice
    sums = [x.sum(axis=-1, keepdims=True) for x in (heavier, lighter, told)]
    of_all = sums[2] / (sums[2] + PRIOR) * _log_ratio(sums[0], sums[1])
    of_each = told * _log_ratio(heavier, lighter) + OF_ALL * of_all
    return np.exp(of_each / (told + OF_ALL))


def _log_ratio(above: Each, below: Each) -> Each:
    """Logarithm of a ratio; 0 of nothing, in either."""
    there = (above > 0) & (below > 0)
    return np.where(there, np.log(np.where(there, above, 1) / np.where(there, below, 1)), 0)
