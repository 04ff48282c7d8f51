"""Numbers of rankings that are at 0 or 1, or show no spread, but for how sums of weights round."""

import numpy as np

from calibrant.metrics.intervals import Interval, logit_interval

__all__ = ["ROUNDING", "rounded_logit_interval"]

ROUNDING = 1e-12  # of shares of weights, and of a standard error of such


def rounded_logit_interval(
    value: float,
    variance: float,
    level: float,
    method: str,
    *,
    freedom: float = np.inf,
    excess: float = 0.0,
) -> Interval:
    """`logit_interval` that takes no rounding for a spread, as equal weights round to none.

    Examples
    --------
    >>> rounded_logit_interval(1 - 4e-16, 1e-32, 0.95, "jackknife").method
    'not available: at 0 or 1 the estimated variance is 0'
    >>> rounded_logit_interval(0.5, 1e-32, 0.95, "jackknife").method
    'not available: the estimated variance is 0'
    """
    value = float(round(value)) if min(value, 1 - value) <= ROUNDING else value
    variance = variance if variance > ROUNDING**2 else 0.0
    return logit_interval(value, variance, level, method, freedom=freedom, excess=excess)
