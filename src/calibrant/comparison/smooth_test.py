"""Which differences of two true smooth errors the two that were seen allow."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float64
from numpy import ndarray
from scipy.interpolate import CubicSpline, RectBivariateSpline
from scipy.special import ndtri

from calibrant.comparison.smooth_side import SmoothSide
from calibrant.metrics.inference.crossing import crossing

__all__ = ["SmoothTest"]

N_PAIRS, N_ASKED = 121, 25  # pairs of true errors with one difference, and differences
ACCURACY = 1e-12
MOST = 1400.0  # of a squared distance, whose chance is a number

Places = Float64[ndarray, " place"]


@dataclass(frozen=True, eq=False)
class SmoothTest:
    r"""Two smooth errors that were seen, beside those that true errors a and b would show.

    Attributes
    ----------
    first, second : SmoothSide
        The two models.
    shown : pair of Float64[ndarray, "size draw"]
        What the sizes of either would show, with the joint noise of both.

    Notes
    -----
    An error that is shown has a mean m and a deviation s that depend on the true one: near 0 noise
    alone decides, and m is flat. Of all true errors with :math:`a - b = \delta`, none below 0,
    those are taken that are nearest to both that were seen, in the metric of their joint noise.
    There the seen difference less its mean, over its deviation, is as good as normal; where both
    errors are off alike, which no true ones would mend, their distance with two degrees of freedom
    counts if it is less likely. So where an error is lost in noise it may be anything up to that
    noise, and the interval says so. One below what noise alone shows says no more than that.

    The proportions of true gaps are those seen, which noise has bent: the variance is multiplied
    by 1 and the share of noise alone in both errors, squared.
    """

    first: SmoothSide
    second: SmoothSide
    shown: tuple[Float64[ndarray, "size draw"], Float64[ndarray, "size draw"]]

    @cached_property
    def seen(self) -> tuple[float, float]:
        """Errors that were seen, at least what noise alone shows on average."""
        one, other = (
            max(side.seen, float(shown[0].mean()) if side.sizes[0] == 0 else 0.0)
            for side, shown in zip((self.first, self.second), self.shown, strict=True)
        )
        return one, other

    def end(self, deviations: float) -> float:
        """Difference at which the one seen is so many deviations above its mean.

        The nearer end of those that are asked, if it is so nowhere.
        """
        low, high = self._range
        return crossing(lambda d: self.deviations(d) - deviations, low, high, accuracy=ACCURACY)

    def deviations(self, difference: float) -> float:
        """How far the seen difference is above its mean, in its own deviations.

        At least as far as at differences that are nearer to the likeliest, and beyond those that
        are asked as far as at the last of them.
        """
        difference = min(max(difference, self._range[0]), self._range[1])
        at, above, below = self._outline
        found = self._deviations(difference)
        if found > 0:
            return min(found, float(above[np.searchsorted(at, difference, side="right") - 1]))
        return max(found, float(below[min(np.searchsorted(at, difference), len(at) - 1)]))

    @cached_property
    def _outline(self) -> tuple[Places, Places, Places]:
        """Differences, the least deviations at lesser ones, and the greatest at greater ones."""
        at = np.linspace(*self._range, N_ASKED)
        found = np.array([self._deviations(float(each)) for each in at])
        return at, np.minimum.accumulate(found), np.maximum.accumulate(found[::-1])[::-1]

    def _deviations(self, difference: float) -> float:
        one = self._likeliest(difference)
        other = one - difference
        off = self.seen[0] - self.seen[1] - float(self._mean[0](one) - self._mean[1](other))
        spread = [float(each(at)) for each, at in zip(self._spread, (one, other), strict=True)]
        shared = 2 * float(self._correlation(one, other)[0, 0]) * spread[0] * spread[1]
        variance = max(spread[0] ** 2 + spread[1] ** 2 - shared, 1e-300) * (1 + self.noise)
        far = float(self._distance(np.array([one]), np.array([other]))[0]) / (1 + self.noise)
        both = -float(ndtri(math.exp(-min(far, MOST) / 2) / 2))
        return math.copysign(max(abs(off) / math.sqrt(variance), both), self._middle - difference)

    @cached_property
    def _middle(self) -> float:
        """Difference of the true errors whose means are those that were seen."""
        one, other = (
            crossing(lambda size, m=mean, s=seen: float(m(size)) - s, side.sizes[0], side.sizes[-1])
            for side, mean, seen in zip(
                (self.first, self.second), self._mean, self.seen, strict=True
            )
        )
        return one - other

    @property
    def noise(self) -> float:
        """Share of noise alone in both errors, squared."""
        sides = self.first, self.second
        return sum(side.alone**2 for side in sides) / sum(seen**2 for seen in self.seen)

    def _likeliest(self, difference: float) -> float:
        """True error of the first model, if the second has this much less."""
        one, other = self.first.sizes, self.second.sizes
        at = np.linspace(
            max(one[0], other[0] + difference), min(one[-1], other[-1] + difference), N_PAIRS
        )
        far = self._distance(at, at - difference)
        k = int(far.argmin())
        if 0 < k < N_PAIRS - 1:
            bend = far[k - 1] - 2 * far[k] + far[k + 1]
            if bend > 0:
                return float(at[k] + (far[k - 1] - far[k + 1]) / (2 * bend) * (at[1] - at[0]))
        return float(at[k])

    def _distance(self, one: Places, other: Places) -> Places:
        """Of both seen errors from their means, squared, by their joint noise."""
        off = [
            (seen - mean(at)) / spread(at)
            for seen, mean, spread, at in zip(
                self.seen, self._mean, self._spread, (one, other), strict=True
            )
        ]
        r = self._correlation(one, other, grid=False).clip(-1 + 1e-9, 1 - 1e-9)
        return (off[0] ** 2 - 2 * r * off[0] * off[1] + off[1] ** 2) / (1 - r * r)

    @property
    def _range(self) -> tuple[float, float]:
        one, other = self.first.sizes, self.second.sizes
        return float(one[0] - other[-1]), float(one[-1] - other[0])

    @cached_property
    def _mean(self) -> list[CubicSpline]:
        return [
            CubicSpline(side.sizes, shown.mean(axis=1))
            for side, shown in zip((self.first, self.second), self.shown, strict=True)
        ]

    @cached_property
    def _spread(self) -> list[CubicSpline]:
        return [
            CubicSpline(side.sizes, np.maximum(shown.std(axis=1), 1e-12))
            for side, shown in zip((self.first, self.second), self.shown, strict=True)
        ]

    @cached_property
    def _correlation(self) -> RectBivariateSpline:
        one, other = (
            (each - each.mean(axis=1, keepdims=True)) / np.maximum(each.std(axis=1), 1e-12)[:, None]
            for each in self.shown
        )
        return RectBivariateSpline(
            self.first.sizes, self.second.sizes, one @ other.T / one.shape[1]
        )
