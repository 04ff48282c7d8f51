"""The largest gap of some bins: its interval, from exact intervals of their shares."""

import numpy as np
from jaxtyping import Float64
from numpy import ndarray
from scipy.special import betaincinv

__all__ = ["largest_gap_interval"]


def largest_gap_interval(
    stated: Float64[ndarray, " bin"],
    observed: Float64[ndarray, " bin"],
    n_effective: Float64[ndarray, " bin"],
    level: float,
) -> tuple[float, float]:
    r"""Interval of the largest true gap of bins that hold rows.

    Parameters
    ----------
    stated, observed : Float64[ndarray, "bin"]
        Mean stated probability and share that came out of every bin.
    n_effective : Float64[ndarray, "bin"]
        Rows behind them, :math:`(\sum w)^2 / \sum w^2`, above 0.
    level : float
        Coverage, in (0, 1).

    Notes
    -----
    The largest gap is no less than that of any bin: the lower end is the largest distance of what
    was stated from an interval of the share, all of which hold at once (Sidak). And it is that of
    one bin, whichever: the upper end is the largest that the interval of any single bin allows.
    Shares have Clopper and Pearson's interval. A bin of one row allows nearly all gaps, and says
    so.

    References
    ----------
    .. [1] Clopper, Pearson. "The Use of Confidence or Fiducial Limits Illustrated in the Case of
       the Binomial." Biometrika 26, 1934. Sidak. "Rectangular Confidence Regions for the Means of
       Multivariate Normal Distributions." JASA 62, 1967.

    Examples
    --------
    >>> half = np.full(1, 0.5)  # 5 of 10 came out: Clopper and Pearson say .187 to .813
    >>> low, high = largest_gap_interval(half, half, np.full(1, 10.0), 0.95)
    >>> round(low, 3), round(high, 3)
    (0.0, 0.313)
    """
    tail = (1 - level) / 2
    each = -np.expm1(np.log1p(-tail) / len(stated)) / 2
    low, high = _share_interval(observed, n_effective, each)
    apart = np.maximum(low - stated, stated - high).max()
    low, high = _share_interval(observed, n_effective, tail)
    reach = np.maximum(stated - low, high - stated).max()
    return max(0.0, float(apart)), min(1.0, float(reach))


def _share_interval(
    share: Float64[ndarray, " bin"], n: Float64[ndarray, " bin"], tail: float
) -> tuple[Float64[ndarray, " bin"], Float64[ndarray, " bin"]]:
    """Clopper and Pearson's interval of every share, with the same chance beyond either end."""
    came = np.clip(share, 0, 1) * n
    missed = n - came
    some, others = came > 0, missed > 0
    low = betaincinv(np.where(some, came, 1), missed + 1, tail)
    high = betaincinv(came + 1, np.where(others, missed, 1), 1 - tail)
    return np.where(some, low, 0.0), np.where(others, high, 1.0)
