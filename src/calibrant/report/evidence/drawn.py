"""Rows that a picture shows where all would be too many."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

__all__ = ["DrawnRows", "drawn_rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRows:
    """Rows for a picture, out of `n`, evenly spread over the test rows sorted by true value."""

    predicted: Sequence[float]
    targets: Sequence[float]
    n: int


def drawn_rows(
    predicted: Float64[np.ndarray, " row"],
    targets: Float64[np.ndarray, " row"],
    *,
    most: int = 2000,
) -> DrawnRows:
    """All rows, sorted by true value, or `most` of them at even steps, both ends among them.

    The same rows give the same picture, and their true values are spread as all are.

    Examples
    --------
    >>> drawn_rows(np.array([5.0, 6.0, 7.0]), np.array([3.0, 1.0, 2.0]), most=2)
    DrawnRows(predicted=[6.0, 5.0], targets=[1.0, 3.0], n=3)
    """
    n = len(targets)
    ranks = np.linspace(0, n - 1, min(n, most)).round().astype(np.int64)
    rows = np.argsort(targets, kind="stable")[ranks]
    return DrawnRows(predicted=predicted[rows].tolist(), targets=targets[rows].tolist(), n=n)
