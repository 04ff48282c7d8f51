"""Noise of gaps whose rows depend on each other: how the gaps of blocks of clusters scatter."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np
from jaxtyping import Float64
from numpy import ndarray
from scipy.special import ndtri, stdtrit

from calibrant.metrics.inference.crossing import crossing
from calibrant.metrics.inference.noise import quantile
from calibrant.statistics.blocks import MOST_BLOCKS

__all__ = ["SquareNoise", "block_draws", "drawn_root_interval", "heavier"]

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


@final
@dataclass(frozen=True, slots=True, eq=False)
class SquareNoise:
    """Noise of gaps whose squares are added up, and what is known of those squares besides.

    Attributes
    ----------
    draws : Float64[ndarray, "gap draw"]
        Noise of the gaps, rather too large than too small.
    shares : float, default 0.0
        Deviation of the sum of squares that shares of the bins bring by chance, over that sum,
        where it is not among the draws; infinite where nothing tells it.
    taken : float, optional
        What noise adds to the sum in the mean, without bias; what the draws add by default.
    doubt : float, default 0.0
        Standard error of `taken`.
    """

    draws: Float64[ndarray, "gap draw"]
    shares: float = 0.0
    taken: float | None = None
    doubt: float = 0.0


def drawn_root_interval(
    gap: Float64[ndarray, " gap"],
    share: Float64[ndarray, " gap"],
    noise: SquareNoise,
    level: float,
) -> tuple[float, float]:
    r"""Interval of :math:`(\sum_b d_b^2 / P_b)^{1/2}` of the true gaps behind noisy ones.

    Parameters
    ----------
    gap : Float64[ndarray, "gap"]
        Signed gaps times shares of weight, :math:`d_b`.
    share : Float64[ndarray, "gap"]
        Shares of weight, :math:`P_b`, above 0.
    noise : SquareNoise
        Noise of the gaps.
    level : float
        Coverage, in (0, 1).

    Notes
    -----
    With the gaps that were seen scaled to a root of :math:`\theta`, the sum of squares shows
    :math:`\theta^2 + 2 \theta x + q` for draws of x and q, the first term times a lognormal number
    for the shares, as in `root_mean_square_interval`; the ends are those of which the sum that
    was seen is just not extreme, as for independent gaps. Noise that is said too large makes the
    lower end cautious and the upper one bold: for the upper end q has the mean `taken`. What the
    doubt about that mean has beyond the spread of q is added to q at both ends. Where shares are so
    uncertain that no root up to 1 shows too much, or that nothing tells how much, the upper end is
    infinite.

    Examples
    --------
    >>> noise = SquareNoise(np.linspace(-0.1, 0.1, 1001)[None])
    >>> low, high = drawn_root_interval(np.array([0.3]), np.ones(1), noise, 0.95)
    >>> round(low, 3), round(high, 3)  # of 95 % of the noise
    (0.205, 0.395)
    """
    if math.isinf(noise.shares):
        return 0.0, math.inf
    tail, seen = (1 - level) / 2, float((gap**2 / share).sum())
    part = gap / np.sqrt(seen) if seen > 0 else np.sqrt(share / share.sum()) * np.sqrt(share)
    linear, square = 2 * (part / share) @ noise.draws, (1 / share) @ noise.draws**2
    unsure = math.sqrt(max(0.0, noise.doubt**2 - float(square.var())))
    square = square + unsure * _fixed(3, square.size)
    unbiased = square if noise.taken is None else square + (noise.taken - square.mean())
    spread = np.exp(noise.shares * _fixed(2, square.size) - noise.shares**2 / 2)

    def shown(root: float, at: float, added: Float64[ndarray, " draw"]) -> float:
        return quantile(root**2 * spread + root * linear + added, at)

    target = max(seen, shown(0.0, tail / 2 + 0.25, unbiased))
    most = float(np.sqrt(target)) + 1.0
    low = high = 0.0
    if shown(0.0, 1 - tail, square) < seen:
        low = crossing(lambda root: shown(root, 1 - tail, square) - seen, 0.0, most)
    if shown(most, tail, unbiased) < target:
        high = math.inf
    elif shown(0.0, tail, unbiased) < target:
        high = crossing(lambda root: shown(root, tail, unbiased) - target, 0.0, most)
    return low, high


@lru_cache(maxsize=8)
def _fixed(seed: int, n_draws: int) -> Float64[ndarray, " draw"]:
    """Fixed normals, of mean 0 and variance 1."""
    drawn = np.random.Generator(np.random.PCG64(seed)).standard_normal(n_draws)
    return (drawn - drawn.mean()) / drawn.std()
