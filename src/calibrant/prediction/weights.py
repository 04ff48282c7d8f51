"""Weights of rows as they come in."""

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction import checks
from calibrant.prediction.arrays import ArrayLike, Layout, to_tensor

__all__ = ["checked_weights", "weight_column"]


def weight_column(weights: ArrayLike | None, layout: Layout) -> Tensor | None:
    """Weights by rows as floating-point numbers, not yet checked but for their shape."""
    if weights is None:
        return None
    values = to_tensor("weights", weights)
    if tuple(values.shape) != layout.row_shape:
        rule, got = f"have shape {layout.row_shape}", f"{tuple(values.shape)}"
        raise InputError("weights", rule, got, "Pass one weight for each row.")
    values = values.reshape(-1)
    return values if values.is_floating_point() else values.double()


def checked_weights(
    values: Tensor | None, layout: Layout, ignored: Bool[Tensor, " row"] | None
) -> Tensor | None:
    """Weights by rows, 0 where ignored; None where every row weighs 1.

    Raises
    ------
    InputError
        If a weight is negative, not finite or of an extreme size, or all are 0.
    """
    if values is None and ignored is None:
        return None
    if values is None:
        values = torch.ones(int(np.prod(layout.row_shape)))
    if ignored is not None:
        values = torch.where(ignored.to(values.device), 0, values)
    checks.check_weights(values, layout.place)
    if not bool((values > 0).any()):
        rule = "leave at least one row of weight above 0 that is not ignored"
        raise InputError("labels and weights", rule, "none", "Pass rows that count.")
    return values
