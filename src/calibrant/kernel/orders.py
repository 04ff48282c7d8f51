"""Rows in the order of their scores, what every row outranks, and how far it moves an area."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float64, Int64
from torch import Tensor

from calibrant.kernel.curves import keys, narrow_keys
from calibrant.kernel.library import kernel
from calibrant.kernel.scans import REALS, plain

__all__ = ["RankedSide", "influences_of", "order_and_ranks", "ranked_sides", "searched_placements"]


@dataclass(frozen=True, slots=True)
class RankedSide:
    """How many of the other side the rows of one side outrank, or are outranked by.

    Attributes
    ----------
    n : float
        Rows of the side.
    outranked : float
        Sum over them of the rows of the other side, ties one half.
    squares : float
        Sum of the squared distances of these numbers from their mean.
    """

    n: float
    outranked: float
    squares: float


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


def ranked_sides(
    scores: Tensor, positive: Bool[Tensor, " row"]
) -> tuple[RankedSide, RankedSide] | None:
    """What positive rows outrank, and what outranks negative ones; None without the kernel.

    Exact: keys of scores with the outcome in the lowest bit are sorted, and gone through from both
    ends.
    None too where a key does not tell its score: float64 of a size above 2**520.
    """
    library = kernel()
    if library is None or scores.ndim != 1 or not plain(scores, positive):
        return None
    values, hit = scores.numpy(), positive.numpy()
    found, width = narrow_keys(values, hit), "narrow"
    if found is None or not found[1]:
        found, width = keys(values, hit), "wide"
    if found is None or not found[1]:
        return None
    found[0].sort()
    sums = torch.empty(6, dtype=torch.float64)
    address = int(found[0].__array_interface__["data"][0])
    if not library[f"ranked_{width}"](address, len(found[0]), sums.data_ptr()):
        return None
    up, down = (
        RankedSide(n, twice / 2, squares / 4) for n, twice, squares in sums.view(2, 3).tolist()
    )
    return up, down


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
