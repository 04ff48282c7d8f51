"""Rows of one curve by score, pooled runs of them, and hashes of rows; NumPy arrays."""

import numpy as np
import torch
from jaxtyping import Bool, Float, Float64, Int, Int64, UInt64
from torch import Tensor

from calibrant.kernel.library import kernel
from calibrant.kernel.scans import REALS, in_spans, plain

__all__ = ["bridges", "hashes", "keys", "narrow_keys", "pool", "runs"]

REAL_OF = {np.dtype(np.float32): "float", np.dtype(np.float64): "double"}
WIDTH_OF = {np.dtype(np.int32): "narrow", np.dtype(np.int64): "wide"}

Sums = Float64[np.ndarray, " sum"]
Indices = Int64[np.ndarray, " range"]


def keys(
    score: Float[np.ndarray, " row"], hit: Bool[np.ndarray, " row"]
) -> tuple[Int64[np.ndarray, " row"], bool] | None:
    """Numbers that rise with the score, the outcome in the lowest bit, and whether all are exact.

    None without the kernel.
    """
    library, real = kernel(), REAL_OF.get(score.dtype)
    if library is None or real is None or not _rows(score, hit) or hit.dtype != np.bool_:
        return None
    found = np.empty(len(score), dtype=np.int64)
    exact = library[f"keys_{real}"](_at(score), _at(hit), len(score), _at(found))
    return found, bool(exact)


def narrow_keys(
    score: Float[np.ndarray, " row"], hit: Bool[np.ndarray, " row"]
) -> tuple[Int[np.ndarray, " row"], bool] | None:
    """The same in 32 bits, of float32 in [0, 2); None without the kernel."""
    library = kernel()
    if library is None or score.dtype != np.float32 or hit.dtype != np.bool_:
        return None
    if not _rows(score, hit):
        return None
    found = np.empty(len(score), dtype=np.int32)
    exact = library["keys_narrow"](_at(score), _at(hit), len(score), _at(found))
    return found, bool(exact)


def runs(
    ordered: Int[np.ndarray, " row"],
) -> (
    tuple[Int[np.ndarray, " run"], Float64[np.ndarray, " run"], Float64[np.ndarray, " run"]] | None
):
    """Runs of rising keys that are equal but for the lowest bit; None without the kernel.

    What is above that bit, how many keys there are, and how many of them have it.
    """
    library, width = kernel(), WIDTH_OF.get(ordered.dtype)
    if library is None or width is None or not _rows(ordered):
        return None
    bits, (w, wy) = np.empty_like(ordered), np.empty((2, len(ordered)))
    n = library[f"runs_{width}"](_at(ordered), len(ordered), _at(bits), _at(w), _at(wy))
    return bits[:n], w[:n], wy[:n]


def pool(
    w: Float64[np.ndarray, " group"], wy: Float64[np.ndarray, " group"]
) -> tuple[Int64[np.ndarray, " sum"], Sums, Sums] | None:
    """First groups and sums of pooled adjacent violators, whose shares rise strictly.

    None without the kernel, or where sums are no whole numbers or 2**27 and more.
    """
    library = kernel()
    if library is None or not _rows(w, wy) or {w.dtype, wy.dtype} != {np.dtype(np.float64)}:
        return None
    first, (sum_w, sum_wy) = np.empty(len(w), dtype=np.int64), np.empty((2, len(w)))
    n = library["pool"](_at(w), _at(wy), len(w), _at(first), _at(sum_w), _at(sum_wy))
    return (first[:n], sum_w[:n], sum_wy[:n]) if n else None


def bridges(
    x: Float64[np.ndarray, " point"],
    y: Float64[np.ndarray, " point"],
    ends: Int64[np.ndarray, "4 range"],
    trials: tuple[Float64[np.ndarray, " range"], Float64[np.ndarray, " range"]],
    most: int,
) -> tuple[Float64[np.ndarray, " range"], Indices, Indices] | None:
    """Slopes and ends of bridges with ends in given ranges, in at most so many steps.

    None without the kernel. See `calibrant.calibrators.curves.insertion`.
    """
    library, (low, high), n = kernel(), trials, len(trials[0])
    if library is None or not ends.flags.c_contiguous or not _rows(x, y) or not _rows(low, high):
        return None
    low, high, slope = low.copy(), high.copy(), np.empty(n)
    a, b = np.empty((2, n), dtype=np.int64)
    points = _at(x), _at(y), len(x)
    found = _at(low), _at(high), _at(slope), _at(a), _at(b)
    return (slope, a, b) if library["bridges"](*points, _at(ends), n, most, *found) else None


def hashes(
    values: Float[Tensor, "row class"], places: UInt64[np.ndarray, " class"]
) -> Int64[Tensor, " row"] | None:
    """Hash of every row, with a multiplier for every place; None without the kernel."""
    library, real = kernel(), REALS.get(values.dtype)
    if library is None or real is None or not plain(values):
        return None
    if values.shape[1] != len(places) or not _rows(places) or places.dtype != np.uint64:
        return None
    found = torch.empty(len(values), dtype=torch.int64)
    look, start, to, at = (
        library[f"hashes_{real}"],
        values.data_ptr(),
        found.data_ptr(),
        _at(places),
    )
    width, size = values.shape[1], values.element_size()

    def work(first: int, last: int) -> bool:
        rows = start + first * width * size
        return bool(look(rows, last - first, width, at, to + first * found.element_size()))

    return found if in_spans(values, work) else None


def _at(array: np.ndarray) -> int:
    """Address of the first number."""
    return int(array.__array_interface__["data"][0])


def _rows(*arrays: np.ndarray) -> bool:
    """Whether the kernel can read the arrays, of one axis and one length, where they lie."""
    return all(
        each.ndim == 1 and each.flags.c_contiguous and each.shape == arrays[0].shape
        for each in arrays
    )
