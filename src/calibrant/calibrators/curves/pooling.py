"""Pooled adjacent violators: runs of scores that share one calibrated probability."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64
from scipy.optimize import isotonic_regression

from calibrant.calibrators.curves.groups import Groups
from calibrant.kernel.curves import pool

__all__ = ["Blocks", "pooled"]

Sums = Float64[np.ndarray, " block"]


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Runs of groups, with shares that rise strictly from one to the next.

    Attributes
    ----------
    first, last : Int64[ndarray, "block"]
        Index of the first and of the last group of every block.
    share : Float64[ndarray, "block"]
        Part of its weight that came out.
    """

    first: Int64[np.ndarray, " block"]
    last: Int64[np.ndarray, " block"]
    share: Float64[np.ndarray, " block"]


def pooled(groups: Groups) -> Blocks:
    """Blocks of the rising function of the score with the least squared error and log loss.

    References
    ----------
    .. [1] Ayer et al. "An Empirical Distribution Function for Sampling with Incomplete
       Information." Annals of Mathematical Statistics 26, 1955.

    Examples
    --------
    >>> from calibrant.calibrators.curves.groups import grouped
    >>> groups = grouped(np.array([0.1, 0.2, 0.3]), np.array([True, False, True]), None, "prob")
    >>> pooled(groups).share  # 1 > 0: 1 of 2
    array([0.5, 1. ])
    """
    found = pool(groups.w, groups.wy)
    first, w, wy = _pooled(groups) if found is None else found
    share = np.maximum.accumulate(np.clip(wy / w, 0, 1))
    new = np.append(True, share[1:] > share[:-1])  # those that rounding made equal are one
    first, share = first[new], share[new]
    return Blocks(first, np.append(first[1:], len(groups.w)) - 1, share)


def _pooled(
    groups: Groups,
) -> tuple[
    Int64[np.ndarray, " block"], Float64[np.ndarray, " block"], Float64[np.ndarray, " block"]
]:
    """First groups and sums of blocks, of weights of any kind."""
    fit = isotonic_regression(groups.wy / groups.w, weights=groups.w)
    first = fit.blocks[:-1].astype(np.int64)
    return first, np.add.reduceat(groups.w, first), np.add.reduceat(groups.wy, first)
