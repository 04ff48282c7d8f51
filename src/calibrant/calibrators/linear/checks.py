"""What settings and fitted values of linear calibrators may be."""

import math
import warnings

import torch
from jaxtyping import Float64
from torch import Tensor
from torch.nn.functional import cosine_similarity

from calibrant.errors import CalibrantWarning, InputError

__all__ = ["check_finite", "check_strength", "warn_if_reversed"]


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


def warn_if_reversed(
    what: str,
    read: Float64[Tensor, "row class"],
    made: Float64[Tensor, "row class"],
    weight: Float64[Tensor, " row"],
) -> None:
    """Warn where scores `made` run against those that were `read`: their mean cosine is below 0.

    Each row counts by its weight, however far its scores are spread.
    """
    before, after = (each - each.mean(dim=-1, keepdim=True) for each in (read, made))
    if float(weight @ cosine_similarity(before, after, dim=-1, eps=1e-300)) < 0:
        warnings.warn(
            f"{what} turns the classes round: what the model states more, it states less, for the "
            "model is worse than chance on the rows of the fit. Check labels and order of classes.",
            CalibrantWarning,
            stacklevel=4,
        )
