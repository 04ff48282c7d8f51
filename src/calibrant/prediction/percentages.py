"""Probabilities that were stated in percent, as a message tells them."""

from jaxtyping import Float
from torch import Tensor

__all__ = ["are_percentages"]

LEAST, ALL, OFF = 2.0, 100.0, 1.0  # percent: of the greatest, of a row, and by rounding


def are_percentages(probs: Float[Tensor, "row *class"]) -> bool:
    """Whether numbers that are no probabilities look like percentages.

    None is negative or above 100, some are above 2, and rows of several classes sum to about 100.

    Examples
    --------
    >>> import torch
    >>> are_percentages(torch.tensor([[22.7, 77.3], [5.0, 95.0]]))
    True
    >>> are_percentages(torch.tensor([[1.4, 0.6], [0.3, 0.7]]))  # not normalised
    False
    """
    least, greatest = (float(end) for end in probs.aminmax())
    if not (least >= 0 and LEAST < greatest <= ALL):  # nor is NaN
        return False
    if probs.ndim == 1:
        return True
    return bool(((probs.double().sum(dim=-1) - ALL).abs() <= OFF).all())
