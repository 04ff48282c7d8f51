"""How far every row moves the area under a ROC curve."""

import math

import torch
from jaxtyping import Bool, Float64
from torch import Tensor

from calibrant.kernel.orders import influences_of
from calibrant.metrics.ranking.class_ranking import ClassRanking

__all__ = ["area_and_influences"]


def area_and_influences(
    share: Float64[Tensor, " row"], positive: Bool[Tensor, " row"], weight: Float64[Tensor, " row"]
) -> ClassRanking:
    """Area of the placements `share`, which are written over, and how far each row moves it.

    Scaled by what makes the variance of each side unbiased; NaN where a side has one row. Both
    sides hold weight.

    Examples
    --------
    >>> share, hit = torch.tensor([1.0, 0.5, 0.5, 1.0]).double(), torch.tensor([0, 1, 0, 1]).bool()
    >>> found = area_and_influences(share, hit, torch.ones(4).double())
    >>> found.value, found.influence
    (0.75, tensor([ 0.1768, -0.1768, -0.1768,  0.1768], dtype=torch.float64))
    """
    found = influences_of(share, positive, weight)
    if found is not None:
        return ClassRanking(*found)
    masses = [weight * side for side in (positive, ~positive)]
    value = float((masses[0] * share).sum() / masses[0].sum())
    up, down = (_scale(mass) for mass in masses)
    scale = torch.where(positive, weight.new_tensor(up), weight.new_tensor(down))
    return ClassRanking(value, weight * (share - value) * scale)


def _scale(mass: Float64[Tensor, " row"]) -> float:
    total = float(mass.sum())
    rows = total**2 / float(mass.square().sum())
    return math.sqrt(rows / (rows - 1)) / total if rows > 1 + 1e-9 else math.nan
