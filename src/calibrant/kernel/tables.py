"""Rows added to tables of sums: to buckets that are known, and to moments."""

import torch
from jaxtyping import Bool, Float64, Int64
from torch import Tensor

from calibrant.kernel.library import kernel
from calibrant.kernel.scans import plain

__all__ = ["N_COLUMNS", "add_counts", "add_events", "add_moments", "address", "is_table"]

N_COLUMNS = 13  # of calibrant.statistics.power_sums
N_MOMENTS = 9  # of calibrant.statistics.moments


def add_events(
    table: Float64[Tensor, "column bucket"],
    bucket: Int64[Tensor, " row"],
    prob: Float64[Tensor, " row"],
    outcome: Bool[Tensor, " row"] | Float64[Tensor, " row"],
    weight: Float64[Tensor, " row"] | None,
) -> bool:
    """Whether the columns of the events were added to `table`; False without the kernel.

    Raises
    ------
    IndexError
        If a bucket is outside the table.
    """
    library = kernel()
    if library is None or not is_table(table, N_COLUMNS):
        return False
    hit = outcome.contiguous() if outcome.dtype == torch.bool else None
    share = None if hit is not None else outcome.contiguous()
    prob = prob.contiguous()
    weight = None if weight is None else weight.contiguous()
    reals = [each for each in (prob, share, weight) if each is not None]
    if not _suit(bucket, reals) or (hit is not None and not _suit(bucket, [], hit)):
        return False
    good = library["add_events"](
        *(bucket.data_ptr(), prob.data_ptr(), address(hit), address(share), address(weight)),
        *(len(bucket), table.data_ptr(), table.stride(0), table.shape[1]),
    )
    return _all_added(good)


def add_counts(
    table: Float64[Tensor, "column bucket"],
    bucket: Int64[Tensor, " row"],
    weight: Float64[Tensor, " row"] | None,
) -> bool:
    """Whether rows, weights and their squares were added to `table`; False without the kernel.

    Raises
    ------
    IndexError
        If a bucket is outside the table.
    """
    library = kernel()
    weight = None if weight is None else weight.contiguous()
    if library is None or not is_table(table, 3):
        return False
    if not _suit(bucket, [] if weight is None else [weight]):
        return False
    good = library["add_counts"](
        *(bucket.data_ptr(), address(weight), len(bucket)),
        *(table.data_ptr(), table.stride(0), table.shape[1]),
    )
    return _all_added(good)


def add_moments(
    table: Float64[Tensor, " column"],
    score: Float64[Tensor, " row"],
    weight: Float64[Tensor, " row"] | None,
) -> bool:
    """Whether the columns of moments of a score were added; False without the kernel."""
    library = kernel()
    score = score.contiguous()
    weight = None if weight is None else weight.contiguous()
    given = [score] if weight is None else [score, weight]
    if library is None or not plain(table, *given) or table.shape != (N_MOMENTS,):
        return False
    if any(each.dtype != torch.float64 or each.shape != score.shape for each in given):
        return False
    addresses = score.data_ptr(), address(weight)
    return bool(library["add_moments"](*addresses, score.numel(), table.data_ptr()))


def address(tensor: Tensor | None) -> int | None:
    """Where a tensor lies, for the kernel; None for none."""
    return None if tensor is None else tensor.data_ptr()


def is_table(table: Tensor, n_columns: int) -> bool:
    """Whether the kernel can add to the table: columns of float64, each in one piece."""
    fits = type(table) is Tensor and table.device.type == "cpu" and table.dtype == torch.float64
    return fits and table.ndim == 2 and len(table) == n_columns and table.stride(1) == 1


def _suit(bucket: Tensor, reals: list[Tensor], *others: Tensor) -> bool:
    """Whether the kernel can read buckets, and float64 and other numbers of as many rows."""
    if bucket.dtype != torch.int64 or bucket.ndim != 1 or not plain(bucket, *reals, *others):
        return False
    return all(each.dtype == torch.float64 for each in reals) and all(
        each.shape == bucket.shape for each in (*reals, *others)
    )


def _all_added(good: int) -> bool:
    if not good:
        raise IndexError("a bucket is outside the table")
    return True
