"""Why a file cannot be read as a table, in one line each."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pyarrow import csv as arrow_csv

from calibrant.data.columns import listed
from calibrant.errors import InputError

__all__ = ["check_is_file", "check_names", "long_row", "no_rows", "ragged_rows", "unreadable"]

FOREIGN = {  # how files begin that hold no table as text
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "compressed by gzip",
    b"%PDF": "a PDF document",
    b"\x93NUMPY": "a NumPy array",
}
JSON = (".json", ".jsonl", ".ndjson")


def check_is_file(path: Path) -> None:
    """Refuse what is absent, no file, empty, or clearly of another kind than a table."""
    rule = "name a file that can be read"
    if not path.exists():
        raise InputError("path", rule, f"{path}, which does not exist", "Check the spelling.")
    if not path.is_file():
        raise InputError("path", rule, f"{path}, which is no file", "Name one file of rows.")
    if path.stat().st_size == 0:
        raise InputError("path", rule, f"{path}, which is empty", "Write or fetch it again.")
    with path.open("rb") as file:
        head = file.read(8)
    is_json = path.suffix.lower() in JSON
    found = (kind for mark, kind in FOREIGN.items() if head.startswith(mark))
    kind = "JSON" if is_json else next(found, None)
    if kind is not None:
        rule = "name a file of text or a Parquet file"
        remedy = "Save its table as CSV or Parquet."
        raise InputError("path", rule, f"{path}, which is {kind}", remedy)


def no_rows(path: Path) -> InputError:
    """Error of a file without a header, or with nothing else."""
    rule = "hold a row that names the columns and at least one row of values"
    return InputError("path", rule, str(path), "Write or fetch it again.")


def unreadable(path: Path, error: Exception) -> InputError:
    """Error of a file that is refused below us, with the reason given there."""
    known = error.strerror if isinstance(error, OSError) else None
    reason = " ".join((known or str(error) or type(error).__name__).split()).rstrip(".")
    got = f"{path}: {reason[:200]}"
    return InputError("path", "name a file that can be read", got, "Repair it or write it again.")


def long_row(path: Path, most: int) -> InputError:
    """Error of a row that takes more than `most` bytes, as one with an open quotation mark does."""
    got = f"{path}, where one is longer"
    remedy = "Close every quotation mark, or leave out what makes it so long."
    return InputError("path", f"have rows of at most {most:,} bytes", got, remedy)


def check_names(names: Sequence[str]) -> None:
    """Refuse a name that two columns bear."""
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise InputError(
            "columns", "have different names", f"{listed(twice)} more than once", "Rename them."
        )


def ragged_rows(rows: Sequence[arrow_csv.InvalidRow], header_row: int) -> InputError:
    """Error that names the first five of `rows`, counted as `header_row` is."""
    shown = ", ".join(f"{row.actual_columns} in row {row.number}" for row in rows[:5])
    more = f" and {len(rows) - 5:,} more such rows" if len(rows) > 5 else ""
    return InputError(
        "path",
        f"have {rows[0].expected_columns} fields in every row, as in its header (row {header_row})",
        shown + more,
        "Repair these rows; put values that hold the delimiter or a quotation mark in quotes; "
        "where fields are separated by another mark, name it (--delimiter).",
    )
