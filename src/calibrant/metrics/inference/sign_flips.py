"""Tests of rows in clusters: what sums over blocks would be, had each come out the other way."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from calibrant.statistics.blocks import MOST_BLOCKS

__all__ = ["N_FLIPS", "chance_of_flips", "flipped"]

N_FLIPS = 2047  # and the signs that were seen
TIE = 1e-9  # relative: statistics this near are equal but for rounding


def flipped(sums: Float64[ndarray, "block gap"]) -> Float64[ndarray, "gap draw"]:
    r"""Sums over blocks of clusters whose signs are drawn by chance.

    Parameters
    ----------
    sums : Float64[ndarray, "block gap"]
        Observed less stated of every block, of which each is 0 in the mean if every probability
        is true.

    Notes
    -----
    Where a block's sums are as likely to be :math:`-S_m` as :math:`S_m`, all of its bins together,
    a statistic of the sums and those of the draws are equally likely to be in any order, whatever
    rows of a cluster have to do with each other and however few blocks there are; else that holds
    of many blocks. The signs are a fixed table.

    References
    ----------
    .. [1] Canay, Romano, Shaikh. "Randomization Tests under an Approximate Symmetry Assumption."
       Econometrica 85, 2017. Cameron, Gelbach, Miller. "Bootstrap-Based Improvements for Inference
       with Clustered Errors." Review of Economics and Statistics 90, 2008: the wild bootstrap.

    Examples
    --------
    >>> draws = flipped(np.array([[1.0], [2.0]]))
    >>> np.unique(draws).tolist()
    [-3.0, -1.0, 1.0, 3.0]
    """
    return sums.T @ _signs(max(MOST_BLOCKS, len(sums)))[: len(sums)]


def chance_of_flips(draws: Float64[ndarray, " draw"], seen: float) -> float:
    """Chance of a statistic as great as the one seen, which counts as one of the draws.

    Examples
    --------
    >>> chance_of_flips(np.array([1.0, 2.0, 3.0]), 2.0)  # three of four
    0.75
    """
    return float((1 + (draws >= seen - TIE * abs(seen)).sum()) / (1 + draws.size))


@lru_cache(maxsize=2)
def _signs(n_blocks: int) -> Float64[ndarray, "block draw"]:
    """Fixed table of -1 and 1, whose first rows do not depend on how many there are."""
    generator = np.random.Generator(np.random.PCG64(0))
    return generator.integers(0, 2, (n_blocks, N_FLIPS)) * 2.0 - 1.0
