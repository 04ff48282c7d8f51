"""Columns of a table as NumPy arrays: numbers with NaN, or text with "", where a value is missing.

The empty text stands for a missing value everywhere: no file can hold it as a level.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Float64, Int64
from numpy.typing import NDArray

from calibrant.errors import InputError

__all__ = [
    "Kind",
    "column_of",
    "floats",
    "kind_of",
    "listed",
    "numbers_of",
    "plain",
    "rows_in_words",
    "texts_of",
]

Kind = Literal["number", "text", "other"]


def column_of(table: pa.Table, name: str, argument: str = "column") -> pa.ChunkedArray:
    """Column of that name, `plain`; `argument` is what a message calls the name."""
    if table.schema.get_field_index(name) < 0:
        names: list[str] = table.column_names
        close = get_close_matches(name, names, n=1)
        hint = f"Did you mean {close[0]!r}? " if close else ""
        raise InputError(
            argument, "name a column of the table", repr(name), f"{hint}It has {listed(names)}."
        )
    return plain(table.column(name))


def plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """`column` without a dictionary, text of one type; NaN and empty text are null."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    if pa.types.is_floating(column.type):
        return pc.if_else(pc.is_nan(column), None, column)
    if pa.types.is_string(column.type):
        return pc.if_else(pc.equal(column, ""), None, column)
    return column


def kind_of(column: pa.ChunkedArray) -> Kind:
    """Tell what `column` holds by its type: numbers, text (booleans and dates too), or neither."""
    kind, types = column.type, pa.types
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    words = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
    if words or types.is_boolean(kind) or types.is_null(kind):
        return "text"
    return "text" if types.is_temporal(kind) and not types.is_duration(kind) else "other"


def numbers_of(table: pa.Table, name: str, *, or_empty: bool = True) -> Float64[np.ndarray, " row"]:
    """Numbers of the column `name`; NaN where one is missing.

    Text is read as numbers where it spells them, as in a file whose other rows do not. A message
    says that other text may be left out, `or_empty`, unless a number is needed in every row.
    """
    column = column_of(table, name)
    if kind_of(column) == "text":
        column = _parsed(column, name, "leave them empty" if or_empty else "leave these rows out")
    elif kind_of(column) == "other":
        raise InputError(name, "hold numbers", f"values of type {column.type}", "Leave it out.")
    return floats(column)


def floats(column: pa.ChunkedArray) -> Float64[np.ndarray, " row"]:
    """Numbers of `column` in float64, rounded where they have more digits; NaN for null."""
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.string())  # the cast from decimals is off by a last digit at times
    return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)


def texts_of(table: pa.Table, name: str) -> NDArray[np.object_]:
    """Text of the column `name`, whole numbers without a point; ``""`` where it is missing.

    Examples
    --------
    >>> table = pa.table({"code": [1.0, 2.5, None], "sold": [True, None, False]})
    >>> texts_of(table, "code").tolist(), texts_of(table, "sold").tolist()
    (['1', '2.5', ''], ['True', '', 'False'])
    """
    column = column_of(table, name)
    if kind_of(column) == "other":
        raise InputError(name, "hold text", f"values of type {column.type}", "Leave it out.")
    if pa.types.is_boolean(column.type):
        column = pc.if_else(column, "True", "False")
    texts = pc.fill_null(column.cast(pa.string()), "")
    return np.asarray(texts.to_numpy(), dtype=np.object_)


def rows_in_words(rows: Iterable[int] | Int64[np.ndarray, " row"]) -> str:
    """Up to five of `rows`, and how many more there are.

    Examples
    --------
    >>> rows_in_words([3]), rows_in_words(range(8))
    ('row 3', 'rows 0, 1, 2, 3, 4 and 3 more')
    """
    rows = [int(row) for row in rows]
    shown = ", ".join(map(str, rows[:5]))
    more = f" and {len(rows) - 5:,} more" if len(rows) > 5 else ""
    return f"row{'s' if len(rows) > 1 else ''} {shown}{more}"


def listed(names: Iterable[str], most: int = 20) -> str:
    """Names in quotation marks, at most `most` of them; "no others" of none."""
    names = list(names)
    if not names:
        return "no others"
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(repr(name) for name in names[:most]) + more


def _parsed(column: pa.ChunkedArray, name: str, otherwise: str) -> pa.ChunkedArray:
    texts = pc.utf8_trim_whitespace(column.cast(pa.string()))
    texts = pc.if_else(pc.equal(texts, ""), None, texts)
    try:
        return texts.cast(pa.float64())
    except pa.ArrowInvalid:
        bad = [row for row, text in enumerate(texts) if not _is_number(text)]
        first = texts[bad[0]].as_py()
        raise InputError(
            name,
            "hold numbers",
            f"{first!r} ({len(bad):,} such: {rows_in_words(bad)})",
            _remedy(str(first), otherwise),
        ) from None


def _remedy(text: str, otherwise: str) -> str:
    """What helps against `text` in a column of numbers."""
    if text.endswith("%") and _is_number(pa.scalar(text[:-1].strip().replace(",", "."))):
        return "Drop the percent sign and divide by 100."
    if _is_number(pa.scalar(text.replace(",", ".", 1))):
        return "If the comma is the decimal mark, name it for a text file (--decimal ,)."
    return f"Correct these values or {otherwise}."


def _is_number(text: pa.Scalar) -> bool:
    try:
        text.cast(pa.float64())
    except pa.ArrowInvalid:
        return False
    return True
