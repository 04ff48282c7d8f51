"""Presence: which rows count and how much, from weights and masks in the shapes they come in."""

import torch
from jaxtyping import Bool, Shaped
from torch import Tensor

from calibrant.errors import InputError

__all__ = ["per_row", "require_tensors", "weighed", "without_axis"]


def require_tensors(**arguments: object) -> None:
    """Raise `InputError` naming the first argument that is no tensor; None stands for absent."""
    for argument, value in arguments.items():
        if value is not None and not isinstance(value, Tensor):
            remedy = "Make it one with torch.as_tensor."
            raise InputError(argument, "be a tensor", f"{type(value).__name__}", remedy)


def without_axis(values: Tensor) -> torch.Size | None:
    """Shape without an axis 1 of length 1; None where there is none."""
    return values.squeeze(1).shape if values.ndim > 1 and values.shape[1] == 1 else None


def per_row(argument: str, values: Tensor, rows: torch.Size) -> Shaped[Tensor, "*rows"]:
    """`values` in the shape of the rows and their axes: one of a row is repeated over its axes."""
    if values.shape == rows:
        return values
    if values.shape == rows[:1]:
        return values.view(-1, *[1] * (len(rows) - 1)).expand(rows)
    if without_axis(values) == rows:
        return values.squeeze(1)
    shapes = dict.fromkeys([tuple(rows), tuple(rows[:1])])
    rule = f"have the shape of the rows, {' or '.join(map(str, shapes))}"
    raise InputError(argument, rule, f"{tuple(values.shape)}", "Give one number per row or pixel.")


def weighed(
    rows: torch.Size, weights: Tensor | None, mask: Tensor | None
) -> tuple[Bool[Tensor, "*rows"] | None, Shaped[Tensor, "*rows"] | None]:
    """Which rows count, where not all do, and their weights if given, 0 for the others."""
    kept = None if mask is None else per_row("mask", mask, rows).bool()
    if weights is None:
        return kept, None
    weights = per_row("weights", weights, rows)
    counts = weights != 0
    kept = counts if kept is None else kept & counts
    return kept, torch.where(kept, weights, 0)
