"""Weights: the counts that rules make them from, and the scale that a mean is free of."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import SupportsFloat

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from calibrant.errors import InputError

__all__ = ["Counts", "counts_of", "relative"]

Counts = Float64[Tensor, " class"]


def counts_of(class_counts: Tensor | Iterable[SupportsFloat]) -> Counts:
    """Numbers of rows in the order of the classes.

    Raises
    ------
    InputError
        If a count is impossible, or its place does not say its class: a mapping would give its
        keys, and a pandas Series in another order than 0, 1, ... the counts of other classes.
    """
    counts = _tensor_of(class_counts).detach().double()
    possible = counts.ndim == 1 and bool(((counts >= 0) & counts.isfinite()).all())
    if not possible or not bool(counts.sum() > 0):
        rule = "be one number of rows per class, at least 0 and not all 0"
        raise InputError("class_counts", rule, f"{counts.tolist()}", _REMEDY)
    return counts


_REMEDY = "Count the labels of the training rows: torch.bincount(labels, minlength=n_classes)."


def _tensor_of(counts: object) -> Tensor:
    """Counts as a tensor, if they are numbers that come in an order."""
    if isinstance(counts, Tensor):
        return counts
    got = type(counts).__name__
    labelled = getattr(counts, "index", None)  # of a Series its labels, of a list a method
    if isinstance(labelled, Iterable):
        index: list[object] = list(labelled)
        if index != list(range(len(index))):
            rule = "have the index 0, 1, ... in order if it has one"
            remedy = "value_counts() puts the most frequent first: add .sort_index() to it."
            raise InputError("class_counts", rule, f"{got} with index {index[:10]}", remedy)
    if isinstance(counts, Iterable) and not isinstance(counts, Mapping | AbstractSet | str | bytes):
        try:
            return torch.tensor([float(count) for count in counts], dtype=torch.float64)
        except (TypeError, ValueError):
            got += " with entries that are none"
    rule = "be numbers in the order of the classes"
    raise InputError("class_counts", rule, got, _REMEDY)


def relative(weights: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Weights over the largest of them, which no mean depends on; zeros where all are.

    The sum of weights of any size is then neither infinite nor zero. The gradient takes the
    largest for a constant, as the mean is the same for every one.
    """
    if weights.numel() == 0:
        return weights
    largest = weights.detach().amax()
    return weights / largest.masked_fill(largest == 0, 1)
