"""Gaps of outcomes that come out as stated: what a perfectly calibrated model would show.

Outcomes are drawn anew at the very same stated probabilities, bin by bin, from sums alone: the
cost does not depend on the number of rows, and the draws are the same everywhere.
"""

import math
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float64, Int64
from numpy import ndarray
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from calibrant.kernel.draws import looked_up

__all__ = ["calibrated_gaps", "chance_of", "upper_point"]

LOG2_DRAWS = 12  # 4,096 draws
MOST_NUMBERS = 2**19  # bins times draws
FEWEST_DRAWS = 256
MOST_SOBOL = 16  # bins; in more dimensions 4,096 Sobol points are correlated
TABLES = (MOST_SOBOL, 32, 64, MOST_NUMBERS >> LOG2_DRAWS)  # bins of tables; fewer share one
USUAL, A_DOUBLING = 360, 4  # bins of a larger table, and how many there are from it to its double
NORMAL = 50.0  # variance of the number that come out, from which it is drawn as normal
WINDOW = 64  # numbers on either side of the mean: 9 standard deviations
TIE = 1e-9  # relative: statistics this near are equal but for rounding


def calibrated_gaps(
    weight: Float64[ndarray, " bin"],
    twice: Float64[ndarray, " bin"],
    stated: Float64[ndarray, " bin"],
    variance: Float64[ndarray, " bin"],
    *,
    normal: Float64[ndarray, "bin draw"] | None = None,
) -> Float64[ndarray, "bin draw"]:
    r"""Draws of stated less observed, summed over the rows of every bin, were all of it true.

    Parameters
    ----------
    weight, twice : Float64[ndarray, "bin"]
        Sums of weights and of their squares.
    stated : Float64[ndarray, "bin"]
        Sum of weight times stated probability.
    variance : Float64[ndarray, "bin"]
        :math:`\sum w^2 p (1 - p)`.
    normal : Float64[ndarray, "bin draw"], optional
        Standard normals that the gaps rise with, where bins depend on each other.

    Notes
    -----
    How many come out of rows with unlike probabilities is a Poisson binomial number. Its mean and
    variance are those of a binomial one of :math:`m^2 / \sum p^2` trials, a number that need not be
    whole, and so is nearly all else where the probabilities of a bin are near each other; of a
    single row and of equal ones it is exact. With weights, :math:`\sum w^2 / \sum w` is what one
    counts. From a variance of 50 the number is drawn as normal. 4,096 draws for up to 128 bins;
    fewer for more, 256 at least.

    References
    ----------
    .. [1] Brocker, Smith. "Increasing the Reliability of Reliability Diagrams." Weather and
       Forecasting 22, 2007: consistency resampling. Ehm. "Binomial Approximation to the Poisson
       Binomial Distribution." Statistics & Probability Letters 11, 1991.

    Examples
    --------
    >>> one = np.ones(1)  # a row stated .25: off by .25, or by -.75 in one case of four
    >>> gaps = calibrated_gaps(one, one, 0.25 * one, 0.1875 * one)
    >>> sorted({float(gap) for gap in gaps[0]}), float((gaps[0] < 0).mean())
    ([-0.75, 0.25], 0.25)
    """
    step = np.where(weight > 0, twice / np.where(weight > 0, weight, 1), 1)
    counted = variance / step**2
    few = (variance > 0) & (counted < NORMAL)
    spread = np.sqrt(np.maximum(variance, 0))
    if not few.any():
        return spread[:, None] * (_normals(len(weight)) if normal is None else normal)
    sums = stated[few] / step[few], counted[few], (weight / step)[few]
    numbers = _numbers_off(few, step[few], *sums, normal=normal)
    if few.all():
        return numbers
    out = np.empty((len(weight), numbers.shape[1]))
    out[few] = numbers
    table = _normals(len(weight)) if normal is None else normal
    out[~few] = spread[~few, None] * table[~few]
    return out


def chance_of(draws: Float64[ndarray, " draw"], seen: float, *, normal: bool = False) -> float:
    """Chance of a statistic as great as the one seen, ties half: (1/2 + greater) / (1 + draws).

    Of few draws of a sum of many terms, which is `normal`, from their mean and spread.

    Examples
    --------
    >>> chance_of(np.array([1.0, 2.0, 3.0]), 2.5), chance_of(np.array([1.0, 2.0, 2.0]), 2.0)
    (0.375, 0.375)
    """
    if normal and draws.size < 2**LOG2_DRAWS and draws.std() > 0:
        return float(ndtr(-(seen - draws.mean()) / draws.std()))
    slack = TIE * max(abs(seen), float(np.abs(draws).max()))
    above, equal = (draws > seen + slack).sum(), (np.abs(draws - seen) <= slack).sum()
    return float((above + (equal + 1) / 2) / (1 + draws.size))


def upper_point(draws: Float64[ndarray, " draw"], share: float = 0.95) -> float:
    """Quantile of draws: the least that is no less than a share of them.

    Examples
    --------
    >>> upper_point(np.arange(20.0))
    18.0
    """
    place = int(np.ceil(share * draws.size)) - 1
    return float(np.partition(draws, place)[place])


def _numbers_off(
    few: Bool[ndarray, " bin"],
    step: Float64[ndarray, " one"],
    mean: Float64[ndarray, " one"],
    variance: Float64[ndarray, " one"],
    rows: Float64[ndarray, " one"],
    *,
    normal: Float64[ndarray, "bin draw"] | None,
) -> Float64[ndarray, "one draw"]:
    """Mean less number that comes out, times the step, for few rows or rare outcomes."""
    flipped: Bool[ndarray, " one"] = mean > rows / 2  # count what does not come out
    mean = np.where(flipped, rows - mean, mean)
    chance = np.clip(1 - variance / mean, 1e-15, 1 - 1e-15)
    trials = mean / chance
    first = np.maximum(np.floor(mean) - WINDOW, 0)
    number = first[:, None] + np.arange(2 * WINDOW + 1)
    mass = np.ones_like(number)  # relative to the first, which is at most nine deviations away
    before = trials[:, None] - number[:, :-1]
    mass[:, 1:] = (chance / (1 - chance))[:, None] * before / number[:, 1:]
    mass[:, 1:][before <= 1e-9] = 0  # more than all
    mass = mass.cumprod(axis=1).cumsum(axis=1)
    mass /= mass[:, -1:]
    off = ((mean - first)[:, None] - np.arange(mass.shape[1] + 1)) * np.where(flipped, -step, step)[
        :, None
    ]
    if normal is None:
        return looked_up(*_ordered(len(few)), np.flatnonzero(few), mass, off)
    drawn, signs = np.empty((len(mass), normal.shape[1])), np.where(flipped, 1, -1)
    places = ndtri(mass)  # the greater the gap, the fewer come out
    for out, value, below, bin_, sign in zip(
        drawn, off, places, np.flatnonzero(few), signs, strict=True
    ):
        value.take(below.searchsorted(sign * normal[bin_]), out=out, mode="clip")
    return drawn


def _ordered(n_bins: int) -> tuple[Float64[ndarray, "bin draw"], Int64[ndarray, "bin draw"]]:
    """The numbers of every bin in order, and the rank of every draw among them."""
    ordered, rank = _ordered_table(_table_size(n_bins))
    return ordered[:n_bins], rank[:n_bins]


def _normals(n_bins: int) -> Float64[ndarray, "bin draw"]:
    """The same numbers as normals."""
    return _normal_table(_table_size(n_bins))[:n_bins]


def _table_size(n_bins: int) -> int:
    """Bins of the table that this many are the first of."""
    sizes = (size for size in TABLES if size >= n_bins)
    steps = math.ceil(A_DOUBLING * math.log2(max(1, n_bins) / USUAL))
    return next(sizes, int(USUAL * 2 ** (steps / A_DOUBLING)))


@lru_cache(maxsize=8)
def _ordered_table(
    n_bins: int,
) -> tuple[Float64[ndarray, "bin draw"], Int64[ndarray, "bin draw"]]:
    uniform = _uniforms(n_bins)
    order = np.argsort(uniform, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(order.shape[1])[None], axis=1)
    return np.take_along_axis(uniform, order, axis=1), rank


@lru_cache(maxsize=8)
def _normal_table(n_bins: int) -> Float64[ndarray, "bin draw"]:
    return np.asarray(ndtri(_uniforms(n_bins)))


def _uniforms(n_bins: int) -> Float64[ndarray, "bin draw"]:
    """Fixed table of numbers in (0, 1): those of fewer bins are its first rows, up to 128."""
    if n_bins <= MOST_SOBOL:
        points = qmc.Sobol(n_bins, scramble=False).random_base2(LOG2_DRAWS)
        return np.ascontiguousarray((points + 0.5 / 2**LOG2_DRAWS).T)
    n_draws = int(min(2**LOG2_DRAWS, max(FEWEST_DRAWS, MOST_NUMBERS // n_bins)))
    return np.random.Generator(np.random.PCG64(0)).random((n_bins, n_draws))
