"""Rows that a picture shows where all would be too many."""

import numpy as np
from jaxtyping import Float64

from calibrant.report.summary import DrawnRows

__all__ = ["drawn_rows"]


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
