"""Interval of a smooth calibration error, and what it would be under calibration.

The error is the bandwidth at which the smoothed gaps are as large as the bandwidth itself. So a
bandwidth is in the interval if gaps as large as it, smoothed with it, may well show what was seen:
a test at every bandwidth, and no resampling of the fixed point.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import numpy as np
from jaxtyping import Float64
from scipy.fft import dct
from scipy.special import ndtr, ndtri

from calibrant.metrics.inference.crossing import crossing, crossing_near
from calibrant.metrics.inference.noise import quantile

__all__ = ["NODES", "SmoothedNoise", "smooth_interval", "typical", "under_calibration"]

NODES = (150, 300, 600, 1200, 3600)  # of [0, 1], as many as a bandwidth asks for
MANY = 600  # nodes beyond which an integral is as good as normal: it has hundreds of patches
ACCURACY = 1e-13  # of an end: rounding in the sums may not show
SURE = 8.0  # errors that the value must be, for its ends to be guessed: else several may do
NEAR = 1e-4  # between two guesses, relative
TINY = 1e-12  # what is seen without noise is not beyond its tail
REACH = 3.0  # waves faster than this many a bandwidth are damped to 1e-19

Nodes = Float64[np.ndarray, " node"]
Draws = Float64[np.ndarray, "draw node"]
Places = Float64[np.ndarray, " place"]  # on [0, 1], as many as a bandwidth asks for
PlaceDraws = Float64[np.ndarray, "draw place"]
Waves = Float64[np.ndarray, " wave"]
WaveDraws = Float64[np.ndarray, "draw wave"]


@dataclass(frozen=True)
class SmoothedNoise:
    """Noise on the nodes 0, 1/N, ..., 1, ready to be smoothed.

    Parameters
    ----------
    draws : Float64[np.ndarray, "draw node"]
        Draws of the masses of all nodes.
    error : float, optional
        Most that the standard deviation of the sum of all nodes is, whatever their signs. Without
        it that of the signs that were seen is taken.
    mirrored : bool, default False
        Whether every draw stands for its opposite as well.
    """

    draws: Draws
    error: float | None = None
    mirrored: bool = False

    @classmethod
    def independent(cls, variance: Nodes) -> "SmoothedNoise":
        """Normal noise of such a variance on every node, independent from node to node."""
        draws = _normals(len(variance) - 1) * np.sqrt(variance)
        return cls(draws, math.sqrt(float(variance.sum())), mirrored=True)

    @cached_property
    def _waves(self) -> WaveDraws:
        return _waves(self.draws)

    def at(self, sigma: float) -> PlaceDraws:
        """Draws of the density that noise has once it is smoothed."""
        drawn = _smoothed(self._waves, sigma)
        return np.concatenate((drawn, -drawn)) if self.mirrored else drawn

    def sizes(self, sigma: float) -> Float64[np.ndarray, " draw"]:
        """Integral of the size of what `at` gives, draw by draw."""
        sizes = _integral(_smoothed(self._waves, sigma))
        return np.concatenate((sizes, sizes)) if self.mirrored else sizes

    @property
    def is_fine(self) -> bool:
        """Whether there are so many nodes that the integral of the noise is normal."""
        return self.draws.shape[1] - 1 > MANY

    def quantile(self, integrals: Float64[np.ndarray, " draw"], share: float) -> float:
        """Quantile of the integrals of draws."""
        if self.is_fine:
            return float(integrals.mean() + ndtri(share) * integrals.std())
        return quantile(integrals, share)


@dataclass(frozen=True)
class _Seen:
    """Gaps and their noise on the same nodes."""

    gap: Nodes
    noise: SmoothedNoise

    @cached_property
    def _waves(self) -> Waves:
        return _waves(self.gap)

    def excess(self, sigma: float) -> float:
        """Integral of the sizes of smoothed gaps, less the bandwidth."""
        return float(_integral(_smoothed(self._waves, sigma))) - sigma

    def at(self, sigma: float) -> tuple[Places, PlaceDraws]:
        """Smoothed gaps, as sizes, and draws of their noise, each with the sign of its gap."""
        gap, noise = _smoothed(self._waves, sigma), self.noise.at(sigma)
        return np.abs(gap), noise * np.where(gap < 0, -1.0, 1.0)


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
    error = float(_trapezoids(seen.at(value)[1]).std())
    reach = float(ndtri(1 - tail)) * error if SURE * error < value else None
    low = _low(seen, tail, least, None if reach is None else value - reach)
    return low, _high(seen, tail, least, n_effective, None if reach is None else value + reach)


def typical(noise: SmoothedNoise, least: float) -> float:
    """Fixed point of noise alone, on average, at least `least`."""

    def excess(sigma: float) -> float:
        return float(noise.sizes(sigma).mean()) - sigma

    return _root_of_noise(excess, least)


def under_calibration(noise: SmoothedNoise, value: float, least: float) -> tuple[float, float]:
    """95th percentile of the fixed point of noise alone, and the chance of one beyond `value`."""

    def beyond(sigma: float) -> float:
        return noise.quantile(noise.sizes(sigma), 0.95) - sigma

    floor = _root_of_noise(beyond, least)
    drawn = noise.sizes(max(value, least))
    if noise.is_fine:
        return floor, float(ndtr((drawn.mean() - value) / drawn.std())) if drawn.any() else 1.0
    return floor, (1 + float((drawn >= value).sum())) / (1 + len(drawn))


def _low(seen: _Seen, tail: float, least: float, near: float | None) -> float:
    size, noise = seen.at(least)
    total = float(_integral(size))
    if total <= seen.noise.quantile(_integral(noise), 1 - tail):
        return 0.0

    def excess(size: Places, noise: PlaceDraws, true: float) -> float:
        shrunk = _shrunk_to(size, np.sqrt((noise**2).mean(axis=0)), true)
        if shrunk is None:
            return total
        shown = seen.noise.quantile(_integral(shrunk + noise), 1 - tail)
        return float(_integral(size)) - shown - TINY

    if excess(size, noise, least) <= 0 or total <= least:
        return _root(lambda true: excess(size, noise, true), 0.0, min(total, least))
    return _root_near(lambda true: excess(*seen.at(true), true), near, least)


def _high(seen: _Seen, tail: float, least: float, n_effective: float, near: float | None) -> float:
    z = float(ndtri(1 - tail))

    def excess(true: float) -> float:
        size, noise = seen.at(true)
        spread = np.sqrt((noise**2).mean(axis=0))
        total = float(_integral(size))
        if not spread.any():
            return true - total
        shown = max(total, seen.noise.quantile(_integral(noise), 0.5))
        dense = true / float(_integral(spread)) * spread
        below = seen.noise.quantile(_integral(dense + noise), tail) - shown
        error = seen.noise.error
        if error is None:
            error = float(_trapezoids(noise).std())
        error = math.sqrt(max(0.0, error**2 - total**2 / n_effective))
        return max(below, true - total - z * error)

    if excess(least) >= 0:
        return least
    if excess(1.0) <= 0:
        return 1.0
    return _root_near(excess, near, least)


def _shrunk_to(size: Places, spread: Places, total: float) -> Places | None:
    """Gaps shrunk by their noise, the small ones to 0, that add up to `total`, if any do."""
    noisy = spread > 0

    def shrunk(shrinkage: float) -> Places:
        return np.sqrt(np.maximum(size**2 - (shrinkage * spread) ** 2, 0))

    most = float((size[noisy] / spread[noisy]).max(initial=0.0))
    if float(_integral(size)) <= total:
        return size
    if float(_integral(shrunk(most))) > total:  # gaps without noise stay
        return None
    return shrunk(_root(lambda x: float(_integral(shrunk(x))) - total, 0.0, most))


def _root_of_noise(excess: Callable[[float], float], least: float) -> float:
    """Fixed point of noise alone, which is as the inverse root of the bandwidth."""
    excess = cache(excess)
    if excess(least) <= 0:
        return least
    near = least * (1 + excess(least) / least) ** (2 / 3)
    return crossing_near(excess, (least, near), least, 1.0, accuracy=ACCURACY)


def _root_near(of: Callable[[float], float], near: float | None, least: float) -> float:
    """Root from `least` on: by secants from a guess, if there is one."""
    if near is None:
        return _root(of, least, 1.0)
    return crossing_near(of, (near, near * (1 + NEAR)), least, 1.0, accuracy=ACCURACY)


def _root(of: Callable[[float], float], low: float, high: float) -> float:
    return crossing(of, low, high, accuracy=ACCURACY)


def _waves(masses: Float64[np.ndarray, "*draw node"]) -> Float64[np.ndarray, "*draw wave"]:
    """Cosine coefficients of masses at 0, 1/N, ..., 1."""
    halved = masses / 2
    halved[..., 0] *= 2
    halved[..., -1] *= 2
    return np.asarray(dct(halved, type=1, axis=-1))


def _smoothed(
    waves: Float64[np.ndarray, "*draw wave"], sigma: float
) -> Float64[np.ndarray, "*draw place"]:
    """Densities at as many nodes as the waves that are left of a bandwidth ask for."""
    n_nodes = waves.shape[-1] - 1
    n_waves = min(n_nodes + 1, int(REACH / sigma) + 1)
    n_shown = min(n_nodes, max(16, 1 << (2 * n_waves - 1).bit_length()))
    kept = waves[..., : min(n_waves, n_shown + 1)]
    damped = kept * np.exp(-0.5 * (np.pi * sigma * np.arange(kept.shape[-1])) ** 2)
    return np.asarray(dct(damped, type=1, n=n_shown + 1, axis=-1))


def _integral(density: Float64[np.ndarray, "*draw place"]) -> Float64[np.ndarray, "*draw"]:
    """Integral over [0, 1] of the absolute value."""
    return _trapezoids(np.abs(density))


def _trapezoids(density: Float64[np.ndarray, "*draw place"]) -> Float64[np.ndarray, "*draw"]:
    ends = (density[..., 0] + density[..., -1]) / 2
    return np.asarray((density.sum(axis=-1) - ends) / (density.shape[-1] - 1))


@lru_cache(maxsize=len(NODES))
def _normals(n_nodes: int) -> Draws:
    """Fixed table of normal numbers, of which the opposite is meant as well."""
    half = 512 if n_nodes <= MANY else 128
    return np.random.Generator(np.random.PCG64(n_nodes)).standard_normal((half, n_nodes + 1))
