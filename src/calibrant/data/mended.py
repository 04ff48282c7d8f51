"""A table typed by all of its rows, with a count of what was mended on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from calibrant.data.columns import plain
from calibrant.data.missing import counts, missing_number, missing_text
from calibrant.data.numerals import MARKS, column_of_numbers

__all__ = ["ReadTable", "typed", "with_missing"]


@dataclass(frozen=True, slots=True, eq=False)
class ReadTable:
    """Rows of a file and what was mended in them.

    Attributes
    ----------
    table : pyarrow.Table
        Every column whole numbers, numbers, text, or without any value of Arrow's null type; of
        a Parquet file, as it has them.
    missing : Mapping from str to Mapping from str to int
        Rows by column and by spelling of a missing value other than blank.
    decimal_commas : Mapping from str to int
        Rows by column whose number had a decimal comma.
    thousands : Mapping from str to int
        Rows by column whose number had its thousands parted.
    """

    table: pa.Table
    missing: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    decimal_commas: Mapping[str, int] = field(default_factory=dict)
    thousands: Mapping[str, int] = field(default_factory=dict)


def typed(texts: pa.Table, decimal: str | None) -> ReadTable:
    """Columns of `texts` as whole numbers, as numbers, or as text: the first that fits all."""
    mended = [_Mended.of(column, decimal) for column in texts.columns]
    named = dict(zip(texts.column_names, mended, strict=True))
    return ReadTable(
        pa.table([column.values for column in mended], names=texts.column_names),
        {name: column.missing for name, column in named.items() if column.missing},
        {name: column.commas for name, column in named.items() if column.commas},
        {name: column.thousands for name, column in named.items() if column.thousands},
    )


def with_missing(table: pa.Table) -> ReadTable:
    """`table`, null where a text spells a missing value."""
    columns: list[pa.ChunkedArray] = []
    missing: dict[str, Mapping[str, int]] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_string(column.type):
            trimmed = pc.utf8_trim_whitespace(column)
            spelled = missing_text(trimmed)
            if found := counts(trimmed, spelled):
                missing[name] = found
            columns.append(pc.if_else(spelled, None, column))
        else:
            columns.append(column)
    return ReadTable(pa.table(columns, names=table.column_names), missing)


@dataclass(frozen=True, slots=True, eq=False)
class _Mended:
    values: pa.ChunkedArray
    missing: Mapping[str, int]
    commas: int = 0
    thousands: int = 0

    @classmethod
    def of(cls, texts: pa.ChunkedArray, decimal: str | None) -> "_Mended":
        trimmed = pc.utf8_trim_whitespace(texts)
        missing = missing_number(trimmed)
        values = pc.if_else(missing, None, trimmed)
        numbers = column_of_numbers(values, decimal) if values.null_count < len(values) else None
        if numbers is not None:
            commas = _holding(values, ",") if decimal == "," else 0
            thousands = _holding(values, MARKS[decimal]) if decimal else 0
            return cls(numbers, counts(trimmed, missing), commas, thousands)
        missing = missing_text(trimmed)
        if pc.all(missing).as_py():
            return cls(pa.chunked_array([pa.nulls(len(texts))]), counts(trimmed, missing))
        return cls(plain(pc.if_else(missing, None, texts)), counts(trimmed, missing))


def _holding(values: pa.ChunkedArray, mark: str) -> int:
    return pc.sum(pc.match_substring(values, mark)).as_py() or 0
