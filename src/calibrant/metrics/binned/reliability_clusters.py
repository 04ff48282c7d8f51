"""Intervals of the bins of a reliability table whose rows come in clusters."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from jaxtyping import Float64
from numpy import ndarray
from scipy.special import ndtri, stdtrit
from torch import Tensor

from calibrant.metrics.inference.blocks import FEWEST_CLUSTERS, Blocks
from calibrant.metrics.intervals import wilson
from calibrant.prediction.rows import Rows
from calibrant.statistics.blocks import Blocked, Size, blocked
from calibrant.statistics.bundle import Tallies
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.score_grid import ScoreGrid
from calibrant.statistics.tally import Statistic, Tally

__all__ = [
    "METHOD",
    "NO_BLOCKS",
    "Binning",
    "ClusteredShares",
    "Grid",
    "binned_sums",
    "block_grids",
    "clustered_shares",
]

METHOD = "clusters: Wilson, on the independent rows that the spread between blocks leaves"
NO_BLOCKS = "not available: clustered rows, and the sums of these bins are not kept by cluster"

Binning = Literal["width", "mass"]
Grid = ScoreGrid | ClassGrids
Binned = Callable[[Tally, Float64[Tensor, "block cell"]], Float64[Tensor, "block bin"]]


@dataclass(frozen=True, slots=True)
class ClusteredShares:
    """Intervals of the shares of all bins.

    Attributes
    ----------
    low, high : tuple of float
        Ends; NaN in a bin without rows, or of too few clusters.
    n_clusters : tuple of float
        Blocks of clusters of equal weight that the rows of every bin lie in.
    method, note : str
        How the ends were found, and what a reader should know; why there are none.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    n_clusters: tuple[float, ...]
    method: str
    note: str


def block_grids(grid: Grid, n_bins: int, bins: Binning) -> list[Grid]:
    """Grids from whose blocks the bins can be read, the one with the most blocks first."""
    return [replace(grid, n_cells=n_bins), grid] if bins == "width" else [grid]


def binned_sums(
    rows: Rows, grids: Sequence[Grid], binnings: Iterable[tuple[int, Binning]]
) -> list[Statistic]:
    """What is to be summed for tables of these grids: by block too, where rows have clusters."""
    sums: list[Statistic] = [*grids]
    if rows.clusters is not None:
        told = [block_grids(grid, n_bins, bins)[0] for n_bins, bins in binnings for grid in grids]
        sums += blocked(dict.fromkeys(told), rows.n_classes)
    return sums


def clustered_shares(
    tallies: Tallies,
    grids: list[Grid],
    binned: Binned,
    effective: Float64[ndarray, " bin"],
    level: float,
) -> ClusteredShares | None:
    r"""Intervals of the share of every bin; None where the rows have no clusters.

    Parameters
    ----------
    tallies : Tallies
        Sums of the rows.
    grids : list of ScoreGrid or ClassGrids
        Grids whose blocks tell the bins; the first that is held is read.
    binned : callable
        Sums by bin of a column of a tally of such a grid, a block a line.
    effective : Float64[ndarray, "bin"]
        Rows of equal weight that would tell as much, by weights alone.
    level : float
        Coverage of each interval, in (0, 1).

    Notes
    -----
    With :math:`W_m` the weight of block m in a bin, :math:`W` that of all, and :math:`Y_m` what
    came out of it, the share :math:`p` has the variance
    :math:`\frac{m}{m - 1} \sum_m (Y_m - p W_m)^2 / W^2`, for :math:`m = W^2 / \sum W_m^2` blocks of
    equal weight. The interval is Wilson's on :math:`p (1 - p)` over that variance rows, never more
    than `effective`, times the square of the normal over Student's quantile. Where all or none
    came out, nothing tells how alike the rows of a block are: each counts as one row.

    References
    ----------
    .. [1] Korn, Graubard. "Confidence Intervals for Proportions with Small Expected Number of
       Positive Counts Estimated from Survey Data." Survey Methodology 24, 1998. Dean, Pagano.
       "Evaluating Confidence Interval Methods for Binomial Proportions in Clustered Surveys."
       Journal of Survey Statistics and Methodology 3, 2015: Wilson's on such rows.
    """
    if not tallies.holds(Blocked(Size())):
        return None
    n_bins, nan = len(effective), float("nan")
    for grid in grids:
        blocks = Blocks.of(tallies, grid)
        if blocks is not None:
            break
    else:
        none = (nan,) * n_bins
        return ClusteredShares(none, none, (), NO_BLOCKS, f"{NO_BLOCKS.partition(': ')[2]}")
    weight, came = (_by_bin(blocks, name, binned) for name in ("w", "wy"))
    found = [_interval(weight[:, b], came[:, b], float(effective[b]), level) for b in range(n_bins)]
    held = weight.sum(axis=0) > 0
    few = sum(each[2] < FEWEST_CLUSTERS for each, rows in zip(found, held, strict=True) if rows)
    note = "rows come in clusters: intervals rest on the spread between blocks of these"
    if few:
        told = f"the rows of {few} of {int(held.sum())} bins"
        note += f"; {told} come in fewer than {FEWEST_CLUSTERS} effective clusters: no interval"
    low, high, n_clusters = zip(*found, strict=True)
    return ClusteredShares(low, high, n_clusters, METHOD, note)


def _by_bin(blocks: Blocks, column: str, binned: Binned) -> Float64[ndarray, "block bin"]:
    sums = torch.stack([part[column] for part in blocks.tallies])
    return binned(blocks.total, sums).double().numpy()


def _interval(
    weight: Float64[ndarray, " block"],
    came: Float64[ndarray, " block"],
    effective: float,
    level: float,
) -> tuple[float, float, float]:
    """Both ends, and the number of blocks of equal weight."""
    nan, total = float("nan"), float(weight.sum())
    if not total > 0:
        return nan, nan, 0.0
    n_blocks = total * total / float(weight @ weight)
    if n_blocks < FEWEST_CLUSTERS:
        return nan, nan, n_blocks
    share = min(1.0, max(0.0, float(came.sum()) / total))
    spread = share * (1 - share)
    rows = min(effective, n_blocks)
    if spread > 0:
        off = (came - share * weight) / total
        variance = float(off @ off) * n_blocks / (n_blocks - 1)
        rows = effective if variance * effective <= spread else spread / variance
        tail = 0.5 + level / 2
        rows *= float(ndtri(tail) / stdtrit(n_blocks - 1, tail)) ** 2
    both = wilson(share, rows, level)
    assert both.low is not None
    assert both.high is not None
    return both.low, both.high, n_blocks
