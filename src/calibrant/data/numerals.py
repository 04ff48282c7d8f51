"""Text read as numbers, by one decimal mark and in one way for training and for new rows."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from calibrant.data.missing import missing_number

__all__ = [
    "MARKS",
    "Numbers",
    "all_numbers",
    "canonical",
    "column_of_numbers",
    "read_numbers",
    "spells_numbers",
]

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
    words = pc.if_else(missing, None, trimmed)
    numbers = None if decimal == "," else _floats(words)
    if numbers is not None:
        return Numbers(numbers, missing, pc.and_(missing, pc.invert(missing)))
    spelled = spells_numbers(words, decimal)
    bad = pc.fill_null(pc.invert(spelled), False)  # noqa: FBT003
    numbers = canonical(pc.if_else(bad, None, words), decimal).cast(pa.float64())
    return Numbers(numbers, missing, bad)


def all_numbers(values: pa.ChunkedArray, decimal: str | None) -> bool:
    """Whether all `values`, which have no padding, spell numbers by this mark or are null."""
    if decimal != "," and _floats(values) is not None:
        return True
    return pc.all(spells_numbers(values, decimal)).as_py() is not False


def column_of_numbers(values: pa.ChunkedArray, decimal: str | None) -> pa.ChunkedArray | None:
    """Numbers that all `values` spell, whole ones (int64) where all are whole.

    None where some value spells no number, or whole numbers are beyond int64: rounded to float64
    they would no longer be what the file says.
    """
    numbers = None if decimal == "," else _floats(values)
    if numbers is None:
        if not all_numbers(values, decimal):
            return None
        values = canonical(values, decimal)
        numbers = values.cast(pa.float64())
    if not pc.all(pc.match_substring_regex(values, r"^[+-]?[0-9]+$")).as_py():
        return numbers
    try:
        return pc.replace_substring(values, "+", "").cast(pa.int64())
    except pa.ArrowInvalid:
        return None


def spells_numbers(trimmed: pa.ChunkedArray, decimal: str | None) -> pa.ChunkedArray:
    """Whether a value without padding spells a number by this decimal mark; null for null."""
    return pc.match_substring_regex(trimmed, _pattern(decimal))


def canonical(numbers: pa.ChunkedArray, decimal: str | None) -> pa.ChunkedArray:
    """Spellings of `numbers` by this decimal mark, with a point and without groups."""
    if decimal is not None:
        numbers = pc.replace_substring(numbers, MARKS[decimal], "")
        numbers = pc.replace_substring(numbers, decimal, ".")
    return pc.replace_substring(numbers, "+", "", max_replacements=1)


def _floats(values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Numbers with points and without groups that all `values` spell; the usual case, and fast."""
    try:
        numbers = values.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    return None if pc.any(pc.is_nan(numbers)).as_py() else numbers


def _pattern(decimal: str | None) -> str:
    point = rf"[{decimal or '.'}]"
    digits = rf"[0-9]+(?:{point}[0-9]*)?|{point}[0-9]+"
    if decimal is not None:
        digits += rf"|[1-9][0-9]{{0,2}}(?:[{MARKS[decimal]}][0-9]{{3}})+(?:{point}[0-9]*)?"
    return rf"^[+-]?(?:(?:{digits})(?:[eE][+-]?[0-9]+)?|(?i:inf|infinity))$"
