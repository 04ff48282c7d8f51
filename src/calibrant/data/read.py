"""A file of rows as an Arrow table, typed by all of its rows, or one line that says why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from calibrant.data.decimals import find_decimal
from calibrant.data.delimiters import Delimiter, Sample, check_delimiter, find_delimiter, in_words
from calibrant.data.encodings import Encoding, find_encoding, known_encoding
from calibrant.data.mended import ReadTable, typed, with_missing
from calibrant.data.parquet_rows import ParquetRows
from calibrant.data.refusals import check_is_file, check_names, no_rows, unreadable
from calibrant.data.text_rows import TextRows, declared_delimiter, header_of, lines_of
from calibrant.errors import InputError

__all__ = ["ReadTable", "Reading", "Source", "open_source", "read_table"]

ROWS = 1 << 16  # of a batch


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a text file; what is None is found out, and said.

    Attributes
    ----------
    delimiter : str or None
        One character of ASCII; a blank stands for any run of blanks.
    encoding : str or None
        Name of a Python codec.
    decimal : {".", ","} or None
        Mark between whole and decimal digits.
    """

    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None

    def __post_init__(self) -> None:
        if self.delimiter is not None:
            check_delimiter(self.delimiter)
        if self.encoding is not None:
            known_encoding(self.encoding)
        if self.decimal not in {None, ".", ","}:
            got = repr(self.decimal)
            raise InputError("decimal", "be '.' or ','", got, "Name the mark of decimals.")


@dataclass(frozen=True, slots=True)
class Source:
    """A file of rows that has been looked through and can be read.

    Attributes
    ----------
    path : Path
        Where it lies.
    column_names : tuple of str
        In the order of the file. A column may be without a name: its name is ``""``.
    delimiter, encoding : str or None
        As found or asked; None of a Parquet file.
    decimal : {".", ","} or None
        As found or asked; None of a Parquet file, and where no column settles it: then a point
        is one, and a comma makes text.
    how : tuple of str
        A sentence for each of these that was guessed and is not what a plain CSV file has.
    rows : TextRows or ParquetRows
        What reads it.
    """

    path: Path
    column_names: tuple[str, ...]
    delimiter: str | None
    encoding: str | None
    decimal: str | None
    how: tuple[str, ...]
    rows: TextRows | ParquetRows

    @property
    def name(self) -> str:
        """Name of the file without its folder."""
        return self.path.name

    def read(self) -> ReadTable:
        """All rows, typed, and what was mended in them.

        In a text file a column holds whole numbers (int64) where all its values spell such, else
        numbers (float64), else text; a column without any value has Arrow's null type. Spellings
        of a missing value are null, more of them among numbers than in text, and so is NaN.

        Raises
        ------
        InputError
            If the file is corrupt; if rows have more or fewer fields than the header.
        """
        if isinstance(self.rows, ParquetRows):
            return with_missing(self.rows.table())
        return typed(pa.concat_tables(self.rows.batches(rows=ROWS)), self.decimal)

    def batches(self, *, rows: int = ROWS) -> Iterator[pa.Table]:
        """Tables of at most that many rows, in constant memory and in the order of the file.

        Columns of a text file are text as it stands there, null where it is blank; those of a
        Parquet file have their types.

        Raises
        ------
        InputError
            As `read` does, when the fault is reached.
        """
        return self.rows.batches(rows=rows)


def open_source(path: Path | str, reading: Reading = Reading()) -> Source:
    """Source of the rows of a Parquet file or of a text file in any dialect.

    A text file, whatever its suffix, has a row that names the columns before its rows of values.
    What `reading` leaves open is found: the encoding by looking at every byte, the delimiter by
    the first rows, the decimal mark by the numbers of all rows.

    Raises
    ------
    InputError
        If the file is missing, empty, without rows, or neither; if two columns share a name; if
        a guess is not certain, or a text file does not agree with its encoding.
    """
    path = Path(path)
    try:
        check_is_file(path)
        if _is_parquet(path):
            rows = ParquetRows.of(path)
            return Source(path, rows.names, None, None, None, (), rows)
        return _text_source(path, reading)
    except OSError as error:
        raise unreadable(path, error) from None


def read_table(path: Path | str, reading: Reading = Reading()) -> pa.Table:
    """Rows of a file: see `open_source` and `Source.read`."""
    return open_source(path, reading).read().table


def _is_parquet(path: Path) -> bool:
    if path.suffix.lower() in {".parquet", ".pq"}:
        return True
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def _text_source(path: Path, reading: Reading) -> Source:
    encoding = find_encoding(path, reading.encoding)
    delimiter = _delimiter(path, encoding, reading.delimiter)
    header = header_of(path, encoding, delimiter.mark)
    check_names(header.names)
    rows = TextRows(path, encoding, delimiter.mark, header)
    how = [sentence for sentence in (encoding.how, delimiter.how) if sentence]
    decimal = reading.decimal
    if decimal is None:
        found = find_decimal(header.names, rows.batches(rows=ROWS))
        decimal = found.mark
        how.extend(found.how)
    return Source(path, header.names, delimiter.mark, encoding.name, decimal, tuple(how), rows)


def _delimiter(path: Path, encoding: Encoding, asked: str | None) -> Delimiter:
    if asked is not None:
        return Delimiter(asked, "")
    sample = Sample.of(lines_of(path, encoding))
    if not any(line.strip("\r\n") for line in sample.lines):
        raise no_rows(path)
    declared = declared_delimiter(sample.lines[0])
    if declared is not None:
        check_delimiter(declared)
        how = f"Fields are separated by {in_words(declared)} (the first line says so)."
        return Delimiter(declared, how)
    return find_delimiter(sample, path)
