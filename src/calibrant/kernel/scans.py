"""Looks along every row of an array: whether it is a distribution, its greatest entry, its norm."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float, Float64, Int32, Int64
from torch import Tensor

from calibrant.kernel.crew import all_at_once
from calibrant.kernel.library import kernel

__all__ = [
    "all_clean",
    "all_within",
    "chosen",
    "clean_tops",
    "distances",
    "in_spans",
    "plain",
    "squared_norms",
    "top_entries",
]

LEAST = 1 << 20  # numbers that are worth a thread
ALIGNED = 64  # bytes
REALS = {torch.float32: "float", torch.float64: "double"}


def plain(*tensors: Tensor) -> bool:
    """Whether the kernel can read the tensors where they lie."""
    return all(
        type(each) is Tensor
        and each.device.type == "cpu"
        and each.is_contiguous()
        and not each.requires_grad
        for each in tensors
    )


def all_clean(values: Float[Tensor, "row *class"], low: float, high: float) -> bool:
    """Whether all lie in [0, 1] and every row of two axes sums to [low, high], in float64.

    False without the kernel, too: then the values have yet to be looked at.
    """
    library, real = kernel(), REALS.get(values.dtype)
    if library is None or real is None or values.ndim > 2 or not plain(values):
        return False
    if values.ndim == 2 and values.shape[1] == 1:  # read as one axis, they would have no sums
        return False
    n_classes, size = _width(values), values.element_size()
    look, start = library[f"clean_{real}"], values.data_ptr()

    def work(first: int, last: int) -> bool:
        at = start + first * n_classes * size
        return bool(look(at, last - first, n_classes, low, high))

    return in_spans(values, work)


def all_within(labels: Int64[Tensor, " row"], n: int) -> bool:
    """Whether all labels lie in [0, n); False without the kernel, too."""
    library = kernel()
    if library is None or labels.dtype != torch.int64 or not plain(labels):
        return False
    return bool(library["all_within"](labels.data_ptr(), labels.numel(), n))


def clean_tops(
    values: Float[Tensor, "row class"], low: float, high: float
) -> tuple[Float[Tensor, " row"], Int32[Tensor, " row"]] | None:
    """Greatest entry of every row, and its first index, where `all_clean` is true of all.

    Both from one look. None without the kernel, too, as if they were not clean.
    """
    if values.shape[1] < 2:
        return None
    return _tops("clean_tops", values, torch.int32, low, high)


def top_entries(
    values: Float[Tensor, "row class"],
) -> tuple[Float[Tensor, " row"], Int64[Tensor, " row"]] | None:
    """Greatest entry of every row, and its index, the first of equal ones.

    None where the kernel cannot tell: without it, or if an entry is NaN.
    """
    return _tops("tops", values, torch.int64)


def _tops(
    name: str, values: Float[Tensor, "row class"], integer: torch.dtype, *bounds: float
) -> tuple[Float[Tensor, " row"], Tensor] | None:
    """What a look of the library writes for every row: an entry, and its index."""
    library, real = kernel(), REALS.get(values.dtype)
    if library is None or real is None or not plain(values):
        return None
    n_classes, size = _width(values), values.element_size()
    look, start = library[f"{name}_{real}"], values.data_ptr()
    top, index = _written(len(values), values.dtype, integer)
    to_top, to_index = top.data_ptr(), index.data_ptr()

    def work(first: int, last: int) -> bool:
        at = start + first * n_classes * size
        out = to_top + first * size, to_index + first * index.element_size()
        return bool(look(at, last - first, n_classes, *bounds, *out))

    return (top, index) if in_spans(values, work) else None


def _written(n_rows: int, real: torch.dtype, integer: torch.dtype) -> tuple[Tensor, Tensor]:
    """Room for a number and an index of every row, in one piece.

    NumPy asks for large pages where a piece is large: half the time of many rows went into finding
    small ones.
    """
    size, place = n_rows * real.itemsize, -(-n_rows * real.itemsize // ALIGNED) * ALIGNED
    piece = torch.from_numpy(np.empty(place + n_rows * integer.itemsize, dtype=np.uint8))
    return piece[:size].view(real), piece[place:].view(integer)


def squared_norms(values: Float[Tensor, "row class"]) -> Float64[Tensor, " row"] | None:
    """Sum of the squares of every row, in float64; None without the kernel."""
    library, real = kernel(), REALS.get(values.dtype)
    if library is None or real is None or not plain(values):
        return None
    n_classes, size = _width(values), values.element_size()
    add, start = library[f"squares_{real}"], values.data_ptr()
    sums = torch.empty(len(values), dtype=torch.float64)
    to_sums = sums.data_ptr()

    def work(first: int, last: int) -> bool:
        at = start + first * n_classes * size
        return bool(add(at, last - first, n_classes, to_sums + first * sums.element_size()))

    return sums if in_spans(values, work) else None


def chosen(
    values: Float[Tensor, "row class"], labels: Int64[Tensor, " row"]
) -> Float64[Tensor, " row"] | None:
    """Entry of every row at its label, in float64.

    None where the kernel cannot tell: without it, or if a label is no entry.
    """
    library, real = kernel(), REALS.get(values.dtype)
    if library is None or real is None or not plain(values, labels):
        return None
    if labels.dtype != torch.int64 or labels.shape != values.shape[:1]:
        return None
    found = torch.empty(len(values), dtype=torch.float64)
    given = values.data_ptr(), labels.data_ptr(), *values.shape, found.data_ptr()
    return found if library[f"chosen_{real}"](*given) else None


def distances(
    prob: Float[Tensor, " row"], labels: Int64[Tensor, " row"]
) -> Float64[Tensor, " row"] | None:
    """Distance of every probability of class 1 from the label, 0 or 1; None without the kernel."""
    library, real = kernel(), REALS.get(prob.dtype)
    if library is None or real is None or not plain(prob, labels):
        return None
    if labels.dtype != torch.int64 or prob.ndim != 1 or labels.shape != prob.shape:
        return None
    found = torch.empty(len(prob), dtype=torch.float64)
    library[f"distances_{real}"](prob.data_ptr(), labels.data_ptr(), len(prob), found.data_ptr())
    return found


def _width(values: Tensor) -> int:
    """Numbers in a row; an array of one axis is read as rows of one."""
    return values.shape[1] if values.ndim == 2 else 1


def in_spans(values: Tensor, work: Callable[[int, int], bool]) -> bool:
    """Whether the work on all spans of rows is good; every thread has a span."""
    n_rows = len(values)
    n_spans = min(torch.get_num_threads(), values.numel() // LEAST)
    if n_spans < 2:
        return work(0, n_rows)
    cuts = [n_rows * k // n_spans for k in range(n_spans + 1)]
    return all(all_at_once([partial(work, *ends) for ends in pairwise(cuts)]))
