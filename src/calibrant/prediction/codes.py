"""Groups and clusters of rows: a small whole number a row, and what it stands for."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from jaxtyping import Int
from numpy.typing import NDArray
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction.arrays import ArrayLike, Layout, to_array

__all__ = ["MISSING", "Codes", "encode"]

MISSING = "(missing)"
"""Name of the group of the rows that have none."""


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

    One entry an item (an image, a sequence) holds for all of its positions. Rows without one,
    by None or NaN, are together in `MISSING`.

    Raises
    ------
    InputError
        If there are neither as many entries as rows nor as items, or two that differ are written
        alike, such as 1 and "1".
    """
    array = to_array(argument, values)
    names, codes = np.unique(_texts(argument, array), return_inverse=True)
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


def _texts(argument: str, array: NDArray[np.generic]) -> NDArray[np.generic]:
    """Entries as text, what is missing by its one name."""
    if array.dtype.kind not in "fO":
        return array.astype(str)
    missing: NDArray[np.bool_] = np.asarray(pd.isna(array))
    texts = np.where(missing, MISSING, array.astype(str)).astype(str)
    if array.dtype.kind == "O":
        _check_apart(argument, array.reshape(-1).tolist(), texts.reshape(-1).tolist(), missing)
    return texts


def _check_apart(
    argument: str, entries: list[object], texts: list[str], missing: NDArray[np.bool_]
) -> None:
    """Raise where entries that differ have one text."""
    of_text: dict[str, object] = {}
    for entry, text, is_missing in zip(entries, texts, missing.reshape(-1).tolist(), strict=True):
        entry = None if is_missing else entry  # noqa: PLW2901 -- NaN differs from itself
        first = of_text.setdefault(text, entry)
        if first is not entry and first != entry:
            got = f"{first!r} and {entry!r}, which are both written {text}"
            remedy = "Give every group a name of its own."
            raise InputError(argument, "be written apart where they differ", got, remedy)
