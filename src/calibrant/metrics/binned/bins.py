"""Bins: the sums of the rows that share one, and the gaps and noise that follow from them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.kernel.tiles import tile_sums
from calibrant.metrics.binned.noise_floor import floor_of_max, floor_of_mean
from calibrant.metrics.inference.once import shared
from calibrant.metrics.inference.tied_weights import TiedWeights
from calibrant.statistics.cells import N_TAIL
from calibrant.statistics.class_grids import N_CLASS_CELLS, ClassGrids
from calibrant.statistics.power_sums import COLUMNS
from calibrant.statistics.predicted_class_grid import PredictedClassGrid
from calibrant.statistics.score_grid import N_CELLS, ScoreGrid
from calibrant.statistics.tally import Tally

__all__ = ["Bins", "Norm", "equal_width", "floor_of", "size_of", "summed", "tiled"]

Norm = Literal["l1", "l2", "max"]
Sums = Float64[np.ndarray, " all"]


@dataclass(frozen=True, eq=False)  # without slots: what was computed is kept
class Bins:
    """Power sums of weight, probability and outcome by bin, of one event or of every class.

    What follows from them is computed once, and must not be changed.

    Parameters
    ----------
    column : callable
        Sums of a column of `calibrant.statistics.power_sums`, bins last.
    """

    column: Callable[[str], Float64[Tensor, "*class bin"]]

    def __getitem__(self, column: str) -> Float64[Tensor, "*class bin"]:
        return self.column(column)

    @cached_property
    def total(self) -> Float64[Tensor, "*class one"]:
        """Weight of all rows."""
        return self["w"].sum(dim=-1, keepdim=True)

    @cached_property
    def share(self) -> Float64[Tensor, "*class bin"]:
        """Share of weight in every bin."""
        return self["w"] / self.total

    def classes(self) -> Iterator["Bins"]:
        """Those of every class by itself."""
        for number in range(self["w"].shape[0]):

            def column(name: str, number: int = number) -> Float64[Tensor, " bin"]:
                return self[name][number]

            yield Bins(column)

    def off_by(self, gap: Float64[np.ndarray, "draw bin"]) -> "Bins":
        """Bins of the same scores whose outcomes are off by other gaps, times the weight of all.

        Outcomes are hard and bring their weights with them; rows state what those of their bin do
        in the mean, and as far from it.
        """
        tied, p = self._tied, self._stated
        came = tied.came_of(p, gap)
        weights = np.stack([came * tied.came, came * tied.came**2])
        all_rows = weights + (tied.number - came) * np.stack([tied.rest, tied.rest**2])[:, None]
        sums: dict[str, Float64[np.ndarray, "draw bin"]] = {}
        for w, of_came, of_all in zip(("w", "ww"), weights, all_rows, strict=True):
            mean, own = (self[w].numpy() * p * (1 - p), (self[f"{w}p"] - self[f"{w}pp"]).numpy())
            spread = np.where(mean > 0, own / np.where(mean > 0, mean, 1), 0)
            sums |= {w: of_all, f"{w}p": p * of_all, f"{w}y": of_came, f"{w}yy": of_came}
            sums |= {f"{w}py": p * of_came, f"{w}pp": (p - spread * p * (1 - p)) * of_all}
        return Bins(lambda name: torch.from_numpy(sums[name]))

    @cached_property
    def rows(self) -> Float64[Tensor, "*class bin"]:
        r"""Effective rows of every bin, :math:`(\sum w)^2 / \sum w^2`; 0 of none."""
        return self["w"].square() / _at_least_one(self["ww"])

    @cached_property
    def gap(self) -> Float64[Tensor, "*class bin"]:
        """Stated less observed, times the share of weight."""
        return (self["wp"] - self["wy"]) / self.total

    @cached_property
    def mean_gap(self) -> Float64[Tensor, "*class bin"]:
        """Mean stated less observed; 0 in an empty bin."""
        return (self["wp"] - self["wy"]) / _at_least_one(self["w"])

    @cached_property
    def stated_noise(self) -> Float64[Tensor, "*class bin"]:
        """Variance of `gap`, were every probability true."""
        alike = (self["wwp"] - self["wwpp"]).clamp(min=0).numpy()
        return torch.from_numpy(self._tied.variance(self._stated, alike)) / self.total.square()

    @cached_property
    def as_counts(self) -> tuple[Sums, Sums, Sums, Sums]:
        """Columns for `calibrated_gaps`, of every bin of every class one after the other."""
        alike = (self["wwp"] - self["wwpp"]).clamp(min=0).numpy()
        columns = self._tied.as_counts(self._stated, alike)
        weight, twice, stated, spread = (each.reshape(-1) for each in columns)
        return weight, twice, stated, spread

    @cached_property
    def row_noise(self) -> Float64[Tensor, "*class bin"]:
        """As `stated_noise`, were weights to tell nothing of what comes out."""
        return (self["wwp"] - self["wwpp"]).clamp(min=0) / self.total.square()

    @cached_property
    def seen_noise(self) -> Float64[Tensor, "*class bin"]:
        """Variance of `gap` about 0, from what came out."""
        square = self["wwpp"] - 2 * self["wwpy"] + self["wwyy"]
        return square.clamp(min=0) / self.total.square()

    @cached_property
    def lean(self) -> Float64[Tensor, "*class bin"]:
        """Covariance of `gap` with the weight of all rows, over that weight."""
        return (self["wwp"] - self["wwy"]) / self.total.square()

    @cached_property
    def stated_spread(self) -> Float64[Tensor, "*class bin"]:
        """Mean absolute gap of the single rows, were every probability true, times the share."""
        return 2 * (self["wp"] - self["wpp"]).clamp(min=0) / self.total

    @cached_property
    def _stated(self) -> Float64[np.ndarray, "*class bin"]:
        """Mean of what is stated; 0 in an empty bin."""
        return (self["wp"] / _at_least_one(self["w"])).clamp(0, 1).numpy()

    @cached_property
    def _tied(self) -> TiedWeights:
        """What rows of either outcome weigh."""
        return TiedWeights.of(*(self[name].numpy() for name in ("w", "ww", "wy", "wwy")))


def equal_width(tally: Tally, n_bins: int) -> Bins:
    """Bins of equal width of a score grid, or of the grid of every class, that tiles them."""
    return shared(_equal_width, tally, n_bins)


def _equal_width(tally: Tally, n_bins: int) -> Bins:
    if tally.table.ndim == 2 and tally.statistic.columns == COLUMNS:
        return summed(tiled(tally, n_bins, tally.table))  # all at once: one look is short

    def column(name: str) -> Float64[Tensor, "*class bin"]:
        return tiled(tally, n_bins, tally[name])

    return Bins(cache(column))  # most are asked for often


def summed(table: Float64[Tensor, "column *class bin"]) -> Bins:
    """Bins whose sums are at hand."""
    return Bins(dict(zip(COLUMNS, table.unbind(), strict=True)).__getitem__)


def size_of(bins: Bins, norm: Norm) -> Float64[Tensor, "*class"]:
    r"""Size of the gaps of all bins; NaN without rows.

    `l1` is :math:`\sum_b P_b |g_b|`, `l2` :math:`(\sum_b P_b g_b^2)^{1/2}` and `max` the largest
    :math:`|g_b|`, for shares of weight :math:`P_b` and gaps :math:`g_b` of means.
    """
    if norm == "l1":
        return bins.gap.abs().sum(dim=-1)
    if norm == "l2":
        return (bins.share * bins.mean_gap.square()).sum(dim=-1).sqrt()
    held = bins.total.squeeze(-1) > 0
    return torch.where(held, bins.mean_gap.abs().amax(dim=-1), torch.nan)


def floor_of(bins: Bins, norm: Norm) -> Float64[Tensor, "*class"]:
    """Size of the gaps to be expected, were every probability true; see the noise floor."""
    noise = bins.stated_noise
    if norm == "l1":
        return floor_of_mean(noise, bins.stated_spread)
    held = _at_least_one(bins.share)  # of an empty bin, whose noise is 0
    if norm == "l2":  # the root of the mean square, a little above the mean root
        return (noise / held).sum(dim=-1).sqrt()
    assert noise.ndim == 1, "the largest gap is taken of one event"
    return noise.new_tensor(floor_of_max(noise.sqrt() / held, bins.stated_spread / held))


def _at_least_one(mass: Tensor) -> Tensor:
    """The same, with 1 for 0, to divide by."""
    return torch.where(mass > 0, mass, 1)


def tiled(
    tally: Tally, n_bins: int, sums: Float64[Tensor, "*column cell"]
) -> Float64[Tensor, "*column bin"]:
    """Sums of the bins that cells of the tally's grid make up."""
    grid = tally.statistic
    assert isinstance(grid, (ScoreGrid, ClassGrids, PredictedClassGrid))
    cut = grid.n_cells == (N_CELLS if isinstance(grid, ScoreGrid) else N_CLASS_CELLS)
    return tile_sums(sums, n_bins, N_TAIL if cut else 0)  # parts of the first and the last cell
