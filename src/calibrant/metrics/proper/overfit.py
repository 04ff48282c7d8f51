"""What isotonic recalibration gains from noise alone."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from scipy.optimize import isotonic_regression

from calibrant.metrics.proper.groups import Groups
from calibrant.metrics.proper.losses_of_events import Loss

__all__ = ["Merged", "base_rates", "fitted", "gains", "merged", "smoothed"]

FINEST = 200  # groups that outcomes are drawn of
N_DRAWS = 400
SEED = 20_240_229
ROUNDING = 1e-9  # of a probability, and of a number of rows

Sums = Float64[np.ndarray, " group"]
Drawn = Float64[np.ndarray, "draw group"]


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """Sums of weight and of squared weight of some hundred groups, in rising order.

    Attributes
    ----------
    w, wp, wy, ww, wwy : Float64[ndarray, "group"]
        Sums of powers of weight w, probability p and outcome y.
    """

    w: Sums
    wp: Sums
    wy: Sums
    ww: Sums
    wwy: Sums


def merged(groups: Groups) -> Merged:
    """Neighbouring groups put together, of about the same number of rows, if there are many."""
    columns = groups.w, groups.wp, groups.wy, groups.ww, groups.wwy
    if len(groups.w) > FINEST:
        middle = groups.count.cumsum() - groups.count / 2
        place = (middle / groups.count.sum() * FINEST).astype(int)
        start = np.flatnonzero(np.diff(place, prepend=-1))
        columns = (np.add.reduceat(column, start) for column in columns)
    w, wp, wy, ww, wwy = columns
    return Merged(w, np.minimum(wp, w), np.clip(wy, 0, w), ww, wwy)


def fitted(shares: Drawn, weight: Sums) -> Drawn:
    """Isotonic regression of every draw: one of all, in which each draw lies above the last.

    Examples
    --------
    >>> fitted(np.array([[1.0, 0.0, 1.0], [0.0, 0.5, 0.25]]), np.ones(3))
    array([[0.5  , 0.5  , 1.   ],
           [0.   , 0.375, 0.375]])
    """
    steps = 2.0 * np.arange(len(shares))[:, None]
    weights = np.broadcast_to(weight, shares.shape).ravel()
    start = isotonic_regression((shares + steps).ravel(), weights=weights).blocks[:-1]
    hits, total = (np.add.reduceat(each, start) for each in (weights * shares.ravel(), weights))
    sizes = np.diff(start, append=weights.size)
    return np.minimum(hits / total, 1).repeat(sizes).reshape(shares.shape)


def smoothed(found: Sums, weight: Sums) -> Sums:
    """A rising function with straight lines between the middles of the blocks of another."""
    start = np.flatnonzero(np.diff(found, prepend=-1.0) > ROUNDING)
    blocks = np.add.reduceat(weight, start)
    middle = weight.cumsum() - weight / 2
    return np.interp(middle, blocks.cumsum() - blocks / 2, found[start])


def base_rates(cells: Merged) -> Sums:
    """The share of all rows that came out, for every group."""
    return np.full(len(cells.w), cells.wy.sum() / cells.w.sum())


def gains(
    truth: Sums, cells: Merged, loss: Loss, *, against_base: bool = False
) -> Float64[np.ndarray, " draw"]:
    """Mean loss that recalibration saves on outcomes drawn at `truth`, draw by draw.

    Parameters
    ----------
    truth : Float64[ndarray, "group"]
        Probability of the rows of every group: rising, so that nothing is to be gained.
    cells : Merged
        Their weights. Of equal ones outcomes are binomial; of others the share that comes
        out is a beta number of the same mean and variance.
    loss : Loss
        What is saved.
    against_base : bool, default False
        Against stating the base rate of every draw, rather than `truth`.
    """
    generator = np.random.Generator(np.random.PCG64(SEED))
    shape = N_DRAWS, len(cells.w)
    number = cells.w**2 / cells.ww
    truth = np.clip(truth, 0, 1)
    if np.ptp(cells.w / number) <= 1e-9 * float((cells.w / number).max()):
        rows = np.rint(number).astype(np.int64)
        share = generator.binomial(rows, truth, shape) / rows
    else:
        share = _beta(generator, truth, number, shape)
    total = cells.w.sum()
    hits, misses = cells.w * share, cells.w * (1 - share)
    if against_base:
        stated = np.broadcast_to(hits.sum(axis=1, keepdims=True) / total, shape)
    else:
        stated = np.broadcast_to(truth, shape)
    saved = loss.summed(stated, hits, misses).sum(axis=1)
    saved -= loss.summed(fitted(share, cells.w), hits, misses).sum(axis=1)
    return np.maximum(saved, 0) / total


def _beta(
    generator: np.random.Generator, truth: Sums, number: Sums, shape: tuple[int, int]
) -> Drawn:
    """Shares of mean t and variance t (1 - t) / number; of one row 0 or 1."""
    spread = np.maximum(number - 1, 0)
    several = (spread > ROUNDING) & (truth > ROUNDING) & (truth < 1 - ROUNDING)
    share = (generator.random(shape) < truth).astype(np.float64)
    a, b = (spread * truth)[several], (spread * (1 - truth))[several]
    share[:, several] = generator.beta(a, b, (shape[0], a.size))
    share[share < ROUNDING] = 0  # so near that they would be lost in sums with others
    share[share > 1 - ROUNDING] = 1
    return share
