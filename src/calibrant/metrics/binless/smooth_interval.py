"""Interval of a smooth calibration error, and what it would be under calibration.

The error is the bandwidth at which the smoothed gaps are as large as the bandwidth itself. So a
bandwidth is in the interval if gaps as large as it, smoothed with it, may well show what was seen:
a test at every bandwidth, and no resampling of the fixed point.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from jaxtyping import Float64
from scipy.special import ndtri

from calibrant.metrics.binless.smoothed_draws import (
    SmoothedNoise,
    smoothed,
    trapezoids,
    waves_of,
)
from calibrant.metrics.binless.smoothed_size import SmoothedSize
from calibrant.metrics.inference.crossing import crossing, settled

__all__ = ["fixed_point_of_noise", "smooth_interval", "typical", "under_calibration"]

ACCURACY = 1e-13  # of an end: rounding in the sums may not show
LAST = 1e-9  # step of a secant, after which the root is off by about the square of it
SURE = 8.0  # errors that the value must be, for its ends to be guessed: else several may do
NEAR = 1e-4  # between two guesses, relative
TINY = 1e-12  # what is seen without noise is not beyond its tail

Nodes = Float64[np.ndarray, " node"]
Places = Float64[np.ndarray, " place"]  # on [0, 1], as many as a bandwidth asks for
PlaceDraws = Float64[np.ndarray, "draw place"]
Waves = Float64[np.ndarray, " wave"]


@dataclass(frozen=True)
class _Seen:
    """Gaps and their noise on the same nodes."""

    gap: Nodes
    noise: SmoothedNoise

    @cached_property
    def _waves(self) -> Waves:
        return waves_of(self.gap)

    def excess(self, sigma: float) -> float:
        """Integral of the sizes of smoothed gaps, less the bandwidth."""
        return _integral(smoothed(self._waves, sigma)) - sigma

    def at(self, sigma: float) -> "_Smoothed":
        """Both, smoothed."""
        return _Smoothed(smoothed(self._waves, sigma), self.noise.at(sigma), self.noise)


@dataclass(frozen=True)
class _Smoothed:
    """Smoothed gaps and draws of their smoothed noise, at the same places."""

    gap: Places
    drawn: PlaceDraws
    noise: SmoothedNoise

    @cached_property
    def sign(self) -> Places:
        """Sign of every gap, + of none."""
        return np.where(self.gap < 0, -1.0, 1.0)

    @cached_property
    def size(self) -> Places:
        """Size of every gap."""
        return np.abs(self.gap)

    @cached_property
    def spread(self) -> Places:
        """Standard deviation of the noise."""
        return np.sqrt(np.einsum("dp,dp->p", self.drawn, self.drawn) / len(self.drawn))

    def shown(self, true: Places | None, share: float) -> float:
        """Quantile of what true gaps of these sizes, and of the signs seen, show with noise."""
        about = None if true is None else true * self.sign
        return self.noise.quantile(self.noise.sizes_about(about, self.drawn), share)

    def error(self) -> float:
        """Standard deviation of the integral, had no gap another sign than that seen."""
        return self.noise.error_at(self.drawn, self.sign)


def smooth_interval(
    gap: Nodes, noise: SmoothedNoise, n_effective: float, level: float, least: float
) -> tuple[float, float]:
    r"""Interval of the bandwidth at which smoothed gaps add up to the bandwidth.

    Parameters
    ----------
    gap : Float64[np.ndarray, "node"]
        Stated less observed over all weight, on nodes of [0, 1].
    noise : SmoothedNoise
        Its noise, for a number of rows that is left to chance.
    n_effective : float
        Rows behind it, a number that was not: :math:`(\sum w)^2 / \sum w^2`. Infinite where the
        noise is that of a fixed number.
    level : float
        Coverage, in (0, 1).
    least : float
        Bandwidth below which gaps are not smoothed: smaller errors are tested with this one.

    Returns
    -------
    tuple of float
        Its ends, in [0, 1]. The plug-in may lie above both: noise adds to it.

    Notes
    -----
    Let T be the integral of the smoothed gaps' sizes at bandwidth b. The error decreases in the
    bandwidth, so that a true value s means true gaps of at most s at any bandwidth from s on. The
    lower end is the least s with T no greater than its upper tail under true gaps
    :math:`\sqrt{\max(r^2 - \lambda^2 \sigma_r^2, 0)}` that add up to s, at
    :math:`b = \max(s, b_0)`; the upper end is the greatest s with T no less than its lower tail
    under true gaps in proportion to their noise that add up to s, at b = s, and at most T and the
    error of the sum with the signs of the truth.

    References
    ----------
    .. [1] Blasiok, Nakkiran. "Smooth ECE." ICLR 2024 (2309.12500): the fixed point. The paths:
       see `calibrant.metrics.inference.firm`.
    """
    tail = (1 - level) / 2
    seen = _Seen(gap, noise)
    value = _root(seen.excess, least, 1.0)
    error = seen.at(value).error()
    reach = float(ndtri(1 - tail)) * error if SURE * error < value else None
    low = _low(seen, tail, least, None if reach is None else value - reach)
    return low, _high(seen, tail, least, n_effective, None if reach is None else value + reach)


def typical(noise: SmoothedNoise, least: float) -> float:
    """Fixed point of noise alone, on average, at least `least`."""
    return fixed_point_of_noise(lambda sigma: float(noise.sizes(sigma).mean()), least)


def under_calibration(
    noise: SmoothedNoise | SmoothedSize, value: float, least: float
) -> tuple[float, float]:
    """95th percentile of the fixed point of noise alone, and the chance of one beyond `value`."""
    if isinstance(noise, SmoothedSize):
        floor = fixed_point_of_noise(lambda sigma: noise.quantile(sigma, 0.95, least), least)
        return floor, noise.chance_beyond(value, max(value, least))

    floor = fixed_point_of_noise(lambda sigma: noise.quantile(noise.sizes(sigma), 0.95), least)
    drawn = noise.sizes(max(value, least))
    return floor, (1 + float((drawn >= value).sum())) / (1 + len(drawn))


def _low(seen: _Seen, tail: float, least: float, near: float | None) -> float:
    def excess(found: _Smoothed, true: float) -> float:
        total, shrunk = _integral(found.size), _shrunk_to(found.size, found.spread, true)
        return total if shrunk is None else total - found.shown(shrunk, 1 - tail) - TINY

    def above(true: float) -> float:
        return excess(seen.at(true), true)

    end = _settled(above, near, least)
    if end is not None:
        return end
    at_least = seen.at(least)
    total = _integral(at_least.size)
    if total <= at_least.shown(None, 1 - tail):
        return 0.0
    if excess(at_least, least) <= 0 or total <= least:
        return _root(lambda true: excess(at_least, true), 0.0, min(total, least))
    return _root(above, least, 1.0)


def _high(seen: _Seen, tail: float, least: float, n_effective: float, near: float | None) -> float:
    z = float(ndtri(1 - tail))

    def excess(true: float) -> float:
        found = seen.at(true)
        total = _integral(found.size)
        if not found.spread.any():
            return true - total
        shown = max(total, found.shown(None, 0.5))
        dense = true / _integral(found.spread) * found.spread
        below = found.shown(dense, tail) - shown
        error = found.error() if seen.noise.error is None else seen.noise.error
        error = math.sqrt(max(0.0, error**2 - total**2 / n_effective))
        return max(below, true - total - z * error)

    end = _settled(excess, near, least)
    if end is not None:
        return end
    if excess(least) >= 0:
        return least
    return 1.0 if excess(1.0) <= 0 else _root(excess, least, 1.0)


def _shrunk_to(size: Places, spread: Places, total: float) -> Places | None:
    """Gaps shrunk by their noise, the small ones to 0, that add up to `total`, if any do."""
    noisy = spread > 0

    def shrunk(shrinkage: float) -> Places:
        return np.sqrt(np.maximum(size**2 - (shrinkage * spread) ** 2, 0))

    most = float((size[noisy] / spread[noisy]).max(initial=0.0))
    if _integral(size) <= total:
        return size
    if _integral(shrunk(most)) > total:  # gaps without noise stay
        return None
    return shrunk(_root(lambda x: _integral(shrunk(x)) - total, 0.0, most))


def fixed_point_of_noise(size: Callable[[float], float], least: float) -> float:
    """Bandwidth at which smoothed noise has that size, at least `least` and at most 1.

    The size is nearly as the inverse root of the bandwidth, so that in logarithms secants from two
    guesses are almost right.
    """
    size = cache(size)
    if size(least) <= least:
        return least

    def excess(place: float) -> float:
        return math.log(size(math.exp(place)) / math.exp(place))

    lowest = math.log(least)
    near = lowest + excess(lowest) / 1.5
    place = settled(excess, (lowest, near), lowest, 0.0, accuracy=LAST)
    if place is not None:
        return math.exp(place)
    return _root(lambda sigma: size(sigma) - sigma, least, 1.0)


def _settled(of: Callable[[float], float], near: float | None, least: float) -> float | None:
    """Root beyond `least` that is near a guess, if there is one and secants settle."""
    if near is None:
        return None
    return settled(of, (near, near * (1 + NEAR)), least, 1.0, accuracy=LAST)


def _root(of: Callable[[float], float], low: float, high: float) -> float:
    return crossing(of, low, high, accuracy=ACCURACY)


def _integral(density: Float64[np.ndarray, " place"]) -> float:
    """Integral over [0, 1] of the absolute value."""
    return float((np.abs(density) * trapezoids(len(density))).sum())
