"""Intervals in closed form, for estimates that have one."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

__all__ = ["FEWEST", "Interval", "logit_interval", "mean_interval", "wilson"]

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
    if not n_effective > 1 + 1e-9:
        return Interval.missing("one row tells nothing of the spread")
    if not n_effective > FEWEST:
        return Interval.missing("the weights leave fewer than two effective rows")
    if not variance > 0:
        return Interval.missing("all rows have the same score, which tells nothing of the spread")
    half = float(stdtrit(n_effective - 1, 0.5 + level / 2)) * float(np.sqrt(variance))
    return Interval(max(least, mean - half), mean + half, "moments (t)")


def logit_interval(value: float, variance: float, level: float, method: str) -> Interval:
    """Interval of a number in (0, 1), symmetric on the scale of its log-odds.

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
    half = float(ndtri(0.5 + level / 2)) * np.sqrt(variance) / (value * (1 - value))
    low, high = 1 / (1 + np.exp(-(centre - half))), 1 / (1 + np.exp(-(centre + half)))
    return Interval(float(low), float(high), method)
