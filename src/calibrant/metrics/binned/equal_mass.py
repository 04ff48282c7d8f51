"""Bins of equal mass: cut by cumulative weight, with no tie split."""

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Bool, Float64, Int
from torch import Tensor

from calibrant.metrics.binned.bins import Bins, Norm, summed
from calibrant.metrics.binned.block_bins import BlockBins
from calibrant.metrics.inference.blocks import Blocks
from calibrant.prediction.rows import Rows
from calibrant.statistics.power_sums import COLUMNS, add_power_sums, sum_by
from calibrant.statistics.score_grid import View
from calibrant.statistics.scores import scores_of
from calibrant.statistics.tally import Tally

__all__ = [
    "SNAP",
    "GridBins",
    "bin_of_groups",
    "equal_mass_of_blocks",
    "equal_mass_of_cells",
    "equal_mass_of_rows",
]

SNAP = 1e-9  # of a bin: cumulative weight this near a cut lies on it, whatever the rounding


def bin_of_groups(
    weight: Float64[Tensor, " group"],
    n_bins: int,
    at: Literal["start", "middle", "end"] = "middle",
) -> Int[Tensor, " group"]:
    """Bin of every group of tied rows, in rising order: where the middle of its weight lies.

    Cut ``k`` lies at ``k / n_bins`` of all weight. A middle on a cut belongs to the bin below.

    Examples
    --------
    >>> bin_of_groups(torch.tensor([5.0, 1, 1, 1]).double(), 4)  # cuts at 2, 4, 6
    tensor([1, 2, 3, 3])
    """
    end = weight.cumsum(0)
    place = {"start": end - weight, "middle": end - weight / 2, "end": end}[at]
    steps = place / end[-1:] * n_bins
    found = (steps + SNAP).floor() if at == "start" else (steps - SNAP).ceil() - 1
    return found.long().clamp(0, n_bins - 1)


def equal_mass_of_rows(rows: Rows, view: View, n_bins: int) -> Bins:
    """Bins of rows that all count, exactly."""
    events, scores = scores_of(rows, view)
    weight = events.weight()
    steps, rank = scores.values.unique(return_inverse=True)  # rising
    bucket = bin_of_groups(sum_by(rank, weight, len(steps)), n_bins)[rank]
    table = weight.new_zeros(len(COLUMNS), n_bins)
    add_power_sums(table, bucket, events.stated, events.outcome, weight)
    return summed(table)


@dataclass(frozen=True, slots=True, eq=False)
class GridBins:
    """Equal-mass bins of the cells of a score grid, and what rows could be in other bins.

    Attributes
    ----------
    bins : Bins
        Every cell in the bin of its middle.
    kept : Bins
        The same without the cells whose rows may lie in several bins.
    moved : Float64[Tensor, "bin"]
        Greatest sum of absolute gaps, over all weight, that such rows can bring to every bin.
    moved_share : Float64[Tensor, "bin"]
        Greatest share of weight that they can bring.
    total_moved : float
        Sum of the absolute gaps of all such rows, over all weight.
    """

    bins: Bins
    kept: Bins
    moved: Float64[Tensor, " bin"]
    moved_share: Float64[Tensor, " bin"]
    total_moved: float

    def bound(self, norm: Norm, value: float) -> float:
        """How far `value`, the size of the gaps of `bins`, may be from that of the rows."""
        if norm == "l1":
            return 2 * self.total_moved
        gap = (self.kept["wp"] - self.kept["wy"]).abs() / self.bins.total
        share = self.kept["w"] / self.bins.total
        safe = torch.where(share > 0, share, 1)
        least = (gap - self.moved).clamp(min=0)
        reach = share + self.moved_share
        if norm == "max":
            most = torch.where(share > 0, ((gap + self.moved) / safe).clamp(max=1), 1.0)
            most = torch.where(reach > 0, most, 0.0)
            low = (least / torch.where(reach > 0, reach, 1)).max()
            return max(float(most.max()) - value, value - float(low))
        low = (least.square() / torch.where(reach > 0, reach, 1)).sum()
        high = (gap.square() / safe).sum() + self.total_moved  # D^2 / W is convex and homogeneous
        return max(float(high.sqrt()) - value, value - float(low.sqrt()))


def equal_mass_of_cells(
    tally: Tally, n_bins: int, single: Bool[Tensor, " cell"] | None = None
) -> GridBins:
    """Bins of the cells of a score grid.

    Cells whose rows state one score, which `single` names, lie in one bin whatever the cut; by
    default those of one row.
    """
    first, last, middle = (
        bin_of_groups(tally["w"], n_bins, at) for at in ("start", "end", "middle")
    )
    bins = _collected(tally.table, middle, n_bins)
    unsure = (first < last) & ~(tally["count"] <= 1 if single is None else single)
    kept = _collected(tally.table * ~unsure, middle, n_bins)
    total = tally["w"].sum()
    share = tally["w"][unsure] / total
    size = (tally["wp"] + tally["wy"] - 2 * tally["wpy"])[unsure].clamp(min=0) / total
    number = torch.arange(n_bins)
    within = (first[unsure] <= number[:, None]) & (number[:, None] <= last[unsure])
    return GridBins(
        bins,
        kept,
        (within * size).sum(dim=-1),
        (within * share).sum(dim=-1),
        float(size.sum()),
    )


def equal_mass_of_blocks(blocks: Blocks, n_bins: int) -> BlockBins:
    """Bins of the cells of all blocks of clusters, and what every block adds to them."""
    total = blocks.total
    bucket = bin_of_groups(total["w"], n_bins)

    def summed_by_bin(each: Float64[Tensor, "block cell"]) -> Float64[Tensor, "block bin"]:
        return each.new_zeros(len(each), n_bins).index_add_(1, bucket, each)

    return BlockBins.of(_collected(total.table, bucket, n_bins), blocks, summed_by_bin)


def _collected(
    table: Float64[Tensor, "column cell"], bucket: Int[Tensor, " cell"], n_bins: int
) -> Bins:
    return summed(table.new_zeros(len(table), n_bins).index_add_(1, bucket, table))
