"""Noise of gaps whose rows depend on each other: how the gaps of blocks of clusters scatter."""

import math
from functools import lru_cache

import numpy as np
from jaxtyping import Float64
from numpy import ndarray
from scipy.special import ndtri, stdtrit

from calibrant.metrics.inference.crossing import crossing
from calibrant.metrics.inference.noise import quantile
from calibrant.statistics.blocks import MOST_BLOCKS

__all__ = ["block_draws", "drawn_root_interval", "heavier"]

N_DRAWS = 2048
MOST_NUMBERS = 1 << 21  # gaps times draws
FEWEST_DRAWS = 512
USUAL = MOST_BLOCKS + 56  # rows of the table of normals: all blocks, and some gaps that lack noise


def block_draws(
    excess: Float64[ndarray, "block gap"],
    weight: Float64[ndarray, " block"],
    variance: Float64[ndarray, " gap"],
) -> Float64[ndarray, "gap draw"]:
    r"""Draws of the noise of gaps, with the covariance that blocks show.

    Parameters
    ----------
    excess : Float64[ndarray, "block gap"]
        Weighted stated less observed of every block, by bin.
    weight : Float64[ndarray, "block"]
        Weight of all rows of a block.
    variance : Float64[ndarray, "gap"]
        That of the gaps were the rows independent: clusters do not scatter less.

    Notes
    -----
    With :math:`e_m = (D_m - w_m d) / W` for the gaps d of all blocks, the covariance is
    :math:`\sum_m e_m e_m' / (1 - \sum_m (w_m / W)^2)`. What it lacks of `variance` in a bin, as
    where few clusters have rows in it, is added as noise of that bin alone. The draws are
    combinations of the blocks by a fixed table of normals.
    """
    total = weight.sum()
    gap = excess.sum(axis=0) / total
    off = (excess - np.outer(weight, gap)) / total
    off /= np.sqrt(1 - np.square(weight / total).sum())
    lacking = np.sqrt(np.maximum(variance - np.square(off).sum(axis=0), 0))
    n_draws = max(FEWEST_DRAWS, min(N_DRAWS, MOST_NUMBERS // max(1, len(gap))))
    n_blocks, places = len(weight), np.flatnonzero(lacking)
    table = _normals(USUAL, n_draws)
    if n_blocks + len(places) > len(table):
        table = _normals(n_blocks + len(places), n_draws)
    draws = off.T @ table[:n_blocks]
    draws[places] += lacking[places, None] * table[n_blocks : n_blocks + len(places)]
    return draws


@lru_cache(maxsize=4)
def _normals(n_rows: int, n_draws: int) -> Float64[ndarray, "row draw"]:
    """Fixed table of normals, whose first rows do not depend on how many there are."""
    return np.random.Generator(np.random.PCG64(0)).standard_normal((n_rows, n_draws))


def heavier(n_effective: float, level: float) -> float:
    """How much wider Student's interval is than the normal one, for so many blocks."""
    tail = 0.5 + level / 2
    return float(stdtrit(n_effective - 1, tail) / ndtri(tail))


def drawn_root_interval(
    gap: Float64[ndarray, " gap"],
    share: Float64[ndarray, " gap"],
    draws: Float64[ndarray, "gap draw"],
    level: float,
    n_effective: float = math.inf,
) -> tuple[float, float]:
    r"""Interval of :math:`(\sum_b d_b^2 / P_b)^{1/2}` of the true gaps behind noisy ones.

    Parameters
    ----------
    gap : Float64[ndarray, "gap"]
        Signed gaps times shares of weight, :math:`d_b`.
    share : Float64[ndarray, "gap"]
        Shares of weight, :math:`P_b`, above 0.
    draws : Float64[ndarray, "gap draw"]
        Noise of the gaps.
    level : float
        Coverage, in (0, 1).
    n_effective : float, default inf
        Rows whose shares of the bins are left to chance, where that is not among the noise.

    Notes
    -----
    With the gaps that were seen scaled to a root of :math:`\theta`, the sum of squares shows
    :math:`\theta^2 + 2 \theta x + q` for draws of x and q, the first term times a lognormal number
    for the shares, as in `root_mean_square_interval`; the ends are those of which the sum that
    was seen is just not extreme, as for independent gaps. Where shares are so uncertain that no
    root up to 1 shows too much, the upper end is infinite.

    Examples
    --------
    >>> noise = np.linspace(-0.1, 0.1, 1001)[None]
    >>> low, high = drawn_root_interval(np.array([0.3]), np.ones(1), noise, 0.95)
    >>> round(low, 3), round(high, 3)  # of 95 % of the noise
    (0.205, 0.395)
    """
    tail, seen = (1 - level) / 2, float((gap**2 / share).sum())
    part = gap / np.sqrt(seen) if seen > 0 else np.sqrt(share / share.sum()) * np.sqrt(share)
    linear, square = 2 * (part / share) @ draws, (1 / share) @ draws**2

    held = part**2 / share
    shares = math.sqrt(max(0.0, float((held**2 / share).sum()) - 1) / n_effective)
    spread = np.exp(shares * _shares(draws.shape[1]) - shares**2 / 2)

    def shown(root: float, at: float) -> float:
        return quantile(root**2 * spread + root * linear + square, at)

    target = max(seen, shown(0.0, tail / 2 + 0.25))
    most = float(np.sqrt(target)) + 1.0
    low = high = 0.0
    if shown(0.0, 1 - tail) < seen:
        low = crossing(lambda root: shown(root, 1 - tail) - seen, 0.0, most)
    if shown(most, tail) < target:
        high = math.inf
    elif shown(0.0, tail) < target:
        high = crossing(lambda root: shown(root, tail) - target, 0.0, most)
    return low, high


@lru_cache(maxsize=8)
def _shares(n_draws: int) -> Float64[ndarray, " draw"]:
    """Fixed normals, of mean 0 and variance 1."""
    drawn = np.random.Generator(np.random.PCG64(2)).standard_normal(n_draws)
    return (drawn - drawn.mean()) / drawn.std()
