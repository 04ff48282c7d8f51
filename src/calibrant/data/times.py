"""Splits by time: rows in the order of a column of dates, times or numbers."""

import numpy as np
import pandas as pd
import pyarrow as pa
from jaxtyping import Float64, Int64

from calibrant.data.columns import column_of, floats, kind_of, rows_in_words
from calibrant.data.split import PARTS, SIZES, Split, check_sizes, shares_in_words, split_of
from calibrant.errors import InputError

__all__ = ["time_column", "time_split"]


def time_column(
    table: pa.Table, name: str
) -> Int64[np.ndarray, " row"] | Float64[np.ndarray, " row"]:
    """Order of the rows by the column `name`: a number for each row, later ones larger.

    Dates, times and numbers stand for themselves. Text must be dates or times in ISO 8601, such
    as ``2024-03-31`` or ``2024-03-31T12:00:00+02:00``; without a zone they count as UTC.

    Raises
    ------
    InputError
        If a value is missing, infinite, or tells no time.

    Examples
    --------
    >>> time_column(pa.table({"sold": ["1970-01-02", "1970-01-01"]}), "sold").argsort().tolist()
    [1, 0]
    """
    column = column_of(table, name, "time")
    missing = np.flatnonzero(column.is_null().to_numpy())
    if len(missing):
        raise _bad_rows(f"missing in {name!r}", missing)
    if kind_of(column) == "number":
        if pa.types.is_integer(column.type) and not pa.types.is_uint64(column.type):
            return np.asarray(column.cast(pa.int64()).to_numpy(), dtype=np.int64)
        numbers = floats(column)
        infinite = np.flatnonzero(np.isinf(numbers))
        if len(infinite):
            raise _bad_rows(f"infinite in {name!r}", infinite)
        return numbers
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _iso_times(column, name)
    if pa.types.is_temporal(column.type) and not pa.types.is_duration(column.type):
        whole = pa.int32() if column.type.bit_width == 32 else pa.int64()
        return np.asarray(column.cast(whole).to_numpy(), dtype=np.int64)
    got = f"{name!r}, which holds {column.type}"
    raise InputError("time", "hold dates, times or numbers", got, "Name another column.")


def time_split(
    times: Int64[np.ndarray, " row"] | Float64[np.ndarray, " row"],
    *,
    sizes: tuple[float, float, float] = SIZES,
    name: str = "time",
) -> Split:
    """Rows in the order of time: the earliest train, later ones validate, the latest are the test.

    The parts have the numbers of rows nearest to `sizes` that tear no moment apart; rows of
    equal time are on one side.

    Parameters
    ----------
    times : Int64[ndarray, "row"] or Float64[ndarray, "row"]
        Time of every row in any unit, none NaN (see `time_column`).
    sizes : (float, float, float)
        Shares of train, validation and test, each positive, with sum 1.
    name : str
        Of the column, for the words of the split.

    Examples
    --------
    >>> split = time_split(np.array([30, 10, 20, 20, 10]), sizes=(0.4, 0.4, 0.2))
    >>> [rows.tolist() for rows in split.parts().values()]
    [[1, 4], [2, 3], [0]]
    """
    check_sizes(sizes)
    moments, moment, counts = np.unique(times, return_inverse=True, return_counts=True)
    if len(moments) < len(PARTS):
        got = f"{len(moments)} in {len(times):,} rows of {name!r}"
        remedy = "Name a column that tells the rows' times apart."
        raise InputError("time", "hold at least three different times", got, remedy)
    ends = np.cumsum(counts)  # rows up to and with each moment
    wanted = np.cumsum(sizes[:2]) * len(times)
    first = int(np.argmin(np.abs(ends[:-2] - wanted[0])))
    last = first + 1 + int(np.argmin(np.abs(ends[first + 1 : -1] - wanted[1])))
    part = np.searchsorted([first, last], moment).astype(np.int64)
    how = f"By {name!r}, the earliest rows first: {shares_in_words(sizes, part)}."
    return split_of(part, how)


def _iso_times(column: pa.ChunkedArray, name: str) -> Int64[np.ndarray, " row"]:
    """Nanoseconds since 1970 of text in ISO 8601."""
    texts = pd.Series(np.asarray(column.to_numpy(), dtype=np.object_)).str.strip()
    stamps = pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce")
    bad = np.flatnonzero(stamps.isna())
    if len(bad):
        first = f"no date or time in ISO 8601 in {name!r}, such as {texts[bad[0]]!r},"
        raise _bad_rows(first, bad, "Write them as 2024-03-31 or 2024-03-31T12:00:00.")
    return stamps.to_numpy(dtype="datetime64[ns]").astype(np.int64)


def _bad_rows(
    fault: str, rows: Int64[np.ndarray, " bad"], remedy: str = "Correct or remove these rows."
) -> InputError:
    got = f"{len(rows):,} {fault} ({rows_in_words(rows)}, counted from 0)"
    return InputError("time", "tell the time of every row", got, remedy)
