"""Intervals of a proportion that hold at every n: no approximation, no asymptotics."""

import math

import numpy as np
from jaxtyping import Float64
from scipy.special import betaincinv, xlogy

__all__ = ["bounded_mean", "clopper_pearson"]

Shares = Float64[np.ndarray, "*entry"]
HALVINGS = 60  # that leave an interval of length 1 below the spacing of its numbers


def clopper_pearson(
    came: Shares, n: Shares, tail: float | Shares
) -> tuple[Float64[np.ndarray, "*entry"], Float64[np.ndarray, "*entry"]]:
    """Exact ends of a proportion, each missed with a chance of at most `tail`.

    Parameters
    ----------
    came : Float64[ndarray, "*entry"]
        How many of the rows came out, from 0 to `n`. Of weighted rows the share that came out
        times the effective number of rows (Korn and Graubard): near exact then, and not exact.
    n : Float64[ndarray, "*entry"]
        Rows. Without any the interval is all of [0, 1].
    tail : float or array
        Chance that one end is missed: for a level of 95 % 0.025.

    References
    ----------
    .. [1] Clopper, Pearson. "The Use of Confidence or Fiducial Limits Illustrated in the Case of
       the Binomial." Biometrika 26, 1934.
    .. [2] Korn, Graubard. "Confidence Intervals for Proportions with Small Expected Number of
       Positive Counts Estimated from Survey Data." Survey Methodology 24, 1998.

    Examples
    --------
    >>> low, high = clopper_pearson(np.array([0.0]), np.array([3.0]), 0.125)
    >>> low, high  # 1 - .125 ** (1/3)
    (array([0.]), array([0.5]))
    """
    came = np.clip(came, 0.0, n)
    missed = n - came
    some, short = came > 0, missed > 0
    low = betaincinv(np.where(some, came, 1.0), missed + 1, tail)
    high = betaincinv(came + 1, np.where(short, missed, 1.0), 1 - np.asarray(tail))
    return np.where(some, low, 0.0), np.where(short, high, 1.0)


def bounded_mean(share: float, n: float, tail: float) -> tuple[float, float]:
    r"""Ends of the mean of independent numbers in [0, 1], each missed with at most chance `tail`.

    For soft labels, whose sum is not binomial: the ends are the means :math:`m` at which
    :math:`n \, KL(share, m) = -\log tail`.

    References
    ----------
    .. [1] Hoeffding. "Probability Inequalities for Sums of Bounded Random Variables." JASA 58,
       1963, theorem 1.

    Examples
    --------
    >>> low, high = bounded_mean(0.0, 3.0, 0.125)
    >>> low, round(high, 6)  # -3 log(1 - m) = -log .125: m = .5
    (0.0, 0.5)
    """
    reach = -math.log(tail) / n
    ends: list[float] = []
    for outer in (0.0, 1.0):
        near, far = share, outer
        for _ in range(HALVINGS):
            middle = (near + far) / 2
            near, far = (middle, far) if _divergence(share, middle) < reach else (near, middle)
        ends.append(far)
    return ends[0], ends[1]


def _divergence(share: float, mean: float) -> float:
    """Kullback-Leibler divergence of one coin from another."""
    if (mean <= 0 < share) or (mean >= 1 > share):
        return math.inf
    own = float(xlogy(share, share) + xlogy(1 - share, 1 - share))
    return own - float(xlogy(share, mean) + xlogy(1 - share, 1 - mean))
