"""Rows in the order of their scores, and what every row outranks."""

import torch
from jaxtyping import Bool, Float64, Int64
from torch import Tensor

from calibrant.kernel.library import kernel
from calibrant.kernel.scans import REALS, plain

__all__ = ["order_and_ranks", "ranked_placements"]


def order_and_ranks(
    scores: Tensor,
) -> tuple[Int64[Tensor, " row"], Int64[Tensor, " row"], int] | None:
    """Order of rising scores, rank of every ordered row (ties share it), number of ranks.

    Equal scores keep the order in which they come. None without the kernel; scores are not NaN.
    """
    library, real = kernel(), REALS.get(scores.dtype)
    if library is None or real is None or scores.ndim != 1 or not len(scores):
        return None
    scores = scores.contiguous()
    if not plain(scores):
        return None
    order, rank = torch.empty((2, len(scores)), dtype=torch.int64)
    n_ranks = library[f"order_{real}"](
        scores.data_ptr(), len(scores), order.data_ptr(), rank.data_ptr()
    )
    return (order, rank, n_ranks) if n_ranks else None


def ranked_placements(
    order: Int64[Tensor, " row"],
    rank: Int64[Tensor, " row"],
    positive: Bool[Tensor, " row"],
    weight: Float64[Tensor, " row"],
) -> Float64[Tensor, " row"] | None:
    """Share of the weight of the other side that every row outranks; None without the kernel.

    Raises
    ------
    IndexError
        If an entry of the order is outside the rows.
    """
    library = kernel()
    given = order, rank, positive, weight = (
        each.contiguous() for each in (order, rank, positive, weight)
    )
    if library is None or not plain(order, rank, positive, weight):
        return None
    types = order.dtype, rank.dtype, positive.dtype, weight.dtype
    if types != (torch.int64, torch.int64, torch.bool, torch.float64):
        return None
    if any(each.shape != (len(order),) for each in given):
        return None
    share = torch.empty_like(weight)
    alike = bool((weight == 1).all())
    addresses = order.data_ptr(), rank.data_ptr(), positive.data_ptr()
    weights = None if alike else weight.data_ptr()
    if not library["placements"](*addresses, weights, len(order), share.data_ptr()):
        raise IndexError("an entry of the order is outside the rows")
    return share
