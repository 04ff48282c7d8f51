"""Rules that make class weights from the class counts of the training rows."""

from collections.abc import Callable, Iterable, Mapping
from typing import SupportsFloat

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError

__all__ = ["RULES", "balanced", "class_weights"]

Counts = Float64[Tensor, " class"]


def balanced(class_counts: Counts) -> Counts:
    r"""Weights :math:`n / (K n_k)`: every class that is present counts alike; an absent one, 0.

    References
    ----------
    .. [1] King and Zeng. "Logistic Regression in Rare Events Data." Political Analysis 9, 2001;
       the form is that of scikit-learn's ``class_weight="balanced"``.

    Examples
    --------
    >>> balanced(torch.tensor([6.0, 2.0], dtype=torch.float64))  # 8 / (2 * 6), 8 / (2 * 2)
    tensor([0.6667, 2.0000], dtype=torch.float64)
    """
    share = class_counts.sum() / (len(class_counts) * class_counts)
    return torch.where(class_counts > 0, share, 0)


RULES: Mapping[str, Callable[[Counts], Counts]] = {"balanced": balanced}
"""Rules by the name that `class_weight` takes."""


def class_weights(rule: str, class_counts: Tensor | Iterable[SupportsFloat]) -> Counts:
    """Weights of the classes by a rule of `RULES`; raises `InputError` for impossible counts."""
    if not isinstance(class_counts, Tensor):
        class_counts = torch.tensor([float(n) for n in class_counts], dtype=torch.float64)
    counts = class_counts.double()
    possible = counts.ndim == 1 and bool(((counts >= 0) & counts.isfinite()).all())
    if not possible or not bool(counts.sum() > 0):
        must = "be one number of rows per class, at least 0 and not all 0"
        remedy = "Count the labels of the training rows, one entry per class."
        raise InputError("class_counts", must, f"{counts.tolist()}", remedy)
    return RULES[rule](counts)
