"""Whether the values of a column tell rows apart, so that nothing can be learned from them."""

from math import ceil

import numpy as np
from jaxtyping import Float64

__all__ = [
    "FEWEST_ROWS",
    "FEW_LEVELS",
    "MOST_LEVELS",
    "fewest_rows",
    "sequence_reason",
    "text_reason",
]

MOST_LEVELS = 50  # of text that is a category as it is
FEW_LEVELS = 10  # with so few, text in which no level repeats may be a category all the same
FEWEST_ROWS = 10  # of a level that stands by itself beside more than 50 others
EXACT_WHOLE = 2.0**53  # float64 holds every whole number up to here


def fewest_rows(n_rows: int) -> int:
    """Rows that a level of a category with more than 50 needs to stand by itself: 1 %, at least 10.

    Examples
    --------
    >>> fewest_rows(500), fewest_rows(8523)
    (10, 86)
    """
    return max(FEWEST_ROWS, ceil(n_rows / 100))


def text_reason(n_levels: int, n_present: int, *, most: int, n_rows: int) -> str | None:
    """Why text with `n_levels` in `n_present` of `n_rows` looks like identifiers; None if not.

    It does where nine in ten values are different, or where no level of more than 50 is frequent
    enough to stand by itself; the most frequent one has `most` rows.
    """
    what = f"text with {n_levels:,} levels in {n_present:,} rows"
    if n_levels > FEW_LEVELS and n_levels >= 0.9 * n_present:
        return what
    fewest = fewest_rows(n_rows)
    if n_levels > MOST_LEVELS and most < fewest:
        return f"{what}, none with {fewest:,} or more"
    return None


def sequence_reason(
    values: Float64[np.ndarray, " row"], n_levels: int, *, exact: bool
) -> str | None:
    """Why the numbers `values`, none missing, look as if they numbered the rows.

    `exact` says that they were integers: a float64 beyond 2**53 is always whole.
    """
    whole = np.isfinite(values).all() and (values == np.trunc(values)).all()
    if not whole or n_levels < 0.9 * len(values):
        return None
    if np.abs(values).max() > EXACT_WHOLE:
        return "whole numbers of 16 and more digits, almost all different" if exact else None
    steps = np.diff(values)
    if len(values) >= 20 and ((steps > 0).all() or (steps < 0).all()):
        return "whole numbers that rise or fall from row to row"
    # Birthday problem: n draws from r values repeat n (n - 1) / 2 r times on average.
    repeats = len(values) * (len(values) - 1) / (2 * (np.ptp(values) + 1))
    if repeats >= 20 and len(values) - n_levels <= 0.1 * repeats:
        return f"whole numbers, {n_levels:,} different in {len(values):,} rows"
    return None
