"""Tables of tallies of groups, held by the buckets that are not 0: few, where rows are few."""

from dataclasses import dataclass

import torch
from jaxtyping import Float64, Int
from torch import Tensor

__all__ = ["SparseTable"]


@dataclass(frozen=True, slots=True, eq=False)
class SparseTable:
    """Table by its buckets that are not 0; all of them, where that takes less memory.

    Attributes
    ----------
    shape : torch.Size
        Extents of the table: its columns, then the axes of its buckets.
    buckets : tensor or None
        Buckets that are held, counted along all axes; None where all are.
    values : tensor
        Their sums, column by column.
    """

    shape: torch.Size
    buckets: Int[Tensor, " kept"] | None
    values: Float64[Tensor, "column kept"]

    @classmethod
    def of(cls, table: Float64[Tensor, "column *bucket"]) -> "SparseTable":
        """Table that `whole` gives back bit for bit."""
        flat = table.reshape(len(table), -1)
        kept = (flat != 0).any(dim=0).nonzero().squeeze(-1)
        if (len(flat) + 1) * len(kept) >= flat.numel():
            return cls(table.shape, None, flat)
        return cls(table.shape, kept, flat[:, kept])

    def whole(self) -> Float64[Tensor, "column *bucket"]:
        """Table with all buckets."""
        if self.buckets is None:
            return self.values.clone().reshape(self.shape)
        flat = self.values.new_zeros(len(self.values), self.shape[1:].numel())
        return flat.index_copy_(1, self.buckets, self.values).reshape(self.shape)
