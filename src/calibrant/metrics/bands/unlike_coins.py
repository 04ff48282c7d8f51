"""Quantiles of a sum of unlike coins: of what comes out where every row states its own chance."""

import numpy as np
from jaxtyping import Float64, Int64
from scipy.special import ndtri

__all__ = ["acceptance"]

WIDE = 100.0  # standard deviations, in counts, from which an expansion is exact to 1e-4 of one
N_NODES = 16  # of chances that stand for all: they lie within a sixteenth of a bin

Chances = Float64[np.ndarray, " coin"]


def acceptance(count: Float64[np.ndarray, " coin"], p: Chances, tail: float) -> tuple[float, float]:
    """Least and greatest count that come out with more than `tail` beyond or at them.

    Below the one and above the other lies at most `tail` each: exactly, by the transform of the
    sum, where its standard deviation is up to 100; from its skewness (Cornish and Fisher) above.

    Parameters
    ----------
    count : Float64[ndarray, "coin"]
        Whole numbers of coins.
    p : Float64[ndarray, "coin"]
        Chance of each, in rising order.
    tail : float
        In (0, 0.5).

    References
    ----------
    .. [1] Hong. "On Computing the Distribution Function for the Poisson Binomial Distribution."
       Computational Statistics & Data Analysis 59, 2013.
    .. [2] Cornish, Fisher. "Moments and Cumulants in the Specification of Distributions."
       Revue de l'Institut International de Statistique 5, 1938.

    Examples
    --------
    >>> acceptance(np.array([1.0, 1.0]), np.array([0.5, 0.5]), 0.2)  # 1/4, 1/2, 1/4
    (0.0, 2.0)
    >>> acceptance(np.array([1.0, 1.0]), np.array([0.5, 0.5]), 0.25)
    (1.0, 1.0)
    """
    count, p = _nodes(count, p)
    spread = count * p * (1 - p)
    mean, deviation = float(count @ p), float(np.sqrt(spread.sum()))
    if deviation > WIDE:
        skew = float((spread * (1 - 2 * p)).sum()) / deviation**3
        z = float(ndtri(1 - tail))
        bend = skew * (z * z - 1) / 6
        return mean + deviation * (bend - z), mean + deviation * (bend + z)
    first, below = _cumulative(count, p, mean, deviation)
    above = 1 - np.concatenate(([0.0], below[:-1]))  # chance of this count or more
    slack = 1e-12  # rounding of the transform
    low = first + int(np.argmax(below > tail + slack))
    high = first + int(np.flatnonzero(above > tail + slack)[-1])
    return float(low), float(high)


def _nodes(
    count: Float64[np.ndarray, " coin"], p: Chances
) -> tuple[Float64[np.ndarray, " node"], Float64[np.ndarray, " node"]]:
    """A few coins in the place of neighbours that are nearly alike; their number and mean stay."""
    if len(p) <= N_NODES:
        return count, p
    width = max(float(p[-1] - p[0]), 1e-300)
    node: Int64[np.ndarray, " coin"] = np.minimum((p - p[0]) / width * N_NODES, N_NODES - 1).astype(
        np.int64
    )
    total = np.bincount(node, weights=count, minlength=N_NODES)
    mean = np.bincount(node, weights=count * p, minlength=N_NODES)
    held = total > 0
    return total[held], mean[held] / total[held]


def _cumulative(
    count: Float64[np.ndarray, " node"],
    p: Float64[np.ndarray, " node"],
    mean: float,
    deviation: float,
) -> tuple[int, Float64[np.ndarray, " sum"]]:
    """First count of a stretch that holds all but nothing of the sum, and the chance up to each."""
    n = int(count.sum())
    reach = min(n + 1, int(24 * deviation) + 64)
    size = 1 << (reach - 1).bit_length()
    first = max(0, min(n + 1 - reach, int(mean - reach / 2)))
    step = np.arange(size)
    turn = np.exp(2j * np.pi * step / size)
    back = np.exp(-2j * np.pi * (step * first % size) / size)
    rotated = np.prod((1 - p[:, None] + p[:, None] * turn) ** count[:, None], axis=0) * back
    chance = np.fft.fft(rotated).real / size
    return first, np.cumsum(np.maximum(chance[:reach], 0.0))
