"""Quotient of soft counts."""

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["share"]


def share(part: Float[Tensor, "*shape"], whole: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Part of the whole, elementwise; 0 where the whole is 0, as the part then is too.

    Examples
    --------
    >>> share(torch.tensor([1.0, 0.0]), torch.tensor([4.0, 0.0]))
    tensor([0.2500, 0.0000])
    """
    return part / torch.where(whole > 0, whole, 1)
