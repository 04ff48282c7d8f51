"""A file of rows as an Arrow table, typed by all of its rows, or one line that says why not."""

import csv
from codecs import getincrementaldecoder
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from calibrant.data.columns import listed, plain
from calibrant.errors import InputError

__all__ = ["MISSING", "read_table"]

DELIMITERS = {".csv": ",", ".tsv": "\t", ".txt": "\t"}
PARQUET = (".parquet", ".pq")
BLOCK = 1 << 24  # bytes; the longest row that can be read

# Spellings of a missing value, those that pandas knows.
MISSING = frozenset(
    ["", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"]
) | frozenset(["<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"])


def read_table(path: Path | str) -> pa.Table:
    """Rows of a file of comma- or tab-separated values or of a Parquet file.

    Parameters
    ----------
    path : Path or str
        A ``.csv`` (commas), ``.tsv`` or ``.txt`` (tabs) file in UTF-8 whose first row names the
        columns, or a ``.parquet`` file. A column may be without a name: its name is ``""``.

    Returns
    -------
    pyarrow.Table
        In a text file a column holds whole numbers (int64) where all its values spell such, else
        numbers (float64), else text; a column without any value has Arrow's null type. Spellings
        of a missing value in text (`MISSING`, padded or not) and NaN are null.

    Raises
    ------
    InputError
        If the file is missing, empty, without rows, not UTF-8, or corrupt; if two columns share
        a name; if rows have more or fewer fields than the header.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    try:
        _check_is_file(path)
        if suffix in PARQUET:
            table = _read_parquet(path)
        elif suffix in DELIMITERS:
            table = _read_text(path, DELIMITERS[suffix])
        else:
            known = ", ".join([*DELIMITERS, *PARQUET])
            raise InputError("path", f"end in one of {known}", str(path), "Rename or convert it.")
    except OSError as error:
        raise _unreadable(path, error) from None
    if table.num_rows == 0:
        raise _no_rows(path)
    return table


def _check_is_file(path: Path) -> None:
    rule = "name a file that can be read"
    if not path.exists():
        raise InputError("path", rule, f"{path}, which does not exist", "Check the spelling.")
    if not path.is_file():
        raise InputError("path", rule, f"{path}, which is no file", "Name one file of rows.")
    if path.stat().st_size == 0:
        raise InputError("path", rule, f"{path}, which is empty", "Write or fetch it again.")


def _no_rows(path: Path) -> InputError:
    rule = "hold a row that names the columns and at least one row of values"
    return InputError("path", rule, str(path), "Write or fetch it again.")


def _unreadable(path: Path, error: Exception) -> InputError:
    known = error.strerror if isinstance(error, OSError) else None
    reason = " ".join((known or str(error)).split()).rstrip(".")
    got = f"{path}: {reason[:200]}"
    return InputError("path", "name a file that can be read", got, "Repair it or write it again.")


def _check_names(names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(
            "columns", "have different names", f"{listed(twice)} more than once", "Rename them."
        )


def _read_parquet(path: Path) -> pa.Table:
    try:
        with parquet.ParquetFile(path, page_checksum_verification=True) as file:
            _check_names(file.schema_arrow.names)
            table = file.read().replace_schema_metadata(None)
        table.validate(full=True)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None
    columns = [_with_spelled_missing(plain(column)) for column in table.columns]
    return pa.table(columns, names=table.column_names)


def _read_text(path: Path, delimiter: str) -> pa.Table:
    _check_is_utf8(path)
    names, blank_lines = _header(path, delimiter)
    _check_names(names)
    ragged: list[arrow_csv.InvalidRow] = []

    def note(row: arrow_csv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    try:
        table = arrow_csv.read_csv(
            path,
            arrow_csv.ReadOptions(
                use_threads=False,  # so that ragged rows have numbers
                block_size=BLOCK,
                column_names=names,
                skip_rows_after_names=blank_lines + 1,
            ),
            arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=note
            ),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
    except pa.ArrowException as error:
        raise _unreadable(path, error) from None
    if ragged:
        raise _ragged(ragged, header_row=blank_lines + 1)
    _check_last_quote(path, table)
    return pa.table([_typed(column) for column in table.columns], names=names)


def _check_is_utf8(path: Path) -> None:
    """Every byte belongs to UTF-8 text, of which no character is zero."""
    decoder = getincrementaldecoder("utf-8")()
    line = 1
    remedy = "Save the file as UTF-8."
    with path.open("rb") as file:
        while True:
            block = file.read(1 << 20)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                got = f"the byte 0x{error.object[error.start]:02x} in line {line}"
                raise InputError("path", "be text in UTF-8", f"{path}: {got}", remedy) from None
            if "\0" in text:
                line += text[: text.index("\0")].count("\n")
                got = f"{path}: a zero byte in line {line}"
                raise InputError("path", "be text in UTF-8", got, remedy)
            line += text.count("\n")
            if not block:
                return


def _header(path: Path, delimiter: str) -> tuple[list[str], int]:
    """Fields of the first row that is not blank, and how many blank lines precede it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=delimiter)
        try:
            blank_lines = 0
            while not (names := next(rows)):
                blank_lines += 1
            next(row for row in rows if row)
        except csv.Error as error:
            raise _unreadable(path, error) from None
        except StopIteration:
            raise _no_rows(path) from None
    return names, blank_lines


def _ragged(rows: list[arrow_csv.InvalidRow], header_row: int) -> InputError:
    """Error that names the first five of `rows`, counted as `header_row` is."""
    shown = ", ".join(f"{row.actual_columns} in row {row.number}" for row in rows[:5])
    more = f" and {len(rows) - 5:,} more such rows" if len(rows) > 5 else ""
    return InputError(
        "path",
        f"have {rows[0].expected_columns} fields in every row, as in its header (row {header_row})",
        shown + more,
        "Repair these rows; put values that hold the delimiter or a quotation mark in quotes.",
    )


def _check_last_quote(path: Path, table: pa.Table) -> None:
    """Refuse a quotation mark that is never closed: it has swallowed the rest of the file."""
    if table.num_rows == 0:
        return
    last = table.column(table.num_columns - 1)[-1].as_py()
    if last is None or "\n" not in last:
        return
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 64))
        if not file.read().rstrip().endswith(b'"'):
            row = table.num_rows + 1
            got = f"one that stays open in row {row}"
            raise InputError("path", "close every quotation mark", got, "Close or remove it.")


def _typed(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """`texts` as whole numbers, as numbers, or as they are: the first that fits every value."""
    trimmed = pc.utf8_trim_whitespace(texts)
    missing = _spelled_missing(trimmed)
    if pc.all(missing).as_py():
        return pa.chunked_array([pa.nulls(len(texts))])
    values = pc.if_else(missing, None, trimmed)
    try:
        return values.cast(pa.int64())
    except pa.ArrowInvalid:
        pass
    beyond_int64 = pc.all(pc.match_substring_regex(values, r"^-?[0-9]+$")).as_py()
    try:
        numbers = None if beyond_int64 else values.cast(pa.float64())
    except pa.ArrowInvalid:
        numbers = None
    return plain(pc.if_else(missing, None, texts) if numbers is None else numbers)


def _spelled_missing(trimmed: pa.ChunkedArray) -> pa.ChunkedArray:
    spellings = pa.array(sorted(MISSING), trimmed.type)
    return pc.or_(pc.is_null(trimmed), pc.is_in(trimmed, value_set=spellings))


def _with_spelled_missing(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """`column`, null where it is text that spells a missing value."""
    if not pa.types.is_string(column.type):
        return column
    return pc.if_else(_spelled_missing(pc.utf8_trim_whitespace(column)), None, column)
