"""Arrays that people hold (torch, NumPy, pandas, Arrow, lists), in and out again."""

import warnings
from collections.abc import Mapping, Sequence
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
from calibrant.prediction.objects import place_of, settled

__all__ = ["ArrayLike", "Layout", "check_order", "to_array", "to_tensor"]

UNSIGNED = (torch.uint16, torch.uint32, torch.uint64)  # torch stores them and little else


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
    named: bool = False  # labels that came in as names

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
        return place_of(row, self.row_shape)


def to_array(argument: str, values: ArrayLike) -> NDArray[np.generic]:
    """Values as a NumPy array of at least one axis, without a copy where the kind allows it.

    Raises
    ------
    InputError
        If NumPy cannot read the values as a rectangular array, or some are masked or null.
    """
    array = _read(argument, values)
    if array.ndim == 0 and array.dtype.kind not in "fiub":
        kind = "None" if array.dtype.kind == "O" and array.item() is None else type(values).__name__
        raise InputError(argument, "be an array", kind, "Pass an array or a list.")
    return array


def to_tensor(argument: str, values: ArrayLike) -> Tensor:
    """Numbers as a tensor that shares their memory where the kind allows it.

    Raises
    ------
    InputError
        If the values are no numbers, or in no rectangular, dense array.
    """
    if isinstance(values, Tensor):
        return _dense(argument, values)
    array = settled(argument, to_array(argument, values))
    if array.dtype.kind not in "fiub":
        remedy = "Convert to numbers first; labels may be class names if class_names are given."
        entries: list[object] = array.reshape(-1).tolist()
        odd = next((row for row, e in enumerate(entries) if isinstance(e, (str, bytes))), None)
        at = None if odd is None else f"{entries[odd]!r} at {place_of(odd, array.shape)}"
        raise InputError(argument, "hold numbers", at or f"dtype {array.dtype}", remedy)
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


def check_order(columns: Mapping[str, ArrayLike | None]) -> None:
    """Columns of pandas with the same index members have them in the same order.

    Rows are paired by position. Other indexes are taken to number rows, and are not compared.

    Raises
    ------
    InputError
        Naming the first row whose index entries differ.
    """
    first: tuple[str, pd.Index] | None = None
    for argument, column in columns.items():
        if not isinstance(column, (pd.Series, pd.DataFrame)):
            continue
        if first is None:
            first = argument, column.index
            continue
        name, index = first
        if len(index) != len(column) or index.equals(column.index):
            continue
        if bool(index.isin(column.index).all()) and bool(column.index.isin(index).all()):
            apart = zip(index.tolist(), column.index.tolist(), strict=True)
            row, pair = next((k, pair) for k, pair in enumerate(apart) if pair[0] != pair[1])
            rule = f"have the index of {name} in its order: rows are paired by position"
            got = f"{pair[1]!r} where {name} has {pair[0]!r} at row {row}"
            remedy = f"Pass {argument}.loc[{name}.index], or reset both indexes."
            raise InputError(argument, rule, got, remedy)


def _read(argument: str, values: ArrayLike) -> NDArray[np.generic]:
    if isinstance(values, Tensor):
        tensor = _dense(argument, values)
        tensor = tensor.float() if tensor.dtype == torch.bfloat16 else tensor
        return tensor.cpu().numpy()
    if isinstance(values, pa.Table):
        return np.column_stack([_read(argument, column) for column in values.columns])
    if isinstance(values, (pa.Array, pa.ChunkedArray)) and values.null_count:
        row = values.is_null().to_pylist().index(True)
        remedy = "Fill them, or drop these rows."
        raise InputError(argument, "hold no nulls", f"null at row {row}", remedy)
    if isinstance(values, (pd.Series, pd.DataFrame)):
        return values.to_numpy()
    if isinstance(values, np.ma.MaskedArray):
        masked = np.ma.getmaskarray(values)
        if masked.any():
            got = f"one at {place_of(int(masked.reshape(-1).argmax()), masked.shape)}"
            remedy = "Fill them, or drop these rows."
            raise InputError(argument, "hold no masked entries", got, remedy)
    return _converted(argument, values)


def _converted(argument: str, values: Sequence[object] | Convertible) -> NDArray[np.generic]:
    sequence = isinstance(values, (list, tuple))
    try:
        array = np.asarray(values)
        if sequence and array.dtype.kind in "US":
            return np.asarray(values, dtype=object)  # what was no text keeps its kind
    except Exception as error:  # whatever somebody's `__array__` raises
        of_tensors = sequence and any(isinstance(value, Tensor) for value in values)
        remedy = "Join them by torch.stack." if of_tensors else "Pad or split ragged rows."
        kind = f"{type(values).__name__}{' of tensors' if of_tensors else ''}"
        raise InputError(argument, "be a rectangular array", kind, remedy) from error
    return array


def _dense(argument: str, values: Tensor) -> Tensor:
    """The tensor without its gradient, in a dtype that torch can compare and sum."""
    if values.layout != torch.strided or values.is_meta or values.is_quantized:
        kind = "meta" if values.is_meta else str(values.layout).removeprefix("torch.")
        kind = "quantized" if values.is_quantized else kind
        remedy = "Convert it: to_dense() for sparse tensors, dequantize() for quantized ones."
        raise InputError(argument, "be a dense tensor with values", f"a {kind} tensor", remedy)
    if values.is_complex():
        got = str(values.dtype).removeprefix("torch.")
        raise InputError(argument, "hold real numbers", got, "Pass the real part.")
    values = values.detach()
    if values.dtype in UNSIGNED:
        return values.long()
    if values.is_floating_point() and values.dtype.itemsize == 1:
        return values.float()
    return values
