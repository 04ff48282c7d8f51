"""Noise of the gaps of all classes together: a row adds to a bin of every class at once."""

from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from jaxtyping import Float64, Int64
from numpy import ndarray
from torch import Tensor

from calibrant.metrics.inference.block_noise import block_draws
from calibrant.prediction.base import Predictions
from calibrant.statistics.cells import cell_of

__all__ = ["ClassNoise"]

MOST_BLOCKS, FEWEST_BLOCKS = 2048, 256
MOST_HELD = 1 << 21  # blocks times gaps
MOST_DRAWN = 4_000_000  # rows times draws
MOST_DRAWS = 1024
MOST_ENTRIES = 1 << 22  # rows times classes, or rows times draws, at a time


@final
@dataclass(frozen=True, slots=True, eq=False)
class ClassNoise:
    """Rows in the order of a hash of their content, and the bin of each in every class.

    No result depends on the order in which the rows came.
    """

    probs: Float64[Tensor, "row class"]
    bins: Int64[Tensor, "row class"]
    outcome: Float64[Tensor, "row class"] | Int64[Tensor, " row"]
    weight: Float64[Tensor, " row"]
    n_bins: int

    @classmethod
    def of(cls, rows: Predictions, n_bins: int) -> "ClassNoise":
        """Rows that all count."""
        rows = rows.take(_order(rows))
        bins = cell_of(rows.full_probs.reshape(-1), n_bins).view(rows.full_probs.shape)
        if rows.is_positive:
            prob = rows.declared.positive
            sides = cell_of(prob, n_bins, mirrored=True), cell_of(prob, n_bins)
            bins = torch.stack(sides, dim=-1)
        outcome = rows.soft if rows.soft is not None else rows.hard
        assert outcome is not None
        return cls(rows.full_probs.double(), bins.long(), outcome, rows.weight(), n_bins)

    def draws(
        self, variance: Float64[ndarray, " gap"], held: Int64[ndarray, " held"]
    ) -> Float64[ndarray, "held draw"]:
        """Draws of the noise of some gaps, of which each is a part of the mean over classes.

        Rows are dealt in turn to up to 2,048 blocks, whose gaps scatter as those of rows do.
        """
        excess, weight = self._blocks(self.outcome)
        n_classes = self.probs.shape[1]
        return block_draws(excess[:, held] / n_classes, weight, variance[held])

    def _blocks(
        self, outcome: Float64[Tensor, "row class"] | Int64[Tensor, " row"]
    ) -> tuple[Float64[ndarray, "block gap"], Float64[ndarray, " block"]]:
        """Weighted stated less observed of every block of rows by class and bin, and its weight."""
        n_rows, n_classes = self.probs.shape
        n_gaps = n_classes * self.n_bins
        n_blocks = min(n_rows, max(FEWEST_BLOCKS, min(MOST_BLOCKS, MOST_HELD // n_gaps)))
        block = torch.arange(n_rows) % n_blocks
        excess = torch.zeros(n_blocks * n_gaps, dtype=torch.float64)
        place = torch.arange(n_classes) * self.n_bins
        step = max(1, MOST_ENTRIES // n_classes)
        for start in range(0, n_rows, step):
            part = slice(start, start + step)
            off = self.probs[part].clone()
            if outcome.ndim == 1:
                off[torch.arange(len(off)), outcome[part].long()] -= 1
            else:
                off -= outcome[part]
            off *= self.weight[part, None]
            bucket = block[part, None] * n_gaps + place + self.bins[part]
            excess.scatter_add_(0, bucket.reshape(-1), off.reshape(-1))
        weight = torch.zeros(n_blocks, dtype=torch.float64)
        weight.scatter_add_(0, block, self.weight)
        return excess.view(n_blocks, n_gaps).numpy(), weight.numpy()

    def calibrated(
        self, variance: Float64[ndarray, " gap"], held: Int64[ndarray, " held"]
    ) -> Float64[ndarray, "held draw"]:
        """Draws of the same gaps, were outcomes drawn at the stated probabilities of the rows.

        Of few rows outcomes are drawn anew for every draw. Of many, whose sums are normal, they are
        drawn once, and blocks of rows tell how such gaps scatter.

        Parameters
        ----------
        variance : Float64[ndarray, "gap"]
            That of the gaps, were every probability true.
        held : Int64[ndarray, "held"]
            Gaps that hold rows.
        """
        n_rows, n_classes = self.probs.shape
        generator = np.random.Generator(np.random.PCG64(0))
        if n_rows * MOST_DRAWS > MOST_DRAWN:
            uniform = torch.from_numpy(generator.random((n_rows, 1)))
            excess, weight = self._blocks(self._drawn(uniform, slice(None)).squeeze(1))
            return block_draws(excess[:, held] / n_classes, weight, variance[held])
        n_gaps = n_classes * self.n_bins
        came = torch.zeros(n_gaps * MOST_DRAWS, dtype=torch.float64)
        stated = torch.zeros(n_gaps, dtype=torch.float64)
        place = torch.arange(n_classes) * self.n_bins
        step = max(1, MOST_ENTRIES // max(n_classes, MOST_DRAWS))
        for start in range(0, n_rows, step):
            part = slice(start, min(n_rows, start + step))
            probs, bins, weight = self.probs[part], self.bins[part], self.weight[part]
            shown = (place + bins).reshape(-1)
            stated.scatter_add_(0, shown, (weight[:, None] * probs).reshape(-1))
            uniform = torch.from_numpy(generator.random((len(probs), MOST_DRAWS)))
            drawn = self._drawn(uniform, part)
            bucket = drawn * self.n_bins + bins.gather(1, drawn)
            bucket = bucket * MOST_DRAWS + torch.arange(MOST_DRAWS)
            each = weight[:, None].expand_as(drawn)
            came.scatter_add_(0, bucket.reshape(-1), each.reshape(-1))
        off = stated[:, None] - came.view(n_gaps, MOST_DRAWS)
        return off.numpy()[held] / float(self.weight.sum()) / n_classes

    def _drawn(
        self, uniform: Float64[Tensor, "some draw"], part: slice
    ) -> Int64[Tensor, "some draw"]:
        """Classes of some rows, drawn at what is stated of them."""
        upto = self.probs[part].cumsum(dim=1)
        upto /= upto[:, -1:].clone()
        return torch.searchsorted(upto, uniform, right=True).clamp_(max=upto.shape[1] - 1)


def _order(rows: Predictions) -> Int64[Tensor, " row"]:
    """Order of the rows by a hash of what they hold, so that it is the same however they came."""
    generator = np.random.Generator(np.random.PCG64(1))
    odd = torch.from_numpy(generator.integers(1 << 62, size=rows.n_classes + 1)) * 2 + 1
    key = (rows.full_probs.double().view(torch.int64) * odd[:-1]).sum(dim=1)
    if rows.soft is not None:
        key += (rows.soft.double().contiguous().view(torch.int64) * odd[1:]).sum(dim=1)
    elif rows.hard is not None:  # as the soft label that is 1 there
        key += torch.ones(1, dtype=torch.float64).view(torch.int64) * odd[1:][rows.hard]
    for shift in (29, 31):
        key = (key ^ (key >> shift)) * odd[0]
    by_weight = rows.weight().argsort(stable=True)  # by size: its bits change with its scale
    return by_weight[(key ^ (key >> 32))[by_weight].argsort(stable=True)]
