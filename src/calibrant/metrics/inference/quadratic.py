"""A root mean square of gaps, freed of what noise adds to it: its interval.

A sum of squares of noisy gaps is a quadratic form, whose mean depends on the true sum alone and
whose spread nearly so. Its distribution is inverted where it stands, without going through an
estimate: nothing has to be cut at 0.
"""

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from calibrant.metrics.inference.crossing import crossing
from calibrant.metrics.inference.noise import MOST_DRAWN, normals, quantile, weighted_sum
from calibrant.metrics.inference.steady import steady_order

__all__ = ["root_mean_square_interval"]


def root_mean_square_interval(
    gap: Float64[ndarray, " bin"],
    variance: Float64[ndarray, " bin"],
    share: Float64[ndarray, " bin"],
    n_effective: float,
    level: float,
) -> tuple[float, float]:
    r"""Interval of :math:`\theta = (\sum_b P_b \delta_b^2)^{1/2}` of the true gaps.

    Parameters
    ----------
    gap : Float64[ndarray, "bin"]
        Gap of means of every bin, :math:`\delta_b` with noise.
    variance : Float64[ndarray, "bin"]
        Variance of its noise.
    share : Float64[ndarray, "bin"]
        Share of weight of every bin, :math:`P_b`; they add up to 1.
    n_effective : float
        Rows behind all of them.
    level : float
        Coverage, in (0, 1).

    Notes
    -----
    With :math:`a_b` the share times the variance and :math:`\pi_b = P_b \delta_b^2 / S` as seen,
    the sum of squares S is distributed as

    .. math:: \theta^2 + 2 \theta \sum_b \sqrt{a_b \pi_b} x_b + \sum_b a_b x_b^2

    with x standard normal, the first term times a lognormal number of mean 1 and variance
    :math:`(\sum_b \pi_b^2 / P_b - 1) / n`, for the shares. The ends are those of which S is
    just not extreme; the lower one is 0 where 0 is not. Where S is less than noise alone shows,
    short of the middle, the upper end is that of an S which is not.

    References
    ----------
    .. [1] Sun et al. "A Confidence Interval for the l2 Expected Calibration Error."
       arXiv:2408.08998, 2024: the statistic. Chuang, Lai. "Hybrid Resampling Methods for
       Confidence Intervals." Statistica Sinica 10, 2000: ends by inversion along a path.

    Examples
    --------
    >>> one = np.ones(1)  # a single gap of .3 with a standard deviation of .05
    >>> low, high = root_mean_square_interval(0.3 * one, 0.0025 * one, one, 1e9, 0.95)
    >>> round(low, 3), round(high, 3)
    (0.202, 0.398)
    """
    tail, own = (1 - level) / 2, share * variance
    seen = float(share @ gap**2)
    noise = float(own.sum())
    parts = share * gap**2 / seen if seen > 0 else own / noise if noise > 0 else share
    held = share > 0
    shares = max(0.0, float((parts[held] ** 2 / share[held]).sum()) - 1) / n_effective
    linear, square, spread = _draws(own, parts, np.sqrt(shares))

    def shown(root: float, at: float) -> float:
        return quantile(root**2 * spread + root * linear + square, at)

    target = max(seen, shown(0.0, tail / 2 + 0.25))
    low = 0.0
    if shown(0.0, 1 - tail) < seen:
        low = crossing(lambda root: shown(root, 1 - tail) - seen, 0.0, float(np.sqrt(seen)))
    high = 1.0
    if shown(1.0, tail) >= target:
        high = crossing(lambda root: shown(root, tail) - target, 0.0, 1.0)
    return low, high


def _draws(
    own: Float64[ndarray, " bin"], parts: Float64[ndarray, " bin"], spread: float
) -> tuple[Float64[ndarray, " draw"], Float64[ndarray, " draw"], Float64[ndarray, " draw"]]:
    """Draws of what is linear in the root, of what does not depend on it, and of the shares."""
    order = steady_order(parts, own)[::-1]  # bins in another order draw the same noise
    order = order[own[order] > 0]
    head, rest = order[:MOST_DRAWN], order[MOST_DRAWN:]
    table = normals(head.size + 1 + 2 * (rest.size > 0))
    drawn = table[1 : head.size + 1]
    linear = 2 * weighted_sum(np.sqrt(own[head] * parts[head]), drawn)
    square = np.einsum("g,gd,gd->d", own[head], drawn, drawn)
    if rest.size:  # of many small terms, the sums are normal
        linear = linear + 2 * np.sqrt(own[rest] @ parts[rest]) * table[-2]
        square = square + own[rest].sum() + np.sqrt(2 * own[rest] @ own[rest]) * table[-1]
    return linear, square, np.exp(spread * table[0] - spread**2 / 2)
