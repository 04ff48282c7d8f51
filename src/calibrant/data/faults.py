"""What is wrong with a column, in words; the faults of all columns make one error."""

import numpy as np
import pyarrow as pa
from jaxtyping import Int64

from calibrant.data.columns import rows_in_words
from calibrant.data.dates import is_date

__all__ = ["Fault", "bad_values"]

LONGEST = 60  # letters of a value in a message


class Fault(Exception):  # noqa: N818 - an observation, not yet an error: all are told at once
    """What a column cannot be, in words."""


def bad_values(
    name: str, column: pa.ChunkedArray, rows: Int64[np.ndarray, " bad"], what: str, first_row: int
) -> str:
    """Words on the `rows` of `column` that are not `what`: how many, the first value, where.

    Examples
    --------
    >>> column = pa.chunked_array([["1", "many", "few"]])
    >>> bad_values("n", column, np.array([1, 2]), "numbers", 100)
    "2 in 'n' are no numbers ('many' in row 101, 'few' in row 102)"
    """
    shown = ", ".join(
        f"{_shown(column[row])} in {rows_in_words([row + first_row])}" for row in rows[:5].tolist()
    )
    more = f" and {len(rows) - 5:,} more" if len(rows) > 5 else ""
    return f"{len(rows):,} in {name!r} are no {what} ({shown}{more})"


def _shown(value: pa.Scalar) -> str:
    """`value` as Python shows it, cut where it is long; a date by its number, which may be huge."""
    shown = f"{value.type} {value.value}" if is_date(value.type) else repr(value.as_py())
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}..."
