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

from calibrant.kernel.draws import folded_sums

__all__ = [
    "MOST_SOBOL",
    "DrawnNoise",
    "IndependentNoise",
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
class IndependentNoise(Noise):
    r"""Noise of the gaps of bins that share no rows: :math:`N(0, \mathrm{diag} s^2 - d d' / n)`.

    Parameters
    ----------
    gap : Float64[ndarray, "gap"]
        Signed gap times share of weight of every bin, :math:`d_b`.
    deviation : Float64[ndarray, "gap"]
        Its standard deviation :math:`s_b` about 0, for a number of rows that is left to chance.
    n_effective : float
        Rows behind all of them, :math:`(\sum w)^2 / \sum w^2`, a number that was not.

    Notes
    -----
    Up to 64 gaps are drawn one by one. Of more, the 64 with the most noise are, and the sum of the
    others is normal, with the mean and the variance of a sum of folded normals and the covariance
    with the others that the number of rows brings.
    """

    def __init__(
        self,
        gap: Float64[ndarray, " gap"],
        deviation: Float64[ndarray, " gap"],
        n_effective: float,
    ) -> None:
        self._deviation = deviation
        self._total = float(np.abs(gap).sum())
        self._n_effective = n_effective
        self._signed = gap
        size = np.abs(gap)
        safe = np.where(deviation > 0, deviation, 1)
        ratio = np.where(deviation > 0, size / safe, 0)
        order = np.lexsort((deviation, ratio))  # gaps in another order draw the same noise
        order = order[deviation[order] > 0]
        self._tail = order[:0]
        if order.size > MOST_DRAWN:
            loudest = np.sort(np.argsort(-deviation[order], kind="stable")[:MOST_DRAWN])
            self._tail = np.delete(order, loudest)
            order = order[loudest]
        self._head = order
        square = float(ratio @ ratio)  # the root of 1 - r r' / n is 1 - factor r r'
        self._factor = (
            (1 - np.sqrt(max(0.0, 1 - square / n_effective))) / square if square > 0 else 0.0
        )
        self._ratio = ratio
        table = normals(order.size + 2 * (self._tail.size > 0))
        self._rest = table[order.size :]
        shared = weighted_sum(ratio[order], table[: order.size])
        if self._tail.size:
            shared = shared + np.sqrt(ratio[self._tail] @ ratio[self._tail]) * self._rest[0]
        self._shared = self._factor * shared
        self._draws = deviation[order, None] * (
            table[: order.size] - np.outer(ratio[order], self._shared)
        )

    @property
    def deviation(self) -> Float64[ndarray, " gap"]:
        """See `Noise.deviation`."""
        return self._deviation

    def sums(
        self, true: Float64[ndarray, " gap"], sign: Float64[ndarray, " gap"]
    ) -> Float64[ndarray, " draw"]:
        """See `Noise.sums`; `sign` is that of the gaps, or its opposite."""
        del sign  # noise is drawn for gaps of sign +, and as likely as its opposite
        drawn = folded_sums(self._draws, true[self._head])
        sure = np.abs(true[self._deviation <= 0]).sum()
        return drawn + sure + self._rest_of(true)

    @property
    def rough(self) -> Bool[ndarray, " gap"]:
        """See `Noise.rough`: none, as the gaps of one event are few."""
        return np.zeros(self._deviation.shape, dtype=bool)

    def least_sums(
        self, true: Float64[ndarray, " gap"], sign: Float64[ndarray, " gap"]
    ) -> Float64[ndarray, " draw"]:
        """See `Noise.least_sums`."""
        return self.sums(true, sign)

    def error(self, sign: Float64[ndarray, " gap"]) -> float:
        """See `Noise.error`."""
        common = float(sign @ self._signed) ** 2 / self._n_effective
        return float(np.sqrt(max(0.0, float((self._deviation**2).sum()) - common)))

    def _rest_of(self, true: Float64[ndarray, " gap"]) -> Float64[ndarray, " draw"] | float:
        """Sum of the gaps that are not drawn one by one."""
        if not self._tail.size:
            return 0.0
        centre, spread, ratio = (x[self._tail] for x in (true, self._deviation, self._ratio))
        mean = folded_mean(centre, spread)
        variance = float((centre**2 + spread**2 - mean**2).sum())
        slope = float((spread * ratio * erf(centre / spread / np.sqrt(2))).sum())
        length = float(np.sqrt(ratio @ ratio))
        along = slope / length if length > 0 else 0.0
        across = np.sqrt(max(0.0, variance - along**2))
        return mean.sum() + along * self._rest[0] + across * self._rest[1] - slope * self._shared


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
    centre: Float64[ndarray, " gap"], deviation: Float64[ndarray, " gap"]
) -> Float64[ndarray, " gap"]:
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
