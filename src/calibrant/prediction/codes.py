"""Groups and clusters of rows: a small whole number a row, and what it stands for."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction.arrays import ArrayLike, Layout, to_array

__all__ = ["Codes", "encode"]


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """Membership of every row, and the names of the members in sorted order."""

    codes: Int[Tensor, " row"]
    names: tuple[str, ...]

    def __getitem__(self, rows: slice | Tensor) -> "Codes":
        """Memberships of some rows; the names stay."""
        return Codes(self.codes[rows], self.names)


def encode(argument: str, values: ArrayLike, layout: Layout) -> Codes:
    """Memberships of rows from names or numbers of any kind.

    One entry an item (an image, a sequence) holds for all of its positions.

    Raises
    ------
    InputError
        If there are neither as many entries as rows nor as items.
    """
    array = to_array(argument, values)
    names, codes = np.unique(array.astype(str), return_inverse=True)
    codes = codes.reshape(array.shape)
    if array.shape == layout.row_shape[:1] != layout.row_shape:
        extra = (1,) * (len(layout.row_shape) - 1)
        codes = np.broadcast_to(codes.reshape(-1, *extra), layout.row_shape)
    if codes.shape != layout.row_shape:
        raise InputError(
            argument,
            f"have shape {layout.row_shape}, one entry a row",
            f"{array.shape}",
            "Pass the group or cluster of every row.",
        )
    flat = np.ascontiguousarray(codes).reshape(-1)
    return Codes(torch.from_numpy(flat), tuple(str(name) for name in names))
