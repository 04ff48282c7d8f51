"""Noise of the gaps of bins that share no rows, from the sums of each."""

from typing import final

import numpy as np
from jaxtyping import Bool, Float64
from numpy import ndarray
from scipy.special import erf

from calibrant.kernel.draws import folded_sums
from calibrant.metrics.inference.noise import (
    MOST_DRAWN,
    Noise,
    folded_mean,
    normals,
    weighted_sum,
)
from calibrant.metrics.inference.steady import steady_order

__all__ = ["IndependentNoise", "drawn_gaps", "shared_direction", "total_error"]


@final
class IndependentNoise(Noise):
    r"""Noise of the gaps of bins that share no rows.

    Parameters
    ----------
    gap : Float64[ndarray, "gap"]
        Signed gap times share of weight of every bin, :math:`d_b`.
    deviation : Float64[ndarray, "gap"]
        Its standard deviation :math:`s_b` about 0, for a number of rows that is left to chance.
    n_effective : float
        Rows behind all of them, :math:`n = (\sum w)^2 / \sum w^2`, a number that was not.
    lean : Float64[ndarray, "gap"], optional
        Covariance of every gap with the weight of all rows over that weight, :math:`a_b`; of
        weights that have nothing to do with gaps, and by default, :math:`d_b / n`.

    Notes
    -----
    See `shared_direction` for the covariance. Up to 64 gaps are drawn one by one. Of more, the 64
    with the most noise are, and the sum of the others is normal, with the mean and the variance of
    a sum of folded normals and the covariance with the others that the weight of all rows brings.
    """

    def __init__(
        self,
        gap: Float64[ndarray, " gap"],
        deviation: Float64[ndarray, " gap"],
        n_effective: float,
        lean: Float64[ndarray, " gap"] | None = None,
    ) -> None:
        self._deviation = deviation
        self._signed, self._n_effective = gap, n_effective
        self._lean = gap / n_effective if lean is None else lean
        size, towards = np.abs(gap), np.where(gap < 0, -self._lean, self._lean)
        order = steady_order(deviation, size / np.where(deviation > 0, deviation, 1))
        order = order[deviation[order] > 0]  # gaps in another order draw the same noise
        self._tail = order[:0]
        if order.size > MOST_DRAWN:
            loudest = np.sort(np.argsort(-deviation[order], kind="stable")[:MOST_DRAWN])
            self._tail = np.delete(order, loudest)
            order = order[loudest]
        self._head, self._size = order, size
        table = normals(order.size + 2 * (self._tail.size > 0))
        noisy = np.concatenate((order, self._tail))
        common = shared_direction(size[noisy], deviation[noisy], towards[noisy], n_effective)
        self._common, self._rest = common[order.size :], table[order.size :]
        self._length = float(np.sqrt(self._common @ self._common))
        self._shared = weighted_sum(common[: order.size], table[: order.size])
        if self._tail.size:
            self._shared = self._shared + self._length * self._rest[0]
        own = deviation[order, None] * table[: order.size]
        self._draws = own - np.outer(size[order], self._shared)

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
        return total_error(
            sign * self._signed, self._deviation, sign * self._lean, self._n_effective
        )

    def _rest_of(self, true: Float64[ndarray, " gap"]) -> Float64[ndarray, " draw"] | float:
        """Sum of the gaps that are not drawn one by one."""
        if not self._tail.size:
            return 0.0
        centre, spread, size = (x[self._tail] for x in (true, self._deviation, self._size))
        mean, rising = folded_mean(centre, spread), erf(centre / spread / np.sqrt(2))
        variance = float((centre**2 + spread**2 - mean**2).sum())
        slope = float((spread * self._common) @ rising)
        along = slope / self._length if self._length > 0 else 0.0
        across = np.sqrt(max(0.0, variance - along**2))
        own = along * self._rest[0] + across * self._rest[1]
        return mean.sum() + own - float(size @ rising) * self._shared


def drawn_gaps(
    gap: Float64[ndarray, " gap"],
    deviation: Float64[ndarray, " gap"],
    lean: Float64[ndarray, " gap"],
    n_effective: float,
    table: Float64[ndarray, "gap draw"],
) -> Float64[ndarray, "gap draw"]:
    r"""Draws of the noise of gaps over the weight of all rows, from standard normals.

    Parameters
    ----------
    gap, deviation, lean : Float64[ndarray, "gap"]
        As for `IndependentNoise`; deviations above 0.
    n_effective : float
        Rows behind all of them.
    table : Float64[ndarray, "gap draw"]
        The normals.

    Examples
    --------
    >>> from calibrant.metrics.inference.noise import normals
    >>> one = np.ones(1)  # one bin of 228 rows stated .6 of which none came: .6 * .4 / 228
    >>> square = 0.6 * 0.4 / 228 + 0.6**2 / 228
    >>> draws = drawn_gaps(0.6 * one, square**0.5 * one, 0.6 / 228 * one, 228.0, normals(1))
    >>> round(float(draws.std()), 4), round((0.6 * 0.4 / 228) ** 0.5, 4)
    (0.0324, 0.0324)
    """
    shared = weighted_sum(shared_direction(gap, deviation, lean, n_effective), table)
    return deviation[:, None] * table - np.outer(gap, shared)


def shared_direction(
    gap: Float64[ndarray, " gap"],
    deviation: Float64[ndarray, " gap"],
    lean: Float64[ndarray, " gap"],
    n_effective: float,
) -> Float64[ndarray, " gap"]:
    r"""Direction v of normals z, for which :math:`s z - d (v' z)` is the noise of gaps.

    A gap is a ratio: with sums e of rows that are left to chance and :math:`\omega` how far the
    weight of all rows is off, its noise is :math:`e_b - d_b \omega`, of the covariance
    :math:`\mathrm{diag}\, s^2 - a d' - d a' + d d' / n`. With :math:`r = d / s` and
    :math:`\alpha = a / s`, that of :math:`v = \alpha + c r` is the same where
    :math:`c^2 r'r - 2 c (1 - \alpha'r) = 1/n - \alpha'\alpha`.
    """
    ratio, slope = gap / deviation, lean / deviation
    square, left = float(ratio @ ratio), 1 / n_effective - float(slope @ slope)
    half = 1 - float(slope @ ratio)
    if not square > 0:
        return slope
    root = np.sqrt(max(0.0, half**2 + square * max(0.0, left)))
    return slope + (half - root) / square * ratio


def total_error(
    gap: Float64[ndarray, " gap"],
    deviation: Float64[ndarray, " gap"],
    lean: Float64[ndarray, " gap"],
    n_effective: float,
) -> float:
    """Standard deviation of the noise of the sum of gaps; see `shared_direction`."""
    total = float(gap.sum())
    variance = float((deviation**2).sum()) - 2 * total * float(lean.sum()) + total**2 / n_effective
    return float(np.sqrt(max(0.0, variance)))
