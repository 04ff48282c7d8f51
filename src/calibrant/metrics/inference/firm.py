"""A sum of absolute gaps, freed of what noise adds to it, and its interval.

The sum of `|d_b|` grows with noise, the more so the more gaps are truly nil, which no resampling
learns. Gaps are shrunk along one path, `sqrt(d_b^2 - lam^2 s_b^2)` where that is real and else 0,
as far as it takes for the sum that was seen to be the middle one of those that the shrunk gaps
would show.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float64
from numpy import ndarray
from scipy.optimize import brentq
from scipy.special import ndtri

from calibrant.metrics.inference.crossing import crossing
from calibrant.metrics.inference.independent_noise import drawn_gaps
from calibrant.metrics.inference.noise import (
    LOG2_DRAWS,
    MOST_DRAWN,
    Noise,
    folded_mean,
    normals,
    quantile,
)
from calibrant.metrics.inference.steady import steady_order

__all__ = ["CLEAR", "absolute_sum_interval", "sum_of_true_gaps", "sums_of_true_gaps"]

CLEAR = 4.0  # standard deviations from which the sign of a gap is beyond doubt
HALVINGS = 30
MIDDLE = 2 ** (LOG2_DRAWS - 1)


def sum_of_true_gaps(
    gap: Float64[ndarray, " bin"],
    deviation: Float64[ndarray, " bin"],
    n_effective: float,
    lean: Float64[ndarray, " bin"] | None = None,
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
    lean : Float64[ndarray, "bin"], optional
        Covariance with the weight of all rows, as for `IndependentNoise`.

    Notes
    -----
    With Z the noise of `drawn_gaps`, from a fixed table of Sobol normals, the sum is that of
    :math:`m_b = \sqrt{\max(d_b^2 - \lambda^2 s_b^2, 0)}`, where the median of
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
    lean = gap / n_effective if lean is None else lean
    size, spread = np.abs(gap[noisy]), deviation[noisy]
    towards = np.where(gap < 0, -lean, lean)[noisy]
    order = steady_order(spread, size / spread)  # bins in another order draw the same noise
    size, spread, towards = size[order], spread[order], towards[order]
    if not spread.size:
        return total
    typical = _typical_sum(size, spread, towards, n_effective)

    def above(shrinkage: float) -> float:
        return sure + typical(_shrunk(size, spread, shrinkage)) - total

    most = float((size / spread).max())
    if above(most) >= 0:
        return sure
    if above(0.0) <= 0:
        return total
    found = float(brentq(above, 0.0, most, xtol=1e-15, rtol=1e-14))  # pyright: ignore[reportArgumentType]
    return sure + float(_shrunk(size, spread, found).sum())


def sums_of_true_gaps(
    gap: Float64[ndarray, "draw bin"], deviation: Float64[ndarray, "draw bin"]
) -> Float64[ndarray, " draw"]:
    """As `sum_of_true_gaps` of every draw, all at once and nearly so.

    The median of a sum of noisy sizes is taken for their mean, which has a closed form, less what
    is between both where all true gaps are 0.

    Examples
    --------
    >>> three = np.array([[0.3, 0.01, -0.01], [0.01, 0.0, -0.01]])
    >>> sums_of_true_gaps(three, np.full((2, 3), 0.02)).round(3)
    array([0.29, 0.  ])
    """
    size, noisy = np.abs(gap), deviation > 0
    spread = np.where(noisy, deviation, 1)
    sure, total = np.where(noisy, 0, size).sum(axis=1), size.sum(axis=1)

    def mean(true: Float64[ndarray, "draw bin"]) -> Float64[ndarray, " draw"]:
        return np.where(noisy, folded_mean(true, spread), 0).sum(axis=1) + sure

    usual = np.median(deviation, axis=0)
    usual = usual[usual > 0]
    nothing, alone = np.zeros_like(usual), float(np.sqrt(2 / np.pi) * usual.sum())
    middle = _typical_sum(nothing, usual, nothing, np.inf)(nothing) if usual.size else 0.0
    aside = (mean(np.zeros_like(size)) - sure) * (1 - middle / alone if alone > 0 else 0.0)
    low, high = np.zeros(len(gap)), np.where(noisy, size / spread, 0).max(axis=1)
    for _ in range(HALVINGS):
        at = (low + high) / 2
        above = mean(_shrunk(size, spread, at[:, None])) - aside > total
        low, high = np.where(above, at, low), np.where(above, high, at)
    left = np.where(noisy, _shrunk(size, spread, high[:, None]), size).sum(axis=1)
    return np.where(mean(np.zeros_like(size)) - aside >= total, sure, left)


def absolute_sum_interval(
    gap: Float64[ndarray, " gap"], noise: Noise, level: float
) -> tuple[float, float]:
    r"""Interval of the sum of the absolute true gaps behind noisy ones: firm below, full above.

    Parameters
    ----------
    gap : Float64[ndarray, "gap"]
        Signed gaps :math:`d_b`, shares of weight among them.
    noise : Noise
        Their noise.
    level : float
        Coverage, in (0, 1).

    Returns
    -------
    tuple of float
        Its ends, at least 0. The sum that was seen, T, may lie above both: noise adds to it.

    Notes
    -----
    Noise adds the most to T where true gaps are few, and the least where all of them are alike
    beside their noise: the mean of a folded normal is convex. So either end is the sum of the
    gaps of which T is just not extreme, along the path that is the least favourable to it.

    Below, true gaps are :math:`m_b = \sqrt{\max(d_b^2 - \lambda^2 s_b^2, 0)}`, whose T is as
    great once in :math:`2 / \alpha`; the end is 0 exactly where gaps of 0 show such a T as often.
    Above, they are :math:`m_b = t s_b`, but :math:`|d_b|` where that is beyond four
    :math:`s_b`: noise adds nothing to gaps of a clear sign. The end is no farther above T than the
    error of the sum with the true signs, as :math:`\sum_b \mathrm{sign}(\mu_b) d_b \le T`. Gaps
    that are less than noise alone shows, short of the middle, have the upper end of those that are
    not: else gaps that happen to be tiny would claim to be nil. Nothing is taken off for what noise
    adds to rough gaps (`Noise.rough`): in the mean the size of a noisy gap is at least that of the
    true one, however noise scatters. The lower path is the worst one by trial and not by proof: see
    `docs/adr/0017`.

    References
    ----------
    .. [1] Chuang, Lai. "Hybrid Resampling Methods for Confidence Intervals." Statistica Sinica
       10, 2000: ends by inversion of a test along a path. Fang, Santos. "Inference on
       Directionally Differentiable Functions." Review of Economic Studies 86, 2019: why no
       bootstrap does it. Cowan et al. "Power-Constrained Limits." arXiv:1105.3166, 2011.

    Examples
    --------
    >>> from calibrant.metrics.inference.independent_noise import IndependentNoise
    >>> one = np.array([0.3])  # one gap that is no doubt above 0: 1.96 standard deviations
    >>> noise = IndependentNoise(one, np.array([0.05]), 1e9)
    >>> low, high = absolute_sum_interval(one, noise, 0.95)
    >>> round(low, 3), round(high, 3)
    (0.202, 0.398)
    """
    total, spread, tail = float(np.abs(gap).sum()), noise.deviation, (1 - level) / 2
    sign = np.where(gap < 0, -1.0, 1.0)
    if not (spread > 0).any():
        return total, total

    def shown(true: Float64[ndarray, " gap"], share: float) -> float:
        return quantile(noise.sums(true, sign), share)

    def shown_at_least(true: Float64[ndarray, " gap"], share: float) -> float:
        return quantile(noise.least_sums(true, sign), share)

    noisy = spread > 0
    sure = np.where(noisy, 0.0, np.abs(gap))
    least = float(sure.sum())

    def shrunk(shrinkage: float) -> Float64[ndarray, " gap"]:
        return sure + noisy * _shrunk(np.abs(gap), spread, shrinkage)

    low = least
    if shown(sure, 1 - tail) < total:
        most = float((np.abs(gap[noisy]) / spread[noisy]).max())
        found = crossing(lambda x: shown(shrunk(x), 1 - tail) - total, 0.0, most)
        low = min(total, float(shrunk(found).sum()))
    clear = ~noisy | (np.abs(gap) > CLEAR * spread) | noise.rough
    base, full = np.where(clear, np.abs(gap), 0.0), np.where(clear, 0.0, spread)
    known = float(base.sum())
    cap = total + float(ndtri(1 - tail)) * noise.error(sign)
    if not full.any():
        return low, cap
    seen = max(total, shown_at_least(base, tail / 2 + 0.25))
    step = full / full.sum()
    high = known + crossing(
        lambda x: shown_at_least(base + x * step, tail) - seen, 0.0, cap - known
    )
    return low, max(low, high)


def _shrunk(
    size: Float64[ndarray, "*draw bin"],
    spread: Float64[ndarray, "*draw bin"],
    shrinkage: float | Float64[ndarray, "draw one"],
) -> Float64[ndarray, "*draw bin"]:
    return np.sqrt(np.maximum(size**2 - (shrinkage * spread) ** 2, 0))


def _typical_sum(
    size: Float64[ndarray, " bin"],
    spread: Float64[ndarray, " bin"],
    lean: Float64[ndarray, " bin"],
    n_effective: float,
) -> Callable[[Float64[ndarray, " bin"]], float]:
    """Median over noise of the sum of absolute gaps, as a function of the true ones."""
    if size.size > MOST_DRAWN:
        return lambda true: float(folded_mean(true, spread).sum())
    noise = drawn_gaps(size, spread, lean, n_effective, normals(size.size))
    sums = np.empty_like(noise)

    def typical(true: Float64[ndarray, " bin"]) -> float:
        np.add(noise, true[:, None], out=sums)
        total = np.abs(sums, out=sums).sum(axis=0)
        total.partition((MIDDLE - 1, MIDDLE))
        return float(total[MIDDLE - 1] + total[MIDDLE]) / 2

    return typical
