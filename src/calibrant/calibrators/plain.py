"""Fitted calibrators as plain data, and plain values back by what a field is said to hold."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import ClassVar, Literal, Protocol, Union, get_args, get_origin, runtime_checkable

import torch
from torch import Tensor

__all__ = ["ARRAY", "BESIDE", "Named", "fits", "record_of", "recorded", "tensor_of"]

ARRAY = "array"  # key of a tensor in plain data
FLOAT = "float"  # key of a number that JSON has no word for
BESIDE = {"beside": True}  # metadata of a field that is no part of what was fitted


@runtime_checkable
class Named(Protocol):
    """A dataclass that says which method it is of, as the registry names it."""

    method: ClassVar[str]


def recorded(kind: type[object]) -> tuple[str, ...]:
    """Names of the fields of a dataclass that plain data holds."""
    assert is_dataclass(kind)
    return tuple(one.name for one in fields(kind) if not one.metadata.get("beside"))


def record_of(fitted: Named, arrays: dict[str, Tensor] | None = None) -> dict[str, object]:
    """Method and fields, as JSON holds them.

    Parameters
    ----------
    fitted : Named
        A frozen dataclass.
    arrays : dict, optional
        Takes the tensors; without it they are written out as lists.
    """
    return _record(fitted, arrays, "")


def _record(fitted: Named, arrays: dict[str, Tensor] | None, place: str) -> dict[str, object]:
    record: dict[str, object] = {"method": fitted.method}
    for name in recorded(type(fitted)):
        value: object = getattr(fitted, name)
        record[name] = _plain(value, arrays, f"{place}{name}")
    return record


def _plain(value: object, arrays: dict[str, Tensor] | None, place: str) -> object:
    if isinstance(value, Tensor):
        if arrays is None:
            return {ARRAY: value.tolist(), "dtype": str(value.dtype).removeprefix("torch.")}
        arrays[place] = value.detach().cpu().contiguous()
        return {ARRAY: place}
    if isinstance(value, tuple):
        held: tuple[object, ...] = value
        return [_plain(one, arrays, f"{place}.{k}") for k, one in enumerate(held)]
    if isinstance(value, float) and not math.isfinite(value):
        return {FLOAT: str(value)}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    assert is_dataclass(value), f"{place} holds {type(value).__name__}, which no file can"
    return _record(value, arrays, f"{place}.")  # pyright: ignore[reportArgumentType]


def tensor_of(record: Mapping[str, object], arrays: Mapping[str, Tensor] | None) -> Tensor:
    """Tensor, or the number, that a record of `record_of` stands for.

    Raises
    ------
    ValueError
        If the record stands for none.
    """
    if set(record) == {FLOAT} and record[FLOAT] in ("inf", "-inf", "nan"):
        return torch.tensor(float(str(record[FLOAT])), dtype=torch.float64)
    if set(record) == {ARRAY} and arrays is not None and record[ARRAY] in arrays:
        return arrays[str(record[ARRAY])]
    if set(record) == {ARRAY, "dtype"} and record["dtype"] in ("float64", "int64"):
        dtype = torch.float64 if record["dtype"] == "float64" else torch.int64
        return torch.tensor(record[ARRAY], dtype=dtype)
    raise ValueError(f"{sorted(record)}")


def fits(value: object, hint: object) -> bool:
    """Whether `value` is what a type annotation says, tuples and unions included."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Union or origin is UnionType:
        return any(fits(value, part) for part in parts)
    if origin is Literal:
        return value in parts
    if origin is tuple:
        return isinstance(value, tuple) and _fit_each(tuple(value), parts)
    if isinstance(value, bool):
        return hint is bool
    assert isinstance(hint, type), f"{hint} is no field of a fitted calibrator"
    return isinstance(value, hint)


def _fit_each(held: tuple[object, ...], parts: tuple[object, ...]) -> bool:
    """Whether the entries of a tuple are what its annotation says."""
    if parts[-1] is Ellipsis:
        return all(fits(one, parts[0]) for one in held)
    return len(held) == len(parts) and all(map(fits, held, parts))
