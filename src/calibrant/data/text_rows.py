"""Rows of a text file: one parser for every dialect, batch by batch and in constant memory."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv
from typing_extensions import Buffer

from calibrant.data.delimiters import separated, without_runs
from calibrant.data.encodings import Encoding
from calibrant.data.refusals import long_row, no_rows, ragged_rows, unreadable
from calibrant.errors import InputError

__all__ = ["Header", "TextRows", "declared_delimiter", "header_of", "lines_of"]

BLOCK, LARGEST_BLOCK = 1 << 20, 1 << 26  # bytes; a row fits in one, and they bound the memory
CHUNK = 1 << 20  # characters


@dataclass(frozen=True, slots=True)
class Header:
    """Names of the columns, without padding, and the number, from 1, of the row that has them."""

    names: tuple[str, ...]
    row: int


def lines_of(path: Path, encoding: Encoding) -> Iterator[str]:
    """Lines of the file, their ends as they are."""
    with path.open(encoding=encoding.codec, newline="") as file:
        for number, line in enumerate(file):
            yield line.removeprefix("\ufeff") if number == 0 else line


def declared_delimiter(line: str) -> str | None:
    """Delimiter that a first line such as ``sep=;`` declares, as spreadsheets write it."""
    match = re.fullmatch(r'"?sep=(.)"?[\r\n]*', line)
    return match[1] if match else None


def header_of(path: Path, encoding: Encoding, delimiter: str) -> Header:
    """Header of the file: its first row that is not blank and declares no delimiter.

    Raises
    ------
    InputError
        If there is none, or no row below it.
    """
    lines = lines_of(path, encoding)
    try:
        for number, fields in enumerate(separated(lines, delimiter), start=1):
            declares = number == 1 and declared_delimiter(delimiter.join(fields)) is not None
            if fields and not declares:
                if not any(line.strip("\r\n") for line in lines):
                    break
                return Header(tuple(name.strip() for name in fields), number)
    except csv.Error as error:
        raise unreadable(path, error) from None
    raise no_rows(path)


@dataclass(frozen=True, slots=True)
class TextRows:
    """Rows of a text file whose dialect is known."""

    path: Path
    encoding: Encoding
    delimiter: str
    header: Header

    def batches(self, *, rows: int) -> Iterator[pa.Table]:
        """Tables of at most that many rows, all columns text; null where it is blank.

        Raises
        ------
        InputError
            If rows have more or fewer fields than the header, or a quotation mark stays open.
        """
        ragged: list[arrow_csv.InvalidRow] = []
        last: str | None = None
        n_rows = 0
        try:
            for batch in self._blocks(ragged):
                if len(batch) and not ragged:
                    n_rows += len(batch)
                    last = batch.column(batch.num_columns - 1)[-1].as_py()
                    table = _blanks_null(pa.Table.from_batches([batch]))
                    yield from (table.slice(at, rows) for at in range(0, len(table), rows))
        except (pa.ArrowException, csv.Error, OSError, UnicodeError) as error:
            if "straddl" in str(error):
                raise long_row(self.path, self._block()) from None
            raise unreadable(self.path, error) from None
        if ragged:
            raise ragged_rows(ragged, self.header.row)
        if n_rows == 0:
            raise no_rows(self.path)
        if _stays_open(last or "", self.encoding.tail):
            got = f"one that stays open in row {n_rows + self.header.row}"
            raise InputError("path", "close every quotation mark", got, "Close or remove it.")

    def _blocks(self, ragged: list[arrow_csv.InvalidRow]) -> Iterator[pa.RecordBatch]:
        """Rows as the parser parts the file; it notes in `ragged` those that it leaves out."""

        def note(row: arrow_csv.InvalidRow) -> str:
            ragged.append(row)
            return "skip"

        names = list(self.header.names)
        with (
            self._as_utf8() as file,
            arrow_csv.open_csv(
                file,
                arrow_csv.ReadOptions(
                    use_threads=False,  # so that ragged rows have numbers
                    block_size=self._block(),
                    column_names=names,
                    skip_rows_after_names=self.header.row,
                ),
                arrow_csv.ParseOptions(
                    delimiter="\t" if self.delimiter == " " else self.delimiter,
                    newlines_in_values=True,
                    invalid_row_handler=note,
                ),
                arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
            ) as reader,
        ):
            yield from reader

    def _block(self) -> int:
        """Bytes of a block: more where lines are so long that few would fit."""
        return min(max(BLOCK, 16 * self.encoding.longest), LARGEST_BLOCK)

    def _as_utf8(self) -> BufferedReader | pa.NativeFile:
        """The file in UTF-8: read by the parser's own threads, without Python, where it is so."""
        if self.encoding.name == "utf-8" and self.delimiter != " ":
            return pa.OSFile(str(self.path))
        if self.delimiter == " ":
            return BufferedReader(_Utf8(without_runs(lines_of(self.path, self.encoding))))
        return BufferedReader(_Utf8(self._chunks()))

    def _chunks(self) -> Iterator[str]:
        with self.path.open(encoding=self.encoding.codec, newline="") as file:
            while chunk := file.read(CHUNK):
                yield chunk


class _Utf8(RawIOBase):
    """Pieces of text as a file of bytes in UTF-8."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """See `RawIOBase.readable`."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """See `RawIOBase.readinto`."""
        room = memoryview(buffer)
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece.encode())
        n_bytes = min(len(room), len(self._left))
        room[:n_bytes] = self._left[:n_bytes]
        self._left = self._left[n_bytes:]
        return n_bytes


def _blanks_null(table: pa.Table) -> pa.Table:
    columns = [
        pc.if_else(pc.equal(pc.utf8_trim_whitespace(column), ""), None, column)
        for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)


def _stays_open(last: str, tail: str) -> bool:
    """Whether the last field began with a quotation mark and has none at its end.

    Such a mark has swallowed the rest of the file.
    """
    opened = '"' + last.replace('"', '""')
    for text in {tail, tail.rstrip("\r\n")}:
        if text.endswith(opened) and not text.endswith(opened + '"'):
            return True
    return "\n" in last and not tail.rstrip().endswith('"')
