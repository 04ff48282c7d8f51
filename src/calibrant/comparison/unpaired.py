"""Difference of two estimates that no rows can pair: from their two intervals alone."""

import math

from calibrant.comparison.difference import Difference, unsure
from calibrant.metrics.estimate import Estimate

__all__ = ["unpaired_difference"]

APART = "from both intervals, of independent rows (Zou and Donner), unpaired"
ANY = "ends of both intervals (Bonferroni), unpaired: holds whatever rows the two share"


def unpaired_difference(
    first: Estimate, second: Estimate, *, independent: bool = False
) -> Difference:
    r"""First less second of two single numbers, with the interval that their intervals allow.

    Parameters
    ----------
    first, second : Estimate
        One number each, of whatever rows.
    independent : bool, default False
        Whether the rows of the one are independent of those of the other: other rows, and of
        other units. Without it nothing is assumed.

    Notes
    -----
    Both intervals hold at once with a chance of at least :math:`1 - \alpha_1 - \alpha_2`,
    whatever the two estimates have to do with each other; then the difference lies between
    :math:`l_1 - u_2` and :math:`u_1 - l_2`. Its level is that sum: .90 for two intervals of .95.

    Of independent estimates of one level, the distances from value to end add up as the sides of
    a right triangle do: :math:`d - \sqrt{(x_1 - l_1)^2 + (u_2 - x_2)^2}` is the lower end [2]_,
    at that level. Of two shares with Wilson's intervals this is Newcombe's hybrid score interval
    [1]_. A value outside its own interval, as a binned calibration error can be, has no such
    distance, and the ends of both intervals serve.

    There is no p value: that is of rows.

    References
    ----------
    .. [1] Newcombe. "Interval Estimation for the Difference between Independent Proportions:
       Comparison of Eleven Methods." Statistics in Medicine 17, 1998, method 10.
    .. [2] Zou & Donner. "Construction of Confidence Limits about Effect Measures: a General
       Approach." Statistics in Medicine 27, 2008.

    Examples
    --------
    >>> a = Estimate(0.5, 0.375, 0.625, 0.95, 100, "Wilson")
    >>> b = Estimate(0.25, 0.125, 0.375, 0.95, 100, "Wilson")
    >>> found = unpaired_difference(a, b)
    >>> found.value, found.low, found.high, round(found.level, 12)
    (0.25, 0.0, 0.5, 0.9)
    """
    value, n = float(first) - float(second), first.n + second.n
    why = _refusal(first, second)
    if why:
        return unsure(value, n, float(n), why)
    (a_low, a, a_high), (b_low, b, b_high) = _numbers(first), _numbers(second)
    assert first.level is not None  # an interval has a level
    assert second.level is not None
    inside = a_low <= a <= a_high and b_low <= b <= b_high
    if independent and inside and first.level == second.level:
        low = value - math.hypot(a - a_low, b_high - b)
        high = value + math.hypot(a_high - a, b - b_low)
        level, method = first.level, APART
    else:
        low, high = a_low - b_high, a_high - b_low
        level, method = first.level + second.level - 1, ANY
    return Difference(
        value=value,
        low=low,
        high=high,
        level=level,
        n=n,
        n_effective=float(n),
        p_value=None,
        method=method,
    )


def _refusal(first: Estimate, second: Estimate) -> str:
    """Why there is no interval, or nothing."""
    for one in (first, second):
        if math.isnan(float(one)):
            return "the value of one is undefined"
        if math.isinf(float(one)):
            return "the value of one is infinite"
    for one in (first, second):
        if one.low is None or one.high is None or one.level is None:
            return f"one has no interval: {one.method.removeprefix('not available: ')}"
    if not all(math.isfinite(end) for one in (first, second) for end in _numbers(one)):
        return "an interval of one has no finite end"
    if (first.level or 0) + (second.level or 0) <= 1:
        return "the two intervals together promise nothing"
    return ""


def _numbers(estimate: Estimate) -> tuple[float, float, float]:
    """Low end, value and high end of one number."""
    low, high = estimate.low, estimate.high
    assert isinstance(low, float)
    assert isinstance(high, float)
    return low, float(estimate), high
