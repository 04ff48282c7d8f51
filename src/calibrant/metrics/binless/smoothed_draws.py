"""Draws of noise on nodes of [0, 1], smoothed with any bandwidth: what its size adds up to."""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from jaxtyping import Float64
from scipy.fft import dct
from scipy.special import ndtri

from calibrant.metrics.inference.noise import quantile

__all__ = ["MANY", "NODES", "SmoothedNoise", "smoothed", "trapezoids", "waves_of"]

NODES = (150, 300, 600, 1200, 3600)  # of [0, 1], as many as a bandwidth asks for
MANY = 600  # nodes beyond which an integral is as good as normal: it has hundreds of patches
IN_CACHE = 1 << 14  # numbers
REACH = 3.0  # waves faster than this many a bandwidth are damped to 1e-19

Nodes = Float64[np.ndarray, " node"]
Draws = Float64[np.ndarray, "draw node"]
Places = Float64[np.ndarray, " place"]  # on [0, 1], as many as a bandwidth asks for
PlaceDraws = Float64[np.ndarray, "draw place"]
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
        return waves_of(self.draws)

    def at(self, sigma: float) -> PlaceDraws:
        """Draws of the density that noise has once it is smoothed; not their opposites."""
        return smoothed(self._waves, sigma)

    def sizes(self, sigma: float) -> Float64[np.ndarray, " size"]:
        """Integral of the size of what `at` gives, draw by draw."""
        return self.sizes_about(None, self.at(sigma))

    def sizes_about(self, true: Places | None, noise: PlaceDraws) -> Float64[np.ndarray, " size"]:
        """Integral of the size of true gaps with noise, draw by draw, opposites included."""
        if true is None or not true.any():
            sizes = _sizes(noise, None)
            return np.concatenate((sizes, sizes)) if self.mirrored else sizes
        sizes = _sizes(noise, true)
        return np.concatenate((sizes, _sizes(noise, -true))) if self.mirrored else sizes

    def error_at(self, noise: PlaceDraws, sign: Places) -> float:
        """Standard deviation of the integral of noise times signs."""
        sums = np.einsum("dp,p->d", noise, sign * trapezoids(noise.shape[1]))
        return float(np.sqrt(np.square(sums).mean())) if self.mirrored else float(sums.std())

    @property
    def is_fine(self) -> bool:
        """Whether there are so many nodes that the integral of the noise is normal."""
        return self.draws.shape[1] - 1 > MANY

    def quantile(self, integrals: Float64[np.ndarray, " draw"], share: float) -> float:
        """Quantile of the integrals of draws."""
        if self.is_fine:
            return float(integrals.mean() + ndtri(share) * integrals.std())
        return quantile(integrals, share)


def waves_of(masses: Float64[np.ndarray, "*draw node"]) -> Float64[np.ndarray, "*draw wave"]:
    """Cosine coefficients of masses at 0, 1/N, ..., 1."""
    halved = masses / 2
    halved[..., 0] *= 2
    halved[..., -1] *= 2
    return np.asarray(dct(halved, type=1, axis=-1))


def smoothed(
    waves: Float64[np.ndarray, "*draw wave"], sigma: float, n_shown: int | None = None
) -> Float64[np.ndarray, "*draw place"]:
    """Densities at 0, 1/n, ..., 1: at as many as the waves left of a bandwidth ask for, or more."""
    n_nodes = waves.shape[-1] - 1
    n_waves = min(n_nodes + 1, int(REACH / sigma) + 1)
    enough = min(n_nodes, max(16, 1 << (2 * n_waves - 1).bit_length()))
    n = enough if n_shown is None else n_shown
    n_kept = min(n_waves, n + 1)
    damped = np.zeros((*waves.shape[:-1], n + 1))
    damping = np.exp(-0.5 * (np.pi * sigma * np.arange(n_kept)) ** 2)
    np.multiply(waves[..., :n_kept], damping, out=damped[..., :n_kept])
    return np.asarray(dct(damped, type=1, axis=-1, overwrite_x=True))


def _sizes(noise: PlaceDraws, true: Places | None) -> Float64[np.ndarray, " draw"]:
    """Integral of the size of true gaps with noise, draw by draw; a few at a time, in the cache."""
    n_draws, n_places = noise.shape
    weights, step = trapezoids(n_places), max(1, IN_CACHE // n_places)
    held, sizes = np.empty((min(step, n_draws), n_places)), np.empty(n_draws)
    for start in range(0, n_draws, step):
        some = noise[start : start + step]
        shown = held[: len(some)]
        if true is not None:
            some = np.add(some, true, out=shown)
        np.einsum("dp,p->d", np.abs(some, out=shown), weights, out=sizes[start : start + step])
    return sizes


@lru_cache(maxsize=16)
def trapezoids(n_places: int) -> Places:
    """Those of the trapezoidal rule at equal places of [0, 1]."""
    weights = np.full(n_places, 1 / (n_places - 1))
    weights[[0, -1]] /= 2
    return weights


@lru_cache(maxsize=len(NODES))
def _normals(n_nodes: int) -> Draws:
    """Fixed table of normal numbers, of which the opposite is meant as well."""
    half = 512 if n_nodes <= MANY else 128
    return np.random.Generator(np.random.PCG64(n_nodes)).standard_normal((half, n_nodes + 1))
