"""Quantiles of errors, with intervals that assume no distribution."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float64
from scipy.stats import binom

from calibrant.metrics.estimate import Estimate

__all__ = ["quantiles_of"]


def quantiles_of(
    values: Float64[np.ndarray, " row"], shares: tuple[float, ...], *, level: float
) -> Mapping[float, Estimate]:
    """Quantiles of `values` by share of the rows, each between two of the sorted values.

    The number of rows at or below the true quantile is binomial, which tells the two ranks:
    the highest and the lowest that leave out at most half of 1 - `level` on their sides.

    Parameters
    ----------
    values : Float64[ndarray, "row"]
        One a row, finite, at least one.
    shares : tuple of float
        In (0, 1).
    level : float
        Least coverage of the intervals, in (0, 1), for independent rows.

    References
    ----------
    .. [1] Conover. "Practical Nonparametric Statistics", 1999, section 3.2.

    Examples
    --------
    >>> (median,) = quantiles_of(np.arange(1.0, 10.0), (0.5,), level=0.95).values()
    >>> median.value, median.low, median.high  # of 9 tosses, 2 to 7 heads: 96.1 %
    (5.0, 2.0, 8.0)
    """
    ordered, n = np.sort(values), len(values)
    found: dict[float, Estimate] = {}
    for share in shares:
        below = int(binom.ppf((1 - level) / 2, n, share))
        above = int(binom.ppf((1 + level) / 2, n, share)) + 1
        known = below >= 1 and above <= n
        found[share] = Estimate(
            value=float(np.quantile(ordered, share)),
            low=float(ordered[below - 1]) if known else None,
            high=float(ordered[above - 1]) if known else None,
            level=level if known else None,
            n=n,
            method="ranks (binomial)" if known else "not available: too few rows this far out",
        )
    return found
