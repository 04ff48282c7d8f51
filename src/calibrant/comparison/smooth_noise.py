"""Noise of the gaps of two models, as smooth errors see it: raised where none can have come out."""

import math

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from calibrant.comparison.gap_noise import GapNoise
from calibrant.comparison.gap_rows import RowGaps

__all__ = ["noise_alone", "raised_covariance"]

N_PLACES = 65
NEIGHBOURS = 0.02  # least bandwidth by which two estimates of a variance are weighed
STEPS = 30

Cells = Float64[ndarray, " cell"]


def raised_covariance(
    noise: GapNoise, cells: tuple[RowGaps, RowGaps]
) -> Float64[ndarray, "both both"]:
    """Covariance that the rows show, raised where stated probabilities foretell more noise nearby.

    Where few outcomes are rare ones, none may have come out, and what was seen claims no noise. A
    cell alone has too few rows to tell; and two models keep the correlation of their gaps.
    """
    kept = np.concatenate([held[noise.either] for held in noise.held])
    seen = noise.seen[np.ix_(kept, kept)]
    n_first, times = int(noise.held[0].sum()), []
    sides = zip(cells, noise.held, (slice(n_first), slice(n_first, None)), strict=True)
    for gaps, held, at in sides:
        place, shown, stated = gaps.place[held], seen.diagonal()[at], gaps.stated_noise[held]
        bells = _bells(place, place, max(noise_alone(shown, place, NEIGHBOURS), NEIGHBOURS))
        near, foretold = bells @ shown, bells @ stated
        ratio = np.divide(foretold, near, out=np.ones_like(near), where=near > 0)
        times.append(np.sqrt(np.maximum(ratio, 1.0)))
    both = np.concatenate(times)
    return seen * np.outer(both, both)


def noise_alone(variance: Cells, place: Cells, least: float) -> float:
    """Bandwidth that equals the mean size of noise smoothed with it, at least `least`."""
    at = np.linspace(0, 1, N_PLACES)

    def size(sigma: float) -> float:
        spread = np.sqrt(np.square(_bells(at, place, sigma)) @ variance)
        middle = float(spread.sum() - (spread[0] + spread[-1]) / 2) / (N_PLACES - 1)
        return math.sqrt(2 / math.pi) * middle

    sigma = least
    for _ in range(STEPS):  # the size is nearly as the inverse root of the bandwidth
        found = max(least, sigma * (size(sigma) / sigma) ** (2 / 3))
        if abs(found - sigma) <= 1e-3 * sigma:
            return min(found, 1.0)
        sigma = found
    return min(sigma, 1.0)


def _bells(at: Float64[ndarray, " at"], place: Cells, sigma: float) -> Float64[ndarray, "at cell"]:
    """Gaussian about every cell, reflected at 0 and 1."""
    images = (place, -place, 2 - place)
    bells = sum(np.exp(-np.square((at[:, None] - image) / sigma) / 2) for image in images)
    return np.asarray(bells) / (sigma * math.sqrt(2 * math.pi))
