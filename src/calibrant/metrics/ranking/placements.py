"""Placements: the share of the other side that every row outranks."""

import math

import numpy as np
import torch
from jaxtyping import Bool, Float64, Int
from torch import Tensor

from calibrant.kernel.orders import order_and_ranks, ranked_sides, searched_placements
from calibrant.statistics.power_sums import sum_by

__all__ = ["by_rank", "placements", "placements_by_side", "unweighted_area"]

FEW = 16  # where one side is this many times smaller, it alone is sorted


def placements(
    scores: Tensor, positive: Bool[Tensor, " row"], weight: Float64[Tensor, " row"]
) -> Float64[Tensor, " row"]:
    """Share of negatives below every positive row, and of positives above every negative one.

    Ties count one half. The weighted mean over either side is the area under the ROC curve;
    their spread is what DeLong's variance is made of. Both sides must hold rows.

    References
    ----------
    .. [1] DeLong et al. "Comparing the Areas under Two or More Correlated Receiver
       Operating Characteristic Curves." Biometrics 44, 1988: the structural components.

    Examples
    --------
    >>> hit = torch.tensor([False, True, False, True])
    >>> placements(torch.tensor([0.1, 0.3, 0.3, 0.9]), hit, torch.ones(4).double())
    tensor([1.0000, 0.7500, 0.7500, 1.0000], dtype=torch.float64)
    """
    scores = scores.contiguous()  # a column of a table is not, and a search warns of it
    found = searched_placements(scores, positive, weight)
    if found is not None:
        return found
    n_positive = int(positive.sum())
    if FEW * n_positive <= len(scores):
        return _against_few(scores, positive, weight)
    if FEW * (len(scores) - n_positive) <= len(scores):
        return _against_few(-scores, ~positive, weight)  # both the sides and the order turned
    order, rank, n_ranks = by_rank(scores)
    sorted_weight, hit = weight[order], positive[order].double()
    up, down = (sum_by(rank, sorted_weight * side, n_ranks) for side in (hit, 1 - hit))
    below = (down.cumsum(0) - down / 2) / down.sum()
    above = 1 - (up.cumsum(0) - up / 2) / up.sum()
    share = torch.empty_like(sorted_weight)
    share[order] = torch.where(positive[order], below[rank], above[rank])
    return share


def placements_by_side(
    scores: Tensor, positive: Bool[Tensor, " row"]
) -> tuple[Float64[Tensor, " up"], Float64[Tensor, " down"]]:
    """`placements` of rows of equal weight: of the positive, then of the negative ones.

    In the order of the scores, not of the rows: two sorts without their orders, and a search of
    one sorted side in the other, which is several times faster.

    Examples
    --------
    >>> hit = torch.tensor([False, True, False, True])
    >>> ups, downs = placements_by_side(torch.tensor([0.1, 0.9, 0.3, 0.3]), hit)
    >>> ups.tolist(), downs.tolist()
    ([0.75, 1.0], [1.0, 0.75])
    """
    wide = (scores.float() if scores.dtype.itemsize < 4 else scores).cpu().numpy()
    hit = positive.cpu().numpy()
    ups, downs = np.sort(wide[hit]), np.sort(wide[~hit])
    return _share_below(ups, downs), 1 - _share_below(downs, ups)


def unweighted_area(
    scores: Tensor, positive: Bool[Tensor, " row"]
) -> tuple[float, float, tuple[float, float]] | None:
    """Area under the ROC curve of rows of equal weight, DeLong's variance, and the rows of sides.

    By one sort of scores and outcomes together, and counts; None without the kernel. The variance
    is NaN where a side has one row, and both are where it has none.
    """
    wide = scores.float() if scores.dtype.itemsize < 4 else scores
    sides = ranked_sides(wide.contiguous(), positive.contiguous())
    if sides is None:
        return None
    up, down = sides
    pairs = up.n * down.n
    if not pairs:
        return math.nan, math.nan, (up.n, down.n)
    variance = math.nan
    if min(up.n, down.n) > 1:
        variance = sum(
            one.squares / other.n**2 / (one.n * (one.n - 1)) for one, other in (sides, sides[::-1])
        )
    return up.outranked / pairs, variance, (up.n, down.n)


def _share_below(ordered: np.ndarray, others: np.ndarray) -> Float64[Tensor, " side"]:
    """Share of the others below every number; ties count one half."""
    reached = np.searchsorted(others, ordered, "left") + np.searchsorted(others, ordered, "right")
    return torch.from_numpy(reached / (2 * len(others)))


def by_rank(scores: Tensor) -> tuple[Int[Tensor, " row"], Int[Tensor, " row"], int]:
    """Order of rising scores, rank of every ordered row (ties share it), number of ranks."""
    found = order_and_ranks(scores)
    if found is not None:
        return found
    ordered, order = scores.sort(stable=True)
    new = torch.ones_like(order, dtype=torch.bool)
    new[1:] = ordered[1:] != ordered[:-1]
    rank = new.cumsum(0) - 1
    return order, rank, int(rank[-1]) + 1


def _against_few(
    scores: Tensor, few: Bool[Tensor, " row"], weight: Float64[Tensor, " row"]
) -> Float64[Tensor, " row"]:
    """As `placements`, where `few` rows are positive: only their scores are sorted."""
    rare = few.nonzero().squeeze(-1)
    steps, step = scores[rare].unique(return_inverse=True)
    reached = torch.bucketize(scores, steps, right=True)  # steps at or below a row
    on_step = steps[(reached - 1).clamp_(min=0)] == scores
    passed = reached - on_step.long()  # steps below a row
    mass = sum_by(step, weight[rare], len(steps))
    total = torch.cat((mass.new_zeros(1), mass.cumsum(0)))
    share = 1 - (total[reached] + total[passed]) / (2 * mass.sum())
    other = weight * ~few
    less, at_most = (sum_by(place, other, len(total)).cumsum(0)[:-1] for place in (reached, passed))
    share[rare] = ((less + at_most) / (2 * other.sum()))[step]
    return share
