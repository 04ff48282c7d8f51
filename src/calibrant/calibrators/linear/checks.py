"""What settings and fitted values of linear calibrators may be."""

import math

import torch
from torch import Tensor

from calibrant.errors import InputError

__all__ = ["check_finite", "check_strength"]


def check_strength(name: str, value: float, remedy: str) -> None:
    """Raise `InputError` unless a penalty is finite and at least 0."""
    if not 0 <= value < math.inf:
        raise InputError(name, "be finite and at least 0", f"{value}", remedy)


def check_finite(name: str, values: Tensor, shape: tuple[int, ...]) -> None:
    """Raise `InputError` unless a tensor has a shape and finite entries."""
    remedy = "Fit the calibrator again."
    if values.shape != shape:
        raise InputError(name, f"have the shape {shape}", f"{tuple(values.shape)}", remedy)
    if not bool(torch.isfinite(values).all()):
        raise InputError(name, "be finite", "infinity or NaN", remedy)
