"""Bands of the binned reliability curve, bin by bin or at all bins at once."""

import numpy as np
from jaxtyping import Float64

from calibrant.metrics.bands.cells import Cells
from calibrant.metrics.bands.unlike_coins import acceptance
from calibrant.metrics.exact_proportion import clopper_pearson
from calibrant.metrics.intervals import wilson

__all__ = ["confidence", "consistency"]

Ends = tuple[Float64[np.ndarray, " bin"], Float64[np.ndarray, " bin"]]


def confidence(bins: Cells, level: float, *, simultaneous: bool) -> Ends:
    r"""Interval of the share of every bin: Wilson's; at all at once Clopper's and Pearson's.

    Bins are independent, given what was stated: ends that each hold with
    :math:`level^{1/m}` hold at all of m bins with `level` (Sidak), exactly.
    """
    if simultaneous:
        tail = (1 - level ** (1 / len(bins))) / 2
        n = bins.behind
        return clopper_pearson(bins.came * n, n, tail)
    found = [
        wilson(float(share), float(n), level)
        for share, n in zip(bins.came, bins.behind, strict=True)
    ]
    ends = [(0.0, 1.0) if x.low is None or x.high is None else (x.low, x.high) for x in found]
    return np.array([low for low, _ in ends]), np.array([high for _, high in ends])


def consistency(bins: Cells, parts: list[Cells], level: float, *, simultaneous: bool) -> Ends:
    """Where the share of every bin would lie, were every probability true.

    Parameters
    ----------
    bins : Cells
        Bins that hold rows.
    parts : list of Cells
        The cells of each: how its probabilities scatter.
    level : float
        Coverage.
    simultaneous : bool
        At all bins at once (Sidak).
    """
    tail = (1 - (level ** (1 / len(bins)) if simultaneous else level)) / 2
    ends: list[tuple[float, float]] = []
    for stated, cells in zip(bins.stated, parts, strict=True):
        count = _whole(cells)
        n, mean = float(count.sum()), float(count @ cells.stated)
        low, high = acceptance(count, cells.stated, tail)
        shift = float(stated) - mean / n  # that rounding to whole rows leaves
        ends.append((max(0.0, low / n + shift), min(1.0, high / n + shift)))
    return np.array([low for low, _ in ends]), np.array([high for _, high in ends])


def _whole(cells: Cells) -> Float64[np.ndarray, " cell"]:
    """Rows of every cell; of unlike weights, whole numbers that add up to the effective number."""
    total = float(cells.w.sum()) ** 2 / float(cells.ww.sum())
    if abs(total - cells.count.sum()) < 1e-9 * total:
        return cells.count
    many = max(1.0, round(total))
    upto = np.round(np.cumsum(cells.w) / cells.w.sum() * many)
    return np.diff(upto, prepend=0.0)
