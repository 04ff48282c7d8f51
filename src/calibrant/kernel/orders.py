"""Rows in the order of their scores, what every row outranks, and how far it moves an area."""

import torch
from jaxtyping import Bool, Float64, Int64
from torch import Tensor

from calibrant.kernel.library import kernel
from calibrant.kernel.scans import REALS, plain

__all__ = ["influences_of", "order_and_ranks", "searched_placements"]


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


def searched_placements(
    scores: Tensor, positive: Bool[Tensor, " row"], weight: Float64[Tensor, " row"]
) -> Float64[Tensor, " row"] | None:
    """Share of the weight of the other side that every row outranks; None without the kernel.

    The smaller side alone is sorted, and every row of the other one looked up in it. Both sides
    hold rows; scores are not NaN.
    """
    library, real = kernel(), REALS.get(scores.dtype)
    given = scores, positive, weight = (each.contiguous() for each in (scores, positive, weight))
    if library is None or real is None or not plain(*given) or not _suit(positive, weight):
        return None
    if scores.shape != positive.shape:
        return None
    share = torch.empty_like(weight)
    addresses = scores.data_ptr(), positive.data_ptr(), _address(weight)
    done = library[f"placements_{real}"](*addresses, len(scores), share.data_ptr())
    return share if done else None


def influences_of(
    share: Float64[Tensor, " row"], positive: Bool[Tensor, " row"], weight: Float64[Tensor, " row"]
) -> tuple[float, Float64[Tensor, " row"]] | None:
    """Area under the ROC curve, and how far every row moves it; None without the kernel.

    From the placements, in whose place the influences are written.
    """
    library = kernel()
    positive, weight = positive.contiguous(), weight.contiguous()
    if library is None or not plain(share, positive, weight) or not _suit(positive, weight):
        return None
    if share.dtype != torch.float64 or share.shape != positive.shape:
        return None
    area = torch.empty(1, dtype=torch.float64)
    addresses = positive.data_ptr(), _address(weight)
    library["influences"](*addresses, len(share), share.data_ptr(), area.data_ptr())
    return float(area), share


def _suit(positive: Tensor, weight: Tensor) -> bool:
    types = positive.dtype, weight.dtype
    return types == (torch.bool, torch.float64) and positive.shape == weight.shape


def _address(weight: Tensor) -> int | None:
    """Where weights lie; None where all are 1, which needs no reading."""
    return None if bool((weight == 1).all()) else weight.data_ptr()
