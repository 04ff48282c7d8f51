"""Replicates of a tally: what its cells might have held, had other rows come.

The cost grows with the cells that a metric reads, not with the rows behind them.
"""

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from calibrant.metrics.intervals import Interval

__all__ = ["METHOD", "N_REPLICATES", "percentile_interval", "replicated"]

N_REPLICATES = 1000
METHOD = "percentiles of the Bayesian bootstrap"
ROUNDING = 1e-9  # of a number of rows
SEED = 20_240_229  # any would do; a fixed one gives the same digits everywhere


def replicated(
    weight: Float64[ndarray, " cell"], square: Float64[ndarray, " cell"], n_replicates: int
) -> Float64[ndarray, "replicate cell"]:
    r"""Weights of all cells in replicates of their rows: the Bayesian bootstrap.

    Parameters
    ----------
    weight, square : Float64[ndarray, "cell"]
        Sums of the weights of the rows of every cell, and of their squares; 0 and 0 if empty.
    n_replicates : int
        How many to draw; the same cells always draw the same ones.

    Notes
    -----
    Every row draws a gamma number of mean and variance 1, rows together a sum of them, which is
    gamma again: with mean :math:`\sum w` and variance :math:`\sum w^2`, without a look at any
    row. What does not change when all weights are scaled then has the posterior distribution of
    Rubin for rows of one weight. Unlike counts drawn anew, no cell falls empty, and the share
    of k in n rows has the lower end of the exact interval of Clopper and Pearson.

    References
    ----------
    .. [1] Rubin. "The Bayesian Bootstrap." Annals of Statistics 9, 1981.

    Examples
    --------
    >>> drawn = replicated(np.array([9.0, 0.0, 4.0]), np.array([9.0, 0.0, 8.0]), 4000)
    >>> drawn.mean(axis=0).round(), drawn.var(axis=0).round()
    (array([9., 0., 4.]), array([9., 0., 8.]))
    """
    held = weight > 0
    scale = square[held] / weight[held]
    drawn = np.zeros((n_replicates, weight.size))
    rows = weight[held] / scale
    whole = np.rint(rows)  # one row but for rounding draws as one row does
    rows = np.where(np.abs(rows - whole) <= ROUNDING * whole, whole, rows)
    generator = np.random.Generator(np.random.PCG64(SEED))
    drawn[:, held] = generator.standard_gamma(rows, (n_replicates, scale.size))
    drawn[:, held] *= scale
    return drawn


def percentile_interval(
    draws: Float64[ndarray, " replicate"], level: float, method: str = METHOD
) -> Interval:
    """Interval between the percentiles of the values of replicates, of which none is NaN.

    Examples
    --------
    >>> round(percentile_interval(np.linspace(0.0, 1.0, 1001), 0.9).low, 9)
    0.05
    """
    low, high = np.quantile(draws, ((1 - level) / 2, (1 + level) / 2)).tolist()
    if not high > low:
        return Interval.missing("all replicates have the same value, which shows no spread")
    return Interval(low, high, method)
