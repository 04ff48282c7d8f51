"""Area under the ROC curve of steps, one or many rankings at a time."""

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.ranking.sides import effective_rows
from calibrant.metrics.ranking.steps import Masses, Split, Steps

__all__ = ["rank_area", "rank_area_bound", "rank_area_variance"]

PerRanking = Float64[Tensor, "*class"]


def rank_area(steps: Split) -> PerRanking:
    """Share of pairs of a positive and a negative row that are ranked rightly, ties one half.

    Examples
    --------
    >>> from calibrant.metrics.ranking.steps import ranked
    >>> hit = torch.tensor([False, True, True])
    >>> float(rank_area(ranked(torch.tensor([0.5, 0.75, 0.5]), hit, torch.ones(3).double()).steps))
    0.75
    """
    return ((steps.up * _beaten(steps.down)).sum(-1) / steps.up.sum(-1)).clamp(0, 1)


def rank_area_bound(steps: Steps) -> PerRanking:
    """Half the share of pairs that are tied, and need not be."""
    tied = torch.where(steps.alone, 0, steps.up * steps.down).sum(-1)
    return tied / (2 * steps.up.sum(-1) * steps.down.sum(-1))


def rank_area_variance(steps: Steps) -> PerRanking:
    """DeLong's variance; NaN with fewer than two effective rows of either side."""
    value = rank_area(steps)[..., None]
    above = 1 - _beaten(steps.up)  # share of positives that outrank a negative row
    return _part(steps.up_twice, _beaten(steps.down) - value, steps.up) + _part(
        steps.down_twice, above - value, steps.down
    )


def _beaten(side: Masses) -> Masses:
    """Share of a side that rows of a step outrank; ties count one half."""
    total = side.sum(-1, keepdim=True)
    return (total - side.cumsum(-1) + side / 2) / total


def _part(twice: Masses, excess: Masses, side: Masses) -> PerRanking:
    """Share of one side in the variance."""
    n_side = effective_rows(side, twice)
    spread = (twice * excess.square()).sum(-1) / side.sum(-1).square()
    return torch.where(n_side > 1 + 1e-9, spread * n_side / (n_side - 1), torch.nan)
