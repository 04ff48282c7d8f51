"""Intervals in closed form, for estimates that have one."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

__all__ = [
    "FEWEST",
    "Interval",
    "logit_interval",
    "mean_interval",
    "newcombe",
    "score_interval",
    "square_interval",
    "wilson",
]

EQUAL = "all rows have the same score but for rounding, which tells nothing of the spread"
LEANT = 25.0  # events that what is stated counts for
FEWEST = 2 - 1e-9  # effective rows that tell a spread, but for rounding


@dataclass(frozen=True, slots=True)
class Interval:
    """Two ends, or None and the reason why there are none."""

    low: float | None
    high: float | None
    method: str

    @classmethod
    def missing(cls, why: str) -> "Interval":
        """No interval, because of `why`."""
        return cls(None, None, f"not available: {why}")


def wilson(share: float, n_effective: float, level: float) -> Interval:
    r"""Score interval of a proportion.

    Parameters
    ----------
    share : float
        Observed proportion, in [0, 1].
    n_effective : float
        Rows behind it; with weights :math:`(\sum w)^2 / \sum w^2`.
    level : float
        Coverage, in (0, 1).

    References
    ----------
    .. [1] Wilson. "Probable Inference, the Law of Succession, and Statistical Inference."
       JASA 22, 1927. Kish, "Survey Sampling", 1965, for the effective number.

    Examples
    --------
    >>> both = wilson(0.5, 4.0, 0.95)  # centre .5, half width 1.96 / sqrt(4 + 1.96**2) / 2
    >>> round(both.low, 4), round(both.high, 4)
    (0.15, 0.85)
    """
    if not n_effective > 0:
        return Interval.missing("no rows to take a share of")
    z = float(ndtri(0.5 + level / 2))
    spread = z * z / n_effective
    centre = (share + spread / 2) / (1 + spread)
    half = z * np.sqrt(share * (1 - share) / n_effective + spread / n_effective / 4) / (1 + spread)
    low = 0.0 if share <= 0 else max(0.0, float(centre - half))
    high = 1.0 if share >= 1 else min(1.0, float(centre + half))
    return Interval(low, high, "Wilson")


def newcombe(
    shares: tuple[float, float], n_effective: tuple[float, float], level: float
) -> Interval:
    r"""Interval of the difference of two independent proportions, the first less the second.

    With Wilson's intervals :math:`(l, u)` of both: from the difference down by
    :math:`\sqrt{(p_1 - l_1)^2 + (u_2 - p_2)^2}`, and up by
    :math:`\sqrt{(u_1 - p_1)^2 + (p_2 - l_2)^2}`.

    References
    ----------
    .. [1] Newcombe. "Interval Estimation for the Difference between Independent Proportions."
       Statistics in Medicine 17, 1998, method 10.

    Examples
    --------
    >>> both = newcombe((56 / 70, 48 / 80), (70.0, 80.0), 0.95)  # of the paper's example (a)
    >>> round(both.low, 4), round(both.high, 4)
    (0.0524, 0.3339)
    """
    first, second = (wilson(p, n, level) for p, n in zip(shares, n_effective, strict=True))
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return first if first.low is None else second
    down = np.hypot(shares[0] - first.low, second.high - shares[1])
    up = np.hypot(first.high - shares[0], shares[1] - second.low)
    difference = shares[0] - shares[1]
    low, high = max(-1.0, difference - float(down)), min(1.0, difference + float(up))
    return Interval(low, high, "Newcombe")


def mean_interval(
    mean: float, variance: float, n_effective: float, level: float, *, least: float = 0.0
) -> Interval:
    """Student's interval of a mean, from its estimated variance.

    Parameters
    ----------
    mean : float
        Estimate, at least `least`.
    variance : float
        Unbiased estimate of the variance of `mean`.
    n_effective : float
        Rows behind it; one less are the degrees of freedom. With fewer than two, which leave
        less than one, the ends would say nothing: there are none.
    level : float
        Coverage, in (0, 1).
    least : float, default 0
        Least value that scores have, below which the interval does not go.

    References
    ----------
    .. [1] Student. "The Probable Error of a Mean." Biometrika 6, 1908.
    """
    few = _too_few(n_effective)
    if few is not None:
        return few
    if not variance > 0:
        return Interval.missing(EQUAL)
    half = float(stdtrit(n_effective - 1, 0.5 + level / 2)) * float(np.sqrt(variance))
    return Interval(max(least, mean - half), mean + half, "moments (t)")


def score_interval(
    mean: float,
    variance: float,
    stated: tuple[float, float],
    n_effective: float,
    level: float,
) -> Interval:
    r"""Interval of the mean of a score of probabilities, at least 0, that rare rows may decide.

    Where a class came out three times, or not at all, most of the score is in rows that the sample
    has few of or none: mean and spread are too small together, and Student's interval ends too
    low. But the probabilities state how often such rows come, and so a mean :math:`e` and a
    variance :math:`V_e` of it. They are leant on as far as the rows cannot tell: the mean has a
    spread as that of :math:`k = \max(m, e)^2 / V_e` events, and with :math:`w = k / (k + 25)`

    .. math:: V = \max(V_m, w V_m + (1 - w) V_e) \qquad R = w\, m + (1 - w) \max(m, e)

    A greater mean has a greater variance, as of counts: a mean :math:`\theta` is in the interval
    where :math:`(m - \theta)^2 \le q^2 V \theta / R`, with Student's quantile :math:`q`.

    Parameters
    ----------
    mean : float
        Estimate, at least 0.
    variance : float
        Unbiased estimate of the variance of `mean`.
    stated : tuple of float
        Mean, and variance of the mean, were the stated probabilities true.
    n_effective : float
        Rows behind it; fewer than two have no interval.
    level : float
        Coverage, in (0, 1).

    References
    ----------
    .. [1] Rao. "Large Sample Tests of Statistical Hypotheses Concerning Several Parameters."
       Mathematical Proceedings 44, 1948, of score tests; Wilson, 1927, is the case of a share.

    Examples
    --------
    >>> both = score_interval(0.05, 0.0, (0.05, 0.05 * 0.95 / 100), 100.0, 0.95)  # only stated
    >>> round(both.low, 3), round(both.high, 3)
    (0.023, 0.108)
    """
    few = _too_few(n_effective)
    if few is not None:
        return few
    mean_stated, variance_stated = stated
    most = max(mean, mean_stated)
    events = most**2 / variance_stated if variance_stated > 0 else np.inf
    own = events / (events + LEANT) if np.isfinite(events) else 1.0
    spread = max(variance, own * variance + (1 - own) * variance_stated)
    reach = own * mean + (1 - own) * most
    if not spread > 0 or not reach > 0:
        return Interval.missing(EQUAL)
    half = float(stdtrit(n_effective - 1, 0.5 + level / 2)) ** 2 * spread / reach / 2
    arm = float(np.sqrt(half**2 + 2 * half * mean))
    return Interval(max(0.0, mean + half - arm), mean + half + arm, "moments, as of counts (t)")


def _too_few(n_effective: float) -> Interval | None:
    """Why so few rows tell no spread, if they do not."""
    if not n_effective > 1 + 1e-9:
        return Interval.missing("one row tells nothing of the spread")
    if not n_effective > FEWEST:
        return Interval.missing("the weights leave fewer than two effective rows")
    return None


def square_interval(mean: float, variance: float, n_effective: float, level: float) -> Interval:
    r"""Bonett's interval of a mean of squares, symmetric on the scale of its logarithm.

    Squares are skewed: a sample that lacks the large ones has a mean and a spread that are both
    too small, and Student's interval then ends too low. With the kurtosis :math:`\kappa` of what
    is squared, taken about 0, the logarithm of the mean of n squares has variance
    :math:`(\kappa - 1) / n`. Its estimate is multiplied by :math:`(n + 2) / n`, which makes it
    right on average for normal numbers, and mean and standard error by
    :math:`c = n / (n - z)`, which makes both tails right for them.

    Parameters
    ----------
    mean : float
        Estimate, above 0.
    variance : float
        Unbiased estimate of the variance of `mean`.
    n_effective : float
        Rows behind it. There is no interval for fewer than :math:`2 z`.
    level : float
        Coverage, in (0, 1).

    References
    ----------
    .. [1] Bonett. "Approximate Confidence Interval for Standard Deviation of Nonnormal
       Distributions." Computational Statistics & Data Analysis 50, 2006; there of deviations from
       the sample's mean, here from 0.
    """
    z, n = float(ndtri(0.5 + level / 2)), n_effective
    if not n > max(1 + 1e-9, 2 * z):
        return Interval.missing("the rows are too few to tell the spread of squares")
    if not variance > 0:
        return Interval.missing(EQUAL)
    kurtosis = 1 + variance * (n - 1) / mean**2
    c = n / (n - z)
    half = z * c * float(np.sqrt((kurtosis * (n + 2) / n - 1) / n))
    ends = [c * mean * float(np.exp(side * half)) for side in (-1, 1)]
    return Interval(ends[0], ends[1], "Bonett, on the scale of logarithms")


def logit_interval(
    value: float,
    variance: float,
    level: float,
    method: str,
    *,
    freedom: float = np.inf,
    excess: float = 0.0,
) -> Interval:
    """Interval of a number in (0, 1), symmetric on the scale of its log-odds.

    `freedom` is of the t distribution that its half width comes from; infinite, the normal one.
    `excess` is how much the value may lie too high: the low end alone moves down by it.

    References
    ----------
    .. [1] Pepe. "The Statistical Evaluation of Medical Tests for Classification and
       Prediction." Oxford, 2003, section 5.2: the area under the curve.
    """
    if not 0 < value < 1:
        return Interval.missing("at 0 or 1 the estimated variance is 0")
    if not variance > 0:
        return Interval.missing("the estimated variance is 0")
    centre = np.log(value) - np.log1p(-value)
    tail = 0.5 + level / 2
    quantile = float(stdtrit(freedom, tail) if np.isfinite(freedom) else ndtri(tail))
    slope = value * (1 - value)
    half, shift = quantile * np.sqrt(variance) / slope, excess / slope
    low, high = 1 / (1 + np.exp(-(centre - half - shift))), 1 / (1 + np.exp(-(centre + half)))
    return Interval(float(low), float(high), method)
