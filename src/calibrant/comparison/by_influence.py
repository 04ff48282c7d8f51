"""Difference of two numbers, from how far every row moves the one less the other."""

import math

import numpy as np
from jaxtyping import Float64

from calibrant.comparison.difference import Difference, students, unsure
from calibrant.comparison.pair import Pair
from calibrant.comparison.too_few import SEVERAL, too_few_units

__all__ = ["FEWEST", "UNMOVED", "difference_by_influence", "difference_by_units"]

FEWEST = 2.0  # degrees of freedom below which the ends would say nothing
UNMOVED = "no row moves one more than the other"


def difference_by_influence(
    value: float, moved: Float64[np.ndarray, " row"], pair: Pair, level: float, method: str
) -> Difference:
    r"""Student's interval of a difference, to first order in the rows.

    Parameters
    ----------
    value : float
        Difference of the two numbers.
    moved : Float64[ndarray, "row"]
        Influence of every row on the first number less that on the second: what the row's own
        weight adds to first order. They sum to 0, and the sum of their squares is the variance.
    pair : Pair
        The rows; influences of one cluster are summed before they are squared.
    level : float
        Coverage, in (0, 1).
    method : str
        How the influences were found.

    Notes
    -----
    With :math:`e_c` the sum over a cluster, or the influence of a row, the variance
    :math:`V = \sum e_c^2` has itself the variance :math:`\sum e_c^4 - V^2 / n`, and with it
    :math:`2 V^2 / (\sum e_c^4 - V^2 / n)` degrees of freedom. They are few where few rows carry the
    difference, such as those of a rare class or those on which the two models decide unlike. There
    are at most as many as clusters, or rows, of equal weight less one, as of Student's test: where
    all move the difference by about as much, the formula says more than so few can tell.

    References
    ----------
    .. [1] Satterthwaite. "An Approximate Distribution of Estimates of Variance Components."
       Biometrics 2, 1946. Obuchowski. "Nonparametric Analysis of Clustered ROC Curve Data."
       Biometrics 53, 1997: the sums over clusters.
    """
    scale = float(np.abs(moved).max(initial=0.0))
    if scale <= 1e-15 and pair.n_effective > SEVERAL:  # rounding of influences: shares of rows
        return unsure(value, pair.n, pair.n_effective, UNMOVED)
    return difference_by_units(value, pair.summed(moved), pair, level, method)


def difference_by_units(
    value: float, each: Float64[np.ndarray, " unit"], pair: Pair, level: float, method: str
) -> Difference:
    """The same from the influence of every cluster, or of every block of rows.

    Parameters
    ----------
    each : Float64[ndarray, "unit"]
        What every unit adds to first order; the sum of their squares is the variance.
    value, pair, level, method
        See `difference_by_influence`.
    """
    few = too_few_units(pair)
    if few:
        return unsure(value, pair.n, pair.n_effective, few)
    variance = float(np.square(each).sum())
    if not math.isfinite(variance):
        return unsure(value, pair.n, pair.n_effective, "one row of a side tells nothing of it")
    freedom = min(_freedom(each), min(pair.n_effective, float(len(each))) - 1)
    if variance <= 0 or freedom < FEWEST:
        why = "too few rows, or clusters, carry the difference"
        return unsure(value, pair.n, pair.n_effective, why)
    error, n, n_effective = math.sqrt(variance), pair.n, pair.n_effective
    return students(value, error, freedom, n=n, n_effective=n_effective, level=level, method=method)


def _freedom(each: Float64[np.ndarray, " unit"]) -> float:
    """Degrees of freedom of the sum of squares."""
    shares = each / max(float(np.abs(each).max()), 1e-300)  # whatever the unit of the metric
    square = float(np.square(shares).sum())
    fourth = float((shares**4).sum()) - square**2 / len(each)
    return min(2 * square**2 / fourth, 1e9) if fourth > 0 else 1e9
