"""What isotonic recalibration gains from noise alone."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float64
from scipy.optimize import isotonic_regression

from calibrant.metrics.proper.losses_of_events import Loss
from calibrant.metrics.proper.merging import Merged

__all__ = ["base_rates", "block_gains", "drawn", "fitted", "gain_of_blocks", "gains", "smoothed"]

N_DRAWS = 400
LAST = 8  # draws that are kept, of a megabyte each: four of the rows seen in one of two views
SEED = 20_240_229
ROUNDING = 1e-9  # of a probability, and of a number of rows

Sums = Float64[np.ndarray, " group"]
Drawn = Float64[np.ndarray, "draw group"]


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
    truth: Sums, cells: Merged, loss: Loss, *, against_base: bool = False, n_draws: int = N_DRAWS
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
    n_draws : int, default 400
        How many.
    """
    truth = np.clip(truth, 0, 1)
    share, best = drawn(truth, cells, n_draws)
    total = cells.w.sum()
    hits, misses = cells.w * share, cells.w * (1 - share)
    stated = hits.sum(axis=1, keepdims=True) / total if against_base else truth[None]
    saved = loss.summed(stated, hits, misses).sum(axis=1)
    saved -= loss.summed(best, hits, misses).sum(axis=1)
    return np.maximum(saved, 0) / total


def gain_of_blocks(w: Sums, wy: Sums, ww: Sums, wwy: Sums, loss: Loss) -> Sums:
    r"""What every block would gain from noise if it were all that is fitted, times all weight.

    That is half of the curvature of the least loss times the variance of the share that came
    out, :math:`\sum w_i^2 (y_i - q)^2 / \sum w_i`, of which half a row more came out and half a
    row more did not: else blocks without either would have none.
    """
    row = ww / w
    w, wy, ww, wwy = w + row, wy + row / 2, ww + row**2, wwy + row**2 / 2
    share = wy / w
    return loss.bend(share) * (wwy * (1 - share) ** 2 + (ww - wwy) * share**2) / w


def block_gains(
    truth: Sums, cells: Merged, loss: Loss, *, n_draws: int
) -> Float64[np.ndarray, " draw"]:
    """Sum of `gain_of_blocks` over the blocks of every draw of `gains`, over all weight."""
    truth = np.clip(truth, 0, 1)
    _, best = drawn(truth, cells, n_draws)
    start = np.flatnonzero(np.diff(best, axis=1, prepend=-1.0))
    w, ww = (
        np.add.reduceat(np.broadcast_to(each, best.shape).ravel(), start)
        for each in (cells.w, cells.ww)
    )
    share = best.ravel()[start]
    each = gain_of_blocks(w, w * share, ww, ww * share, loss)
    return np.bincount(start // len(cells.w), each, n_draws) / cells.w.sum()


def drawn(truth: Sums, cells: Merged, n_draws: int) -> tuple[Drawn, Drawn]:
    """Shares that came out in every draw at a truth, and the best rising function of each."""
    return _drawn(truth.tobytes(), cells.w.tobytes(), cells.ww.tobytes(), n_draws)


@lru_cache(maxsize=LAST)
def _drawn(truth: bytes, w: bytes, ww: bytes, n_draws: int) -> tuple[Drawn, Drawn]:
    """They are the same for every score and part of the same rows, which are told one by one."""
    rates, weight, squares = (np.frombuffer(each, np.float64) for each in (truth, w, ww))
    generator = np.random.Generator(np.random.PCG64(SEED))
    shape = n_draws, len(weight)
    number = weight**2 / squares
    if np.ptp(weight / number) <= 1e-9 * float((weight / number).max()):
        rows = np.rint(number).astype(np.int64)
        by_group = (rows[:, None], rates[:, None], shape[::-1])  # what a rate asks for is kept
        share = np.ascontiguousarray(generator.binomial(*by_group).T) / rows
    else:
        share = _beta(generator, rates, number, shape)
    best = fitted(share, weight)
    for each in (share, best):
        each.setflags(write=False)
    return share, best


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
