"""Interval of an area under the ROC curve: every area is asked whether the rows rule it out."""

import math
from collections.abc import Callable

from scipy.special import stdtrit

from calibrant.metrics.inference.crossing import crossing
from calibrant.metrics.intervals import FEWEST, Interval

__all__ = ["METHOD", "area_interval", "exponential_variance"]

METHOD = "DeLong with Hanley and McNeil, inverted"
PRIOR = 25.0  # degrees of freedom that the formula for the variance counts for
SURE = 1e-12  # distance from 0 and 1 of the areas asked


def area_interval(
    value: float, variance: float, sides: tuple[float, float], level: float
) -> Interval:
    r"""Areas that lie no further from `value` than their own standard error explains.

    DeLong's variance is that of the rows at hand. Of few positives or few negatives it is itself
    uncertain, and where the area is near 1 it is small exactly when the area found is too high.
    So the variance is a function :math:`V(\theta)` of the area that is asked, times the ratio
    :math:`r` of DeLong's variance to :math:`V` at `value`: an area :math:`\theta` is in the
    interval where

    .. math:: |\hat\theta - \theta| \le q \sqrt{r^w V(\theta)} \qquad
       w = \nu / (\nu + 25) \text{ if } r < 1, \text{ else } 1

    with Welch's degrees of freedom of two means whose rows are spread alike,

    .. math:: \nu = \frac{(1 / n_+ + 1 / n_-)^2}
       {1 / (n_+^2 (n_+ - 1)) + 1 / (n_-^2 (n_- - 1))}

    A variance smaller than the formula's is believed as far as it is known, as if the formula
    were worth 25 degrees of freedom; a larger one is believed at once. :math:`q` is the quantile
    of Student's t with :math:`\nu` degrees of freedom, and the 25 more where the formula is leant
    on. Where all pairs are ranked alike, or but for less than half a pair, DeLong's variance is 0
    and tells nothing: :math:`r` is 1, with the 25 degrees of freedom alone. So a perfect ranking
    of few rows has a wider interval than one with a single error, which shows the spread.

    It turns with the ranking: of reversed labels, or of reversed scores, it is the interval of
    one less the area; of both, the same.

    Parameters
    ----------
    value : float
        Area found, in [0, 1].
    variance : float
        DeLong's variance of it, not NaN.
    sides : tuple of float
        Effective rows of positives and of negatives. There is no interval for fewer than two of
        either.
    level : float
        Coverage, in (0, 1).

    References
    ----------
    .. [1] DeLong et al. "Comparing the Areas under Two or More Correlated Receiver Operating
       Characteristic Curves." Biometrics 44, 1988.
    .. [2] Newcombe. "Confidence Intervals for an Effect Size Measure Based on the Mann-Whitney
       Statistic. Part 2." Statistics in Medicine 25, 2006, method 5: the variance inverted.
    .. [3] Welch. "The Generalization of 'Student's' Problem when Several Different Population
       Variances are Involved." Biometrika 34, 1947.

    Examples
    --------
    >>> ends = area_interval(1.0, 0.0, (10.0, 10.0), 0.95)  # all pairs ranked rightly
    >>> round(ends.low, 3), ends.high
    (0.782, 1.0)
    """
    if not min(sides) > FEWEST:
        return Interval.missing("the weights leave fewer than two effective rows of a side")
    inside = min(max(value, SURE), 1 - SURE)  # at 0 and 1 the formula is 0
    quarter_of_a_pair = 1 / (4 * sides[0] * sides[1])
    if variance < quarter_of_a_pair**2:
        freedom, scale = PRIOR, 1.0
    else:
        freedom, scale = _freedom(*sides), variance / exponential_variance(inside, *sides)
        if scale < 1:
            scale **= freedom / (freedom + PRIOR)
            freedom += PRIOR
    reach = float(stdtrit(freedom, 0.5 + level / 2)) ** 2 * scale

    def excess(area: float) -> float:
        return (value - area) ** 2 - reach * exponential_variance(area, *sides)

    low = _end(excess, SURE, inside) if value > SURE else 0.0
    high = _end(excess, 1 - SURE, inside) if value < 1 - SURE else 1.0
    return Interval(low, high, METHOD)


def exponential_variance(area: float, n_positive: float, n_negative: float) -> float:
    r"""Variance of an area over samples of exponential scores, by the area.

    Hanley and McNeil's formula gives the rows of one side more spread than those of the other,
    as it is for exponential scores; for their negatives it is the other way round. As Newcombe
    does, this is the mean of both:

    .. math:: V(\theta) = \frac{\theta (1 - \theta)}{n_+ n_-} \left(1
       + \Big(\frac{n_+ + n_-}{2} - 1\Big)
       \Big(\frac{1 - \theta}{2 - \theta} + \frac{\theta}{1 + \theta}\Big)\right)

    References
    ----------
    .. [1] Hanley, McNeil. "The Meaning and Use of the Area under a Receiver Operating
       Characteristic (ROC) Curve." Radiology 143, 1982.

    Examples
    --------
    >>> exponential_variance(0.5, 1.0, 1.0)  # one pair, right or wrong: .5 * .5
    0.25
    """
    others = (n_positive + n_negative) / 2 - 1
    shared = (1 - area) / (2 - area) + area / (1 + area)
    return area * (1 - area) * (1 + others * shared) / (n_positive * n_negative)


def _freedom(n_positive: float, n_negative: float) -> float:
    """Degrees of freedom of the difference of two means whose rows are spread alike."""
    parts = (1 / n_positive, 1 / n_negative)
    doubt = sum(part**2 / (1 / part - 1) for part in parts)
    return math.fsum(parts) ** 2 / doubt


def _end(excess: Callable[[float], float], far: float, inside: float) -> float:
    """Where the excess changes its sign between `far` and `inside`; 0 or 1 where it does not."""
    return crossing(excess, far, inside) if excess(far) > 0 else float(round(far))
