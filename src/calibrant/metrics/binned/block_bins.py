"""Bins of rows in clusters: of all blocks together, and what every block adds to them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.binned.bins import Bins, equal_width, tiled
from calibrant.metrics.inference.blocks import Blocks

__all__ = ["BlockBins"]

Sums = Float64[np.ndarray, "block *class bin"]


@final
@dataclass(frozen=True, slots=True, eq=False)
class BlockBins:
    """Bins of one event, or of every class.

    Attributes
    ----------
    whole : Bins
        Of all rows. Edges that the rows chose are taken as given.
    weight, excess : Float64[ndarray, "block *class bin"]
        Weight of every block, and its weighted stated less observed.
    """

    whole: Bins
    weight: Sums
    excess: Sums

    @classmethod
    def of(
        cls, whole: Bins, blocks: Blocks, summed: Callable[[Tensor], Float64[Tensor, "block *all"]]
    ) -> "BlockBins":
        """Of the sums by bin that cells of all blocks make up."""
        weight, stated, came = (
            summed(torch.stack([part[name] for part in blocks.tallies])).numpy()
            for name in ("w", "wp", "wy")
        )
        return cls(whole, weight, stated - came)

    @classmethod
    def equal_width(cls, blocks: Blocks, n_bins: int) -> "BlockBins":
        """Of bins of equal width, which the grids of the blocks tile."""
        total = blocks.total
        return cls.of(equal_width(total, n_bins), blocks, lambda each: tiled(total, n_bins, each))

    def classes(self) -> Iterator["BlockBins"]:
        """Those of every class by itself."""
        for number, whole in enumerate(self.whole.classes()):
            yield BlockBins(whole, self.weight[:, number], self.excess[:, number])
