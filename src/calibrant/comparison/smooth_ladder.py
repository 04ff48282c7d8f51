"""Fixed points of many smoothed gaps at once, read between a few bandwidths."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float64
from numpy import ndarray
from scipy.fft import dct
from scipy.linalg import block_diag

__all__ = ["Densities", "Ladder", "size_of"]

RATIO = 1.35  # between bandwidths: the logarithm of the size is as good as linear in between
WAVES = 1.2  # of a bandwidth; faster ones are damped to 1e-3
PLACES = 2.5  # of a bandwidth
LEAST_PLACES = 32

Waves = Float64[ndarray, "*draw wave"]
Densities = Float64[ndarray, "*draw place"]  # of all bandwidths, one after another


@dataclass(frozen=True, eq=False)
class Ladder:
    """Bandwidths, the least first, at which smoothed gaps are looked at.

    Gaps are told by their cosine coefficients, smoothed with the least bandwidth: what is faster
    has no say, and joint noise of few coefficients is quick to draw.

    Parameters
    ----------
    least, most : float
        Ends of the range in which fixed points are wanted.
    """

    least: float
    most: float

    @cached_property
    def bandwidths(self) -> Float64[ndarray, " rung"]:
        """Two or more, at equal ratios."""
        most = max(self.most, self.least * RATIO)
        n_rungs = math.ceil(math.log(most / self.least) / math.log(RATIO)) + 1
        return np.geomspace(self.least, most, n_rungs)

    @property
    def n_waves(self) -> int:
        """Coefficients that have a say."""
        return _n_waves(self.least)

    def basis(self, place: Float64[ndarray, " cell"]) -> Float64[ndarray, "wave cell"]:
        """Coefficients of a mass of 1 at every place of [0, 1]."""
        wave = np.arange(self.n_waves)
        return np.cos(np.pi * np.outer(wave, place)) * _damping(self.n_waves, self.least)[:, None]

    def densities(self, waves: Waves) -> Densities:
        """Smoothed gaps at every bandwidth, at as many places of [0, 1] as it asks for."""
        found = [self.density(waves, float(sigma)) for sigma in self.bandwidths]
        return np.concatenate(found, axis=-1)

    @cached_property
    def _weights(self) -> Float64[ndarray, "place rung"]:
        """What every place of `densities` counts in the integral at every bandwidth."""
        parts = [_trapezoids(_n_places(float(sigma)) + 1) for sigma in self.bandwidths]
        return np.asarray(block_diag(*parts)).T

    def density(self, waves: Waves, sigma: float) -> Float64[ndarray, "*draw place"]:
        """Smoothed gaps at a bandwidth; at the least one for any below."""
        further = math.sqrt(max(sigma**2 - self.least**2, 0.0))
        n_kept = min(self.n_waves, _n_waves(max(sigma, self.least)))
        n_places = _n_places(max(sigma, self.least))
        damped = np.zeros((*waves.shape[:-1], n_places + 1))
        kept = min(n_kept, n_places)
        np.multiply(waves[..., :kept], _damping(kept, further), out=damped[..., :kept])
        return np.asarray(dct(damped, type=1, axis=-1, overwrite_x=True))

    def fixed_points(self, densities: Densities) -> Float64[ndarray, "*draw"]:
        """Bandwidth that equals the size, of densities as from `densities` and sums of such.

        In logarithms between the two bandwidths about it; beyond the last ones as between these.
        """
        place = np.log(self.bandwidths)
        sizes = np.abs(densities) @ self._weights
        above = np.log(np.maximum(sizes, 1e-300)) - place
        rung = np.clip((above > 0).sum(axis=-1) - 1, 0, len(place) - 2)
        here, after = (
            np.take_along_axis(above, (rung + k)[..., None], axis=-1)[..., 0] for k in (0, 1)
        )
        found = place[rung] + (place[1] - place[0]) * here / np.maximum(here - after, 1e-9)
        return np.asarray(np.exp(np.clip(found, -700.0, 0.0)))


def size_of(density: Float64[ndarray, "*draw place"]) -> Float64[ndarray, "*draw"]:
    """Integral over [0, 1] of the absolute value, of densities at equal places."""
    return np.asarray(np.abs(density) @ _trapezoids(density.shape[-1]))


def _trapezoids(n_places: int) -> Float64[ndarray, " place"]:
    weights = np.full(n_places, 1 / (n_places - 1))
    weights[[0, -1]] /= 2
    return weights


def _n_places(sigma: float) -> int:
    """A power of two."""
    return max(LEAST_PLACES, 1 << (math.ceil(PLACES / sigma) - 1).bit_length())


def _n_waves(sigma: float) -> int:
    return math.ceil(WAVES / sigma) + 1


def _damping(n_waves: int, sigma: float) -> Float64[ndarray, " wave"]:
    return np.exp(-0.5 * np.square(np.pi * sigma * np.arange(n_waves)))
