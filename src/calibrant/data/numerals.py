"""Text read as numbers, by one decimal mark and in one way for training and for new rows."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from calibrant.data.missing import missing_number

__all__ = ["Numbers", "read_numbers", "spells_numbers"]

MARKS = {".": ",", ",": "."}  # decimal mark and the mark of thousands that goes with it


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Text as numbers, value by value.

    Attributes
    ----------
    values : pyarrow.ChunkedArray
        Numbers in float64; null where the text is missing or spells none.
    missing : pyarrow.ChunkedArray
        Whether it is null, blank or another spelling of a missing number.
    bad : pyarrow.ChunkedArray
        Whether it is neither missing nor a number.
    """

    values: pa.ChunkedArray
    missing: pa.ChunkedArray
    bad: pa.ChunkedArray


def read_numbers(texts: pa.Array | pa.ChunkedArray, *, decimal: str | None = None) -> Numbers:
    """Numbers that `texts` spell, padded or not, and which of them spell none.

    Parameters
    ----------
    texts : pyarrow.Array or pyarrow.ChunkedArray
        Text of any kind.
    decimal : {".", ","} or None
        Decimal mark, as of `Source.decimal`. The other of the two marks may then part whole
        groups of three digits; ``None`` is a point and no such groups, for there ``1,234`` could
        be either number.

    Examples
    --------
    >>> numbers = read_numbers(pa.array(["1.234,5", " +2", "n.a.", "1.5"]), decimal=",")
    >>> numbers.values.to_pylist(), numbers.bad.to_pylist()
    ([1234.5, 2.0, None, None], [False, False, False, True])
    """
    column = texts if isinstance(texts, pa.ChunkedArray) else pa.chunked_array([texts])
    trimmed = pc.utf8_trim_whitespace(column.cast(pa.string()))
    missing = missing_number(trimmed)
    spelled = spells_numbers(trimmed, decimal)
    good = pc.and_(spelled, pc.invert(missing))
    values = canonical(pc.if_else(good, trimmed, None), decimal).cast(pa.float64())
    bad = pc.and_(pc.invert(missing), pc.invert(pc.fill_null(spelled, False)))  # noqa: FBT003
    return Numbers(values, missing, bad)


def spells_numbers(trimmed: pa.ChunkedArray, decimal: str | None) -> pa.ChunkedArray:
    """Whether a value without padding spells a number by this decimal mark; null for null."""
    return pc.match_substring_regex(trimmed, _pattern(decimal))


def canonical(trimmed: pa.ChunkedArray, decimal: str | None) -> pa.ChunkedArray:
    """Numbers that are spelled by this decimal mark, spelled with a point and without groups."""
    if decimal is not None:
        trimmed = pc.replace_substring(trimmed, MARKS[decimal], "")
        trimmed = pc.replace_substring(trimmed, decimal, ".")
    return pc.replace_substring_regex(trimmed, r"^\+", "")


def _pattern(decimal: str | None) -> str:
    point = rf"[{decimal or '.'}]"
    digits = rf"[0-9]+(?:{point}[0-9]*)?|{point}[0-9]+"
    if decimal is not None:
        digits += rf"|[1-9][0-9]{{0,2}}(?:[{MARKS[decimal]}][0-9]{{3}})+(?:{point}[0-9]*)?"
    return rf"^[+-]?(?:(?:{digits})(?:[eE][+-]?[0-9]+)?|(?i:inf|infinity))$"
