"""Honest confidence band of an isotonic curve: exact intervals of runs of neighbours."""

import math

import numpy as np
from jaxtyping import Float64, Int64

from calibrant.metrics.bands.cells import Cells
from calibrant.metrics.exact_proportion import clopper_pearson
from calibrant.metrics.inference.effective_bins import rows_behind_each

__all__ = ["at_each", "everywhere"]

LENGTHS = (0.5, 1.0, 2.0, 4.0)  # of runs about a point, in units of n**(2/3) rows

Ends = tuple[Float64[np.ndarray, " group"], Float64[np.ndarray, " group"]]


def everywhere(groups: Cells, level: float) -> Ends:
    r"""Band that holds the true curve at all groups at once, if that curve rises; exact at any n.

    Where the true share rises with the stated probability, that of a run of neighbours is at
    least that of its first group, and at most that of its last. So the upper end of a run bounds
    all groups up to its first, and the lower end all groups from its last on. Every run of a
    fixed set has an interval of Clopper and Pearson with its part of the error (Bonferroni).

    Of Dimitriadis et al. [1]_, who take all pairs of scores; here runs are whole steps of some
    :math:`n^{-1/3}` of the rows, as wide as the curve can be told at, doubled again and again,
    which leaves :math:`O(n^{1/3})` runs and more of the error to each.

    References
    ----------
    .. [1] Dimitriadis, Duembgen, Henzi, Puke, Ziegel. "Honest Calibration Assessment for Binary
       Outcome Predictions." Biometrika 110, 2023.
    """
    first, last = _runs(groups)
    low, high = _intervals(groups, first, last, (1 - level) / (2 * len(first)))
    lower, upper = np.zeros(len(groups)), np.ones(len(groups))
    np.maximum.at(lower, last, low)
    np.minimum.at(upper, first, high)
    return np.maximum.accumulate(lower), np.minimum.accumulate(upper[::-1])[::-1]


def at_each(groups: Cells, level: float) -> Ends:
    r"""Interval of the true share of each group by itself, if the true curve rises; exact at any n.

    As `everywhere`, from four runs to either side of a group, of :math:`n^{2/3}` rows times a
    half, 1, 2 and 4, which share the error. Resampling around the fitted curve is no way to such
    an interval (it does not converge), and the likelihood ratio of Banerjee and Wellner holds
    where the curve rises throughout, but covered 67 to 87 % near the ends and beside flat
    stretches in simulations.
    """
    rows = np.cumsum(groups.count)
    unit, last = float(rows[-1]) ** (2 / 3), len(groups) - 1
    own, tail = np.arange(len(groups)), (1 - level) / (2 * len(LENGTHS))
    lower, upper = np.zeros(len(groups)), np.ones(len(groups))
    for length in LENGTHS:
        after = np.searchsorted(rows, rows - groups.count + length * unit)
        upper = np.minimum(upper, _intervals(groups, own, np.minimum(after, last), tail)[1])
        before = np.searchsorted(rows, rows - length * unit, side="right")
        lower = np.maximum(lower, _intervals(groups, np.minimum(before, own), own, tail)[0])
    return lower, upper


def _intervals(
    groups: Cells, first: Int64[np.ndarray, " run"], last: Int64[np.ndarray, " run"], tail: float
) -> tuple[Float64[np.ndarray, " run"], Float64[np.ndarray, " run"]]:
    """Interval of Clopper and Pearson of every run."""

    def over(sums: Float64[np.ndarray, " group"]) -> Float64[np.ndarray, " run"]:
        upto = np.concatenate(([0.0], np.cumsum(sums)))
        return upto[last + 1] - upto[first]

    w, wy, rows = over(groups.w), over(groups.wy), over(groups.count)
    ww, n = over(groups.ww), rows
    if groups.is_weighted:
        hard = not groups.is_soft
        n = rows_behind_each(rows, w, wy, ww, over(groups.wwy)) if hard else w * w / ww
    return clopper_pearson(np.clip(wy / w, 0, 1) * n, n, tail)


def _runs(groups: Cells) -> tuple[Int64[np.ndarray, " run"], Int64[np.ndarray, " run"]]:
    """First and last group of every run, chosen without a look at what came out."""
    n_steps = math.ceil(4 * float(groups.count.sum()) ** (1 / 3))
    start = groups.starts(n_steps)
    end = np.append(start[1:], len(groups)) - 1
    pairs: dict[tuple[int, int], None] = {}
    length = 1
    while length <= len(start):
        apart = max(1, length // 4)
        for k in range(0, len(start) - length + 1, apart):
            pairs[int(start[k]), int(end[k + length - 1])] = None
        pairs[int(start[-length]), int(end[-1])] = None
        length *= 2
    pairs[0, len(groups) - 1] = None
    first, last = zip(*pairs, strict=True)
    return np.array(first), np.array(last)
