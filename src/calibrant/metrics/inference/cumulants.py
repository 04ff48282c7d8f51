"""A number that is known by three cumulants: Pearson's type III, a gamma number that is shifted."""

import math

from scipy.special import gammaincc, gammainccinv, ndtr, ndtri

__all__ = ["pearson_chance", "pearson_point"]

SKEWED = 1e-3  # less skewness is none: a gamma number is then normal to six digits
SURE = 1e-9  # deviation over mean that is rounding


def pearson_chance(mean: float, variance: float, third: float, seen: float) -> float:
    """Chance of a number beyond the one seen; one half where it does not vary and is equal.

    Parameters
    ----------
    mean, variance, third : float
        Its cumulants; the third is 0 or above.
    seen : float
        What it is held against.

    Examples
    --------
    >>> round(pearson_chance(1.0, 2.0, 8.0, 3.841459), 6)  # chi-squared of one degree
    0.05
    >>> round(pearson_chance(0.0, 1.0, 0.0, 1.644854), 6)  # a normal one
    0.05
    """
    deviation = math.sqrt(max(variance, 0.0))
    if not deviation > SURE * abs(mean):
        slack = SURE * abs(mean)
        return 0.5 if abs(seen - mean) <= slack else float(seen < mean)
    off, skewness = (seen - mean) / deviation, third / deviation**3
    if skewness < SKEWED:
        return float(ndtr(-off))
    shape = 4 / skewness**2
    return float(gammaincc(shape, max(shape + off * math.sqrt(shape), 0.0)))


def pearson_point(mean: float, variance: float, third: float, share: float) -> float:
    """Quantile of such a number.

    Examples
    --------
    >>> round(pearson_point(1.0, 2.0, 8.0, 0.95), 6)  # chi-squared of one degree
    3.841459
    """
    deviation = math.sqrt(max(variance, 0.0))
    if not deviation > SURE * abs(mean):
        return mean
    skewness = third / deviation**3
    if skewness < SKEWED:
        return mean + deviation * float(ndtri(share))
    shape = 4 / skewness**2
    return mean + deviation * float((gammainccinv(shape, 1 - share) - shape) / math.sqrt(shape))
