"""Columns of numbers in which 0 likely stands for a missing value; suggested, never applied."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from jaxtyping import Float64

from calibrant.data.columns import plain
from calibrant.data.number_column import NumberReading
from calibrant.data.plan import Plan

__all__ = ["ZeroSuggestion", "suggest_zeros"]

FEWEST = 10  # rows, and different numbers above zero, without which nothing can be told
RARE = 0.01  # of the rows: fewer zeros are no spike
WIDE = 5  # times the usual step between the smallest numbers: a gap above zero


@dataclass(frozen=True, slots=True)
class ZeroSuggestion:
    """A column in which 0 likely stands for a missing value.

    Parameters
    ----------
    column : str
        Name of the column.
    zeros, rows : int
        Rows that are 0, and all that hold a number.
    smallest : float
        Smallest number above zero.
    why : str
        In words.
    """

    column: str
    zeros: int
    rows: int
    smallest: float
    why: str


def suggest_zeros(table: pa.Table, plan: Plan) -> tuple[ZeroSuggestion, ...]:
    """Columns of `table` fed as numbers, never negative, whose zeros stand apart from the rest.

    They do if 1 % to half of the rows are 0, more than have any of the ten smallest
    numbers above zero, and if the smallest of these is at least five times as far from zero as
    they usually are from each other. Counts, whose next value is 1, and amounts that come near
    zero are so left alone.
    """
    suggestions: list[ZeroSuggestion] = []
    for column in plan.columns:
        name, reading = column.role.name, column.reading
        if isinstance(reading, NumberReading) and column.role.role == "number":
            values = reading.read(plain(table.column(name))).values
            present = values[~np.isnan(values)]
            if _stands_apart(present):
                zeros, smallest = int((present == 0).sum()), float(present[present > 0].min())
                why = f"{zeros:,} of {len(present):,} rows are 0, and none of the others is below"
                suggestions.append(
                    ZeroSuggestion(name, zeros, len(present), smallest, f"{why} {smallest:g}")
                )
    return tuple(suggestions)


def _stands_apart(values: Float64[np.ndarray, " row"]) -> bool:
    """Whether the zeros among `values` are apart from all others, which are above zero."""
    zeros = int((values == 0).sum())
    if (
        len(values) <= FEWEST
        or (values < 0).any()
        or not RARE * len(values) <= zeros < len(values) / 2
    ):
        return False
    levels, rows = np.unique(values[values > 0], return_counts=True)
    if len(levels) < FEWEST or zeros <= rows[:FEWEST].max():
        return False
    return bool(levels[0] >= WIDE * np.median(np.diff(levels[:FEWEST])))
