"""A sum of absolute gaps, freed of what noise adds to it.

The sum of `|d_b|` grows with noise, the more so the more gaps are truly nil, which no resampling
learns. Gaps are shrunk along one path, `sqrt(d_b^2 - lam^2 s_b^2)` where that is real and else 0,
as far as it takes for the sum that was seen to be the middle one of those that the shrunk gaps
would show.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from jaxtyping import Float64
from numpy import ndarray
from scipy.optimize import brentq
from scipy.special import erf, ndtri
from scipy.stats import qmc

__all__ = ["folded_mean", "sum_of_true_gaps"]

LOG2_DRAWS = 11  # rows of the table of normals: 2,048
MIDDLE = 2 ** (LOG2_DRAWS - 1)
MOST_DRAWN = 64  # bins; the sum of more is so near normal that its median is its mean


def sum_of_true_gaps(
    gap: Float64[ndarray, " bin"], deviation: Float64[ndarray, " bin"], n_effective: float
) -> float:
    r"""Sum of the absolute true gaps behind noisy ones: nearly median-unbiased where they are few.

    Parameters
    ----------
    gap : Float64[ndarray, "bin"]
        Signed gap times share of weight of every bin, :math:`d_b`.
    deviation : Float64[ndarray, "bin"]
        Its standard deviation :math:`s_b`.
    n_effective : float
        Rows behind all of them, :math:`(\sum w)^2 / \sum w^2`.

    Notes
    -----
    With :math:`Z \sim N(0, \mathrm{diag}\, s^2 - d d' / n)` from a fixed table of Sobol normals,
    the sum is that of :math:`m_b = \sqrt{\max(d_b^2 - \lambda^2 s_b^2, 0)}`, where the median of
    :math:`\sum_b |m_b + \mathrm{sign}(d_b) Z_b|` is :math:`\sum_b |d_b|`; and 0 where noise alone
    has a greater median. It is best where few bins err, and low where all err faintly.

    Examples
    --------
    >>> three = np.array([0.3, 0.01, -0.01])
    >>> round(sum_of_true_gaps(three, np.full(3, 0.02), 1e6), 3)  # noise adds 2 * .8 * .02 = .03
    0.289
    """
    total = float(np.abs(gap).sum())
    noisy = deviation > 0
    sure = float(np.abs(gap[~noisy]).sum())
    size, spread = np.abs(gap[noisy]), deviation[noisy]
    order = np.lexsort((spread, size / spread))  # bins in another order draw the same noise
    size, spread = size[order], spread[order]
    if not spread.size:
        return total
    typical = _typical_sum(size, spread, n_effective)

    def above(shrinkage: float) -> float:
        return sure + typical(_shrunk(size, spread, shrinkage)) - total

    most = float((size / spread).max())
    if above(most) >= 0:
        return sure
    if above(0.0) <= 0:
        return total
    found = float(brentq(above, 0.0, most, xtol=1e-15, rtol=1e-14))  # pyright: ignore[reportArgumentType]
    return sure + float(_shrunk(size, spread, found).sum())


def folded_mean(
    centre: Float64[ndarray, " bin"], deviation: Float64[ndarray, " bin"]
) -> Float64[ndarray, " bin"]:
    """Mean of the absolute value of a normal number.

    Examples
    --------
    >>> folded_mean(np.zeros(1), np.ones(1)).round(4)  # sqrt(2 / pi)
    array([0.7979])
    """
    ratio = centre / deviation
    bell = np.sqrt(2 / np.pi) * deviation * np.exp(-(ratio**2) / 2)
    return bell + centre * erf(ratio / np.sqrt(2))


def _shrunk(
    size: Float64[ndarray, " bin"], spread: Float64[ndarray, " bin"], shrinkage: float
) -> Float64[ndarray, " bin"]:
    return np.sqrt(np.maximum(size**2 - (shrinkage * spread) ** 2, 0))


def _typical_sum(
    size: Float64[ndarray, " bin"], spread: Float64[ndarray, " bin"], n_effective: float
) -> Callable[[Float64[ndarray, " bin"]], float]:
    """Median over noise of the sum of absolute gaps, as a function of the true ones."""
    if size.size > MOST_DRAWN:
        return lambda true: float(folded_mean(true, spread).sum())
    ratio = size / spread
    square = float(ratio @ ratio)
    normals = _normals(size.size)
    noise = spread[:, None] * normals
    if square > 0:  # the root of 1 - r r' / n is 1 - factor r r'
        factor = (1 - np.sqrt(max(0.0, 1 - square / n_effective))) / square
        noise -= np.outer(factor * ratio * spread, ratio @ normals)
    sums = np.empty_like(noise)

    def typical(true: Float64[ndarray, " bin"]) -> float:
        np.add(noise, true[:, None], out=sums)
        total = np.abs(sums, out=sums).sum(axis=0)
        total.partition((MIDDLE - 1, MIDDLE))
        return float(total[MIDDLE - 1] + total[MIDDLE]) / 2

    return typical


@lru_cache(maxsize=16)
def _normals(n_bins: int) -> Float64[ndarray, "bin draw"]:
    """Fixed table of Sobol normals, each value in the middle of its step."""
    points = qmc.Sobol(n_bins, scramble=False).random_base2(LOG2_DRAWS)
    return np.ascontiguousarray(ndtri(points + 0.5 / 2**LOG2_DRAWS).T)
