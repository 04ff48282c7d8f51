"""Isotonic recalibration: the rising function of the score that every proper score prefers."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int
from scipy.optimize import isotonic_regression

from calibrant.metrics.proper.groups import Groups

__all__ = ["Blocks", "best_case", "isotonic_blocks"]

Sums = Float64[np.ndarray, " group"]


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Runs of groups that share one recalibrated probability.

    Attributes
    ----------
    start : Int[ndarray, "block"]
        Index of the first group of every block.
    w, wy : Float64[ndarray, "block"]
        Weight of every block, and the part of it that came out.
    """

    start: Int[np.ndarray, " block"]
    w: Float64[np.ndarray, " block"]
    wy: Float64[np.ndarray, " block"]


def isotonic_blocks(w: Sums, wy: Sums) -> Blocks:
    """Blocks of groups in rising order of score, by pooling adjacent violators in linear time.

    References
    ----------
    .. [1] Ayer et al. "An Empirical Distribution Function for Sampling with Incomplete
       Information." Annals of Mathematical Statistics 26, 1955.

    Examples
    --------
    >>> w, wy = np.array([1.0, 2.0, 1.0]), np.array([1.0, 0.5, 1.0])
    >>> blocks = isotonic_blocks(w, wy)  # 1 and .25 violate: 1.5 of 3
    >>> blocks.start, blocks.wy / blocks.w
    (array([0, 2]), array([0.5, 1. ]))
    """
    if not len(w):
        return Blocks(np.zeros(0, dtype=np.int64), w, wy)
    start = isotonic_regression(wy / w, weights=w).blocks[:-1]
    return Blocks(start, np.add.reduceat(w, start), np.add.reduceat(wy, start))


def best_case(groups: Groups) -> tuple[Sums, Sums]:
    """Weights, and parts that came out, if each cell ranked its negatives below its positives.

    Whatever order the rows of a cell really have, isotonic recalibration scores no better than
    with this one. For a proper score the loss of a positive falls, and that of a negative
    rises, with the probability; handing the probabilities of a cell to its negatives first
    lowers the loss (rearrangement), and leaves them rising over all cells.
    """
    apart = ~groups.single
    w = np.stack((np.where(apart, groups.w - groups.wy, groups.w), apart * groups.wy), axis=-1)
    wy = np.stack((np.where(apart, 0.0, groups.wy), apart * groups.wy), axis=-1)
    kept = w > 0
    return w[kept], np.minimum(wy, w)[kept]
