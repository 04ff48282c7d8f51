"""Noise of gaps: how far each of them is off by chance, and what their absolute values add up to.

Draws come from one fixed table, so that the same gaps have the same interval everywhere.
"""

from abc import ABC, abstractmethod
from functools import lru_cache
from typing import final

import numpy as np
from jaxtyping import Bool, Float64
from numpy import ndarray
from scipy.special import erf, ndtri
from scipy.stats import qmc

__all__ = [
    "MOST_SOBOL",
    "DrawnNoise",
    "Noise",
    "folded_mean",
    "normals",
    "quantile",
    "weighted_sum",
]

LOG2_DRAWS = 11  # rows of the table of normals: 2,048
MOST_SOBOL = 16  # gaps, beyond which Sobol points hang together
MOST_FREED = 512  # gaps; correlations of more are left in
SEED = 21  # of 24, that whose sums of 17 to 66 sizes have the best mean and deviation
MOST_DRAWN = 64  # gaps; of more, the sum of those with the least noise is as good as normal


class Noise(ABC):
    """Joint noise of some gaps, normal with mean 0."""

    @property
    @abstractmethod
    def deviation(self) -> Float64[ndarray, " gap"]:
        """Standard deviation of every gap."""

    @abstractmethod
    def sums(
        self, true: Float64[ndarray, " gap"], sign: Float64[ndarray, " gap"]
    ) -> Float64[ndarray, " draw"]:
        """Draws of the sum of absolute gaps, `|true + sign * noise|`, for sizes of true ones."""

    @property
    @abstractmethod
    def rough(self) -> Bool[ndarray, " gap"]:
        """Gaps that scatter so unlike a normal number that their sizes are not foretold."""

    @abstractmethod
    def least_sums(
        self, true: Float64[ndarray, " gap"], sign: Float64[ndarray, " gap"]
    ) -> Float64[ndarray, " draw"]:
        """Draws of `sums` less what noise adds to rough gaps, which keep their signs."""

    @abstractmethod
    def error(self, sign: Float64[ndarray, " gap"]) -> float:
        """Standard deviation of the sum of `sign * noise`."""


@final
class DrawnNoise(Noise):
    """Noise of gaps that share rows, by draws of all of them together.

    Parameters
    ----------
    draws : Float64[ndarray, "gap draw"]
        Noise of every gap in every draw; a few hundred draws or more.
    deviation : Float64[ndarray, "gap"], optional
        Standard deviation of every gap, if better known than from the draws.
    error : float, optional
        Standard deviation of the signed sum, if better known than from the draws.
    rough : Bool[ndarray, "gap"], optional
        See `Noise.rough`; none by default.
    """

    def __init__(
        self,
        draws: Float64[ndarray, "gap draw"],
        deviation: Float64[ndarray, " gap"] | None = None,
        error: float | None = None,
        rough: Bool[ndarray, " gap"] | None = None,
    ) -> None:
        self.draws = draws
        self._rough = np.zeros(len(draws), dtype=bool) if rough is None else rough
        self._deviation = np.sqrt((draws**2).mean(axis=1)) if deviation is None else deviation
        self._error = error

    @property
    def deviation(self) -> Float64[ndarray, " gap"]:
        """See `Noise.deviation`."""
        return self._deviation

    def sums(
        self, true: Float64[ndarray, " gap"], sign: Float64[ndarray, " gap"]
    ) -> Float64[ndarray, " draw"]:
        """See `Noise.sums`."""
        shown = self.draws + (true * sign)[:, None]
        return np.abs(shown, out=shown).sum(axis=0)

    @property
    def rough(self) -> Bool[ndarray, " gap"]:
        """See `Noise.rough`."""
        return self._rough

    def least_sums(
        self, true: Float64[ndarray, " gap"], sign: Float64[ndarray, " gap"]
    ) -> Float64[ndarray, " draw"]:
        """See `Noise.least_sums`."""
        if not self._rough.any():
            return self.sums(true, sign)
        shown = self.draws + (true * sign)[:, None]
        kept = weighted_sum(np.where(self._rough, sign, 0.0), shown)
        np.abs(shown, out=shown)
        return kept + weighted_sum(np.where(self._rough, 0.0, 1.0), shown)

    def error(self, sign: Float64[ndarray, " gap"]) -> float:
        """See `Noise.error`."""
        if self._error is not None:
            return self._error
        return float(np.sqrt((weighted_sum(sign, self.draws) ** 2).mean()))


def folded_mean(
    centre: Float64[ndarray, "*draw gap"], deviation: Float64[ndarray, "*draw gap"]
) -> Float64[ndarray, "*draw gap"]:
    """Mean of the absolute value of a normal number.

    Examples
    --------
    >>> folded_mean(np.zeros(1), np.ones(1)).round(4)  # sqrt(2 / pi)
    array([0.7979])
    """
    ratio = centre / deviation
    bell = np.sqrt(2 / np.pi) * deviation * np.exp(-(ratio**2) / 2)
    return bell + centre * erf(ratio / np.sqrt(2))


def weighted_sum(
    times: Float64[ndarray, " gap"], draws: Float64[ndarray, "gap draw"]
) -> Float64[ndarray, " draw"]:
    """Weighted sum of the gaps of every draw.

    As a product of matrices it would start the threads of a BLAS, which cost more than the work.

    Examples
    --------
    >>> weighted_sum(np.array([1.0, -2.0]), np.eye(2))
    array([ 1., -2.])
    """
    return np.einsum("g,gd->d", times, draws)


def quantile(draws: Float64[ndarray, " draw"], share: float) -> float:
    """Quantile of draws, each in the middle of its step.

    Examples
    --------
    >>> quantile(np.array([3.0, 1.0, 2.0, 4.0]), 0.5), quantile(np.arange(4.0), 0.25)
    (2.5, 0.5)
    """
    place = min(max(share * draws.size - 0.5, 0.0), draws.size - 1.0)
    below = int(place)
    above = min(below + 1, draws.size - 1)
    ordered = np.partition(draws, (below, above))
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))


@lru_cache(maxsize=16)
def normals(n_gaps: int) -> Float64[ndarray, "gap draw"]:
    """Fixed table of normals, of mean 0 and without correlation.

    Up to 16 gaps they are Sobol points, each in the middle of its step. Beyond, 2,048 of those hang
    together: of 64 gaps the deviation of their sum of sizes is 23 % off. There they are numbers
    drawn once, freed of their mean and their correlations.
    """
    if not n_gaps:
        return np.zeros((0, 2**LOG2_DRAWS))
    if n_gaps <= MOST_SOBOL:
        points = qmc.Sobol(n_gaps, scramble=False).random_base2(LOG2_DRAWS)
        return np.ascontiguousarray(ndtri(points + 0.5 / 2**LOG2_DRAWS).T)
    drawn = np.random.Generator(np.random.PCG64(SEED)).standard_normal((n_gaps, 2**LOG2_DRAWS))
    drawn -= drawn.mean(axis=1, keepdims=True)
    if n_gaps > MOST_FREED:
        return drawn / drawn.std(axis=1, keepdims=True)
    root = np.linalg.cholesky(drawn @ drawn.T / 2**LOG2_DRAWS)
    return np.linalg.solve(root, drawn)
