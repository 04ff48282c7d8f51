"""Arrays of Python objects, as tables with gaps or mixed columns give: numbers where they are."""

from decimal import Decimal
from numbers import Integral, Real

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibrant.errors import InputError

__all__ = ["is_missing", "place_of", "settled"]

MISSING = (type(None), type(pd.NA), type(pd.NaT))
BOOLS = (bool, np.bool_)


def is_missing(entry: object) -> bool:
    """Whether an entry stands for a value that is not there: None, NA, NaT or NaN."""
    return isinstance(entry, MISSING) or (isinstance(entry, Real) and entry != entry)  # noqa: PLR0124


def place_of(index: int, shape: tuple[int, ...]) -> str:
    """Where an entry of a flattened array stands, for messages."""
    if len(shape) <= 1:
        return f"row {index}"
    return f"position {tuple(int(i) for i in np.unravel_index(index, shape))}"


def settled(argument: str, array: NDArray[np.generic]) -> NDArray[np.generic]:
    """Array of numbers where all objects are numbers, with NaN for missing ones.

    Arrays of names, or of names and numbers, come back as they are, as does every array that
    holds no objects.

    Raises
    ------
    InputError
        If an entry is itself an array, or a whole number has more than 64 bits.
    """
    if array.dtype.kind != "O":
        return array
    entries: list[object] = array.reshape(-1).tolist()
    kinds = {type(entry) for entry in entries}
    missing = any(issubclass(kind, MISSING) for kind in kinds)
    if any(issubclass(kind, (list, tuple, np.ndarray)) for kind in kinds):
        row = next(k for k, e in enumerate(entries) if isinstance(e, (list, tuple, np.ndarray)))
        got = f"{type(entries[row]).__name__} at {place_of(row, array.shape)}"
        remedy = "Pad or split ragged rows."
        raise InputError(argument, "be a rectangular array", got, remedy)
    if not all(issubclass(kind, (Real, Decimal, *BOOLS, *MISSING)) for kind in kinds):
        return array
    if missing or not all(issubclass(kind, (Integral, *BOOLS)) for kind in kinds):
        filled = pd.Series(entries, dtype=object)
        return filled.where(filled.notna(), np.nan).to_numpy(np.float64).reshape(array.shape)
    if all(issubclass(kind, BOOLS) for kind in kinds):
        return array.astype(np.bool_)
    try:
        return array.astype(np.int64)
    except OverflowError as error:
        remedy = "Encode labels as class indices."
        raise InputError(argument, "hold numbers of 64 bits", "greater ones", remedy) from error
