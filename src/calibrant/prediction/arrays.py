"""Arrays that people hold (torch, NumPy, pandas, Arrow, lists), in and out again."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, runtime_checkable

import numpy as np
import pandas as pd
import pyarrow as pa
import torch
from numpy.typing import NDArray
from torch import Tensor
from typing_extensions import Protocol

from calibrant.errors import InputError

__all__ = ["ArrayLike", "Layout", "to_array", "to_tensor"]


@runtime_checkable
class Convertible(Protocol):
    """Whatever NumPy can read: lists, jax and polars arrays, ..."""

    def __array__(self) -> NDArray[np.generic]:
        """Values as a NumPy array."""
        ...


ArrayLike: TypeAlias = (  # Arrow arrays and tables are convertible
    Tensor | NDArray[np.generic] | pd.Series | pd.DataFrame | Sequence[object] | Convertible
)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Kind and shape of an array that came in, to give results back in the same.

    Rows are what is left when the class axis (axis 1) is taken out.
    """

    source: ArrayLike | None
    shape: tuple[int, ...]
    has_classes: bool

    @property
    def row_shape(self) -> tuple[int, ...]:
        """Shape of one number a row: that of hard labels."""
        return self.shape[:1] + self.shape[2:] if self.has_classes else self.shape

    def flatten(self, values: Tensor) -> Tensor:
        """Rows of `values`, which have this layout's shape: ``(row, class)`` or ``(row,)``."""
        if values.ndim > 2:
            return values.movedim(1, -1).reshape(-1, self.shape[1])
        return values

    def restore(self, rows: Tensor) -> ArrayLike:
        """Rows ``(row,)`` or ``(row, class)`` in the shape and kind that came in."""
        values = rows.reshape(*self.row_shape, *rows.shape[1:])
        if rows.ndim == 2 and values.ndim > 2:
            values = values.movedim(-1, 1)
        source = self.source
        if isinstance(source, Tensor) or source is None:
            return values
        array = values.detach().cpu().numpy()
        if isinstance(source, (pd.Series, pd.DataFrame)):
            if array.ndim == 1:
                return pd.Series(array, index=source.index)
            columns = source.columns if isinstance(source, pd.DataFrame) else None
            columns = columns if columns is not None and len(columns) == array.shape[1] else None
            return pd.DataFrame(array, index=source.index, columns=columns)
        if isinstance(source, pa.Table):
            names = source.column_names
            named = (
                names if len(names) == array.shape[1] else [str(k) for k in range(array.shape[1])]
            )
            return pa.table({name: array[:, k] for k, name in enumerate(named)})
        if isinstance(source, (pa.Array, pa.ChunkedArray)) and array.ndim == 1:
            return pa.array(array)
        return array.tolist() if isinstance(source, (list, tuple)) else array

    def place(self, row: int) -> str:
        """Where a row stands in the array that came in, for messages."""
        if len(self.row_shape) == 1:
            return f"row {row}"
        return f"position {tuple(int(i) for i in np.unravel_index(row, self.row_shape))}"


def to_array(argument: str, values: ArrayLike) -> NDArray[np.generic]:
    """Values as a NumPy array, without a copy where the kind allows it."""
    if isinstance(values, Tensor):
        return values.detach().cpu().numpy()
    if isinstance(values, pa.Table):
        return np.column_stack([np.asarray(column) for column in values.columns])
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        if values.null_count:
            rule, remedy = "hold no nulls", "Fill them, or drop these rows."
            raise InputError(argument, rule, f"{values.null_count} nulls", remedy)
        return np.asarray(values)
    if isinstance(values, (pd.Series, pd.DataFrame)):
        return values.to_numpy()
    try:
        return np.asarray(values)
    except ValueError as error:
        raise InputError(
            argument,
            "be a rectangular array",
            f"{type(values).__name__}",
            "Pad or split ragged rows.",
        ) from error


def to_tensor(argument: str, values: ArrayLike) -> Tensor:
    """Numbers as a tensor that shares their memory where the kind allows it."""
    if isinstance(values, Tensor):
        return values.detach()
    array = to_array(argument, values)
    if array.dtype.kind not in "fiub":
        remedy = "Convert to numbers first; labels may be class names if class_names are given."
        raise InputError(argument, "hold numbers", f"dtype {array.dtype}", remedy)
    if array.dtype.kind == "u" and array.dtype.itemsize > 1:
        array = array.astype(np.int64)
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    size = array.dtype.itemsize
    if not array.dtype.isnative or any(step < 0 or step % size for step in array.strides):
        array = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))
    with warnings.catch_warnings():  # nothing here writes, so read-only memory is welcome
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(array)
