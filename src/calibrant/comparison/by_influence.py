"""Difference of two numbers, from how far every row moves the one less the other."""

import math

import numpy as np
from jaxtyping import Float64
from scipy.special import stdtr, stdtrit

from calibrant.comparison.difference import Difference, unsure
from calibrant.comparison.pair import Pair

__all__ = ["FEWEST", "difference_by_influence"]

FEWEST = 2.0  # degrees of freedom below which the ends would say nothing


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
    difference, such as those of a rare class or those on which the two models decide unlike.

    References
    ----------
    .. [1] Satterthwaite. "An Approximate Distribution of Estimates of Variance Components."
       Biometrics 2, 1946. Obuchowski. "Nonparametric Analysis of Clustered ROC Curve Data."
       Biometrics 53, 1997: the sums over clusters.
    """
    if pair.n_effective <= 1 + 1e-9:
        what = "row" if pair.units is None else "cluster"
        why = f"one {what} tells nothing of the spread"
        return unsure(value, pair.n, pair.n_effective, why)
    each = pair.summed(moved)
    variance = float(np.square(each).sum())
    scale = float(np.abs(moved).max(initial=0.0))
    if not math.isfinite(variance):
        return unsure(value, pair.n, pair.n_effective, "one row of a side tells nothing of it")
    if scale <= 1e-15:  # rounding of influences, which are shares of rows
        why = "no row moves one more than the other"
        return unsure(value, pair.n, pair.n_effective, why)
    fourth = float((each**4).sum()) - variance**2 / len(each)
    freedom = min(2 * variance**2 / fourth, 1e9) if fourth > 0 else 1e9
    if variance <= 0 or freedom < FEWEST:
        why = "too few rows, or clusters, carry the difference"
        return unsure(value, pair.n, pair.n_effective, why)
    error = math.sqrt(variance)
    half = float(stdtrit(freedom, 0.5 + level / 2)) * error
    return Difference(
        value=value,
        low=value - half,
        high=value + half,
        level=level,
        n=pair.n,
        n_effective=pair.n_effective,
        p_value=float(2 * stdtr(freedom, -abs(value) / error)),
        method=method,
    )
