"""Difference of two shares of the same rows: McNemar's test, and Tango's interval."""

import math

from scipy.optimize import brentq
from scipy.special import ndtri

from calibrant.comparison.difference import Difference, unsure

__all__ = ["share_difference"]

METHOD = "score interval of paired shares (Tango), McNemar's test"


def share_difference(only_first: int, only_second: int, n: int, level: float) -> Difference:
    r"""Share of rows that the first gets less that of the second, from where they are unlike.

    Parameters
    ----------
    only_first, only_second : int
        Rows that the first alone gets, and the second alone.
    n : int
        All rows; those that both or neither get tell nothing of the sign.
    level : float
        Coverage, in (0, 1).

    Notes
    -----
    With b and c rows that one alone gets, the value is :math:`(b - c) / n` and the p value that of
    :math:`(b - c)^2 / (b + c)` as chi-squared. The interval holds every difference
    :math:`\Delta` that the score test of it does not reject:
    :math:`|b - c - n \Delta| \le z \sqrt{n (2 q + \Delta (1 - \Delta))}`, with q the most likely
    share of rows that the second alone gets. At 0 this is McNemar's test: interval and p value
    always agree. Its type-I error is at most 5.4 % at 5 %, whatever the number of rows [3]_.

    References
    ----------
    .. [1] McNemar. "Note on the Sampling Error of the Difference between Correlated Proportions or
       Percentages." Psychometrika 12, 1947.
    .. [2] Tango. "Equivalence Test and Confidence Interval for the Difference in Proportions for
       the Paired-Sample Design." Statistics in Medicine 17, 1998, equation 7.
    .. [3] Fagerland, Lydersen, Laake. "The McNemar Test for Binary Matched-Pairs Data." BMC
       Medical Research Methodology 13, 2013.

    Examples
    --------
    >>> found = share_difference(9, 1, 100, 0.95)
    >>> found.value, round(found.p_value, 4)  # 8 / 100; 8**2 / 10 = 6.4
    (0.08, 0.0114)
    """
    unlike = only_first + only_second
    if not unlike:
        return unsure(0.0, n, float(n), "both decide every row the same")
    value = (only_first - only_second) / n
    z = float(ndtri(0.5 + level / 2))

    def score(difference: float) -> float:
        """How many deviations the difference that was seen lies above this one."""
        b = (2 * n - only_first + only_second) * difference - unlike
        c = -only_second * difference * (1 - difference)
        second = (math.sqrt(max(b * b - 8 * n * c, 0.0)) - b) / (4 * n)
        spread = n * (2 * second + difference * (1 - difference))
        return (only_first - only_second - n * difference) / math.sqrt(max(spread, 1e-300))

    def end(target: float, inner: float, outer: float) -> float:
        """Difference with this score, between what was seen and the end of the range."""
        if (score(outer * (1 - 1e-12)) - target) * (score(inner) - target) >= 0:
            return outer

        def excess(difference: float) -> float:
            return score(difference) - target

        return float(brentq(excess, inner, outer * (1 - 1e-12), xtol=1e-14))  # pyright: ignore[reportArgumentType]

    return Difference(
        value=value,
        low=end(z, value, -1.0),
        high=end(-z, value, 1.0),
        level=level,
        n=n,
        n_effective=float(n),
        p_value=math.erfc(abs(only_first - only_second) / math.sqrt(2 * unlike)),
        method=METHOD,
    )
