"""Fractions that probabilities stand for, so that .07 and the complement of .93 are one number.

A floating-point number is the nearest to what was written, and so is its complement, but the two
were rounded apart: 1 less the float32 nearest to .07 is not the float32 nearest to .93. Two
confidences, one declared and one the complement of what was declared, are therefore compared as
what they were rounded from.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor

__all__ = ["CELLS", "MOST", "Stated", "stated_fractions"]

MOST = 1000  # denominator
CELLS = 14_400  # a denominator besides: of the edges of the score grid
DECIMALS = {torch.float16: 1000, torch.bfloat16: 100}  # denominator that these can tell apart


@dataclass(frozen=True, slots=True, eq=False)
class Stated:
    """Probabilities and their complements, each as near as float64 comes."""

    prob: Float64[Tensor, " row"]
    complement: Float64[Tensor, " row"]


def stated_fractions(prob: Float[Tensor, " row"]) -> Stated:
    """What every probability stands for: a fraction that rounds to it, or the number itself.

    Fractions have a denominator of up to 1,000, which takes in three decimals, or of 14,400, so
    that numbers keep their side of the edges of cells. Of float32 and float64 at most one of
    them rounds to a number in [1/2, 1], as any two are more than :math:`2^{-24}` apart. Numbers
    in half precision stand for three decimals, in bfloat16 for two.

    Examples
    --------
    >>> low, high = (stated_fractions(torch.tensor([p])) for p in (0.07, 0.93))
    >>> 1 - torch.tensor([0.07]).double() == torch.tensor([0.93]).double()
    tensor([False])
    >>> low.complement == high.prob
    tensor([True])
    """
    values, bounds = _table(prob.dtype, prob.device)
    wide = prob.double()
    at = torch.bucketize(prob.float(), bounds).clamp_(max=len(bounds) - 1)
    found = values[at]
    stands = found.to(prob.dtype) == prob
    other = values[len(values) - 1 - at]  # as many fractions lie above one half as below
    return Stated(torch.where(stands, found, wide), torch.where(stands, other, 1 - wide))


@lru_cache(maxsize=8)
def _table(
    dtype: torch.dtype, device: torch.device
) -> tuple[Float64[Tensor, " fraction"], Float[Tensor, " fraction"]]:
    """All fractions, rising, and as they are rounded to `dtype` and from there to float32."""
    if dtype in DECIMALS:
        values = np.arange(DECIMALS[dtype] + 1) / DECIMALS[dtype]
    else:
        each = [np.arange(n + 1) / n for n in (*range(1, MOST + 1), CELLS)]
        values = np.unique(np.concatenate(each))
    exact = torch.from_numpy(values)
    return exact.to(device), exact.to(dtype).float().to(device)
