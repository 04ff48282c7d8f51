"""Spellings of a missing value, by the kind of column: text keeps what may be a level."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["MISSING_NUMBERS", "MISSING_TEXTS", "counts", "missing_number", "missing_text"]

# Spellings that are no level of a category: those that pandas knows but `None`.
MISSING_TEXTS = frozenset(
    ["", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"]
) | frozenset(["<NA>", "N/A", "NA", "NULL", "NaN", "n/a", "nan", "null"])

# Among numbers more is unmistakable, in any case of letters: these are in lower case.
MISSING_NUMBERS = (
    frozenset(spelling.lower() for spelling in MISSING_TEXTS)
    | frozenset(["na", "n.a.", "n.a", "none", "nil", "missing", "unknown", "?", "*"])
    | frozenset(["-", "--", "---", "\u2013", "\u2014", ".", "..", "..."])
)


def missing_text(trimmed: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether a value without padding is null or spells a missing one in a column of text."""
    spellings = pa.array(sorted(MISSING_TEXTS), pa.string())
    return pc.or_(pc.is_null(trimmed), pc.is_in(trimmed, value_set=spellings))


def missing_number(trimmed: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether a value without padding is null or spells a missing one in a column of numbers."""
    spellings = pa.array(sorted(MISSING_NUMBERS), pa.string())
    return pc.or_(pc.is_null(trimmed), pc.is_in(pc.utf8_lower(trimmed), value_set=spellings))


def counts(trimmed: pa.ChunkedArray, missing: pa.ChunkedArray) -> Mapping[str, int]:
    """Rows of each spelling other than blank where `missing` holds, in order of the spellings."""
    spelled = trimmed.filter(pc.and_(missing, pc.is_valid(trimmed)))
    found = pc.value_counts(spelled).to_pylist()
    return {
        entry["values"]: entry["counts"]
        for entry in sorted(found, key=lambda entry: entry["values"])
        if entry["values"]
    }
