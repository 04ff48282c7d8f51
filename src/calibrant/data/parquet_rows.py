"""Rows of a Parquet file, whole or batch by batch, or one line that says what is corrupt."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from calibrant.data.columns import plain
from calibrant.data.refusals import check_names, no_rows, unreadable
from calibrant.errors import InputError

__all__ = ["ParquetRows"]

BUFFER = 1 << 20  # bytes
CORRUPT = (pa.ArrowException, OSError, UnicodeError, MemoryError, OverflowError, ValueError)


@dataclass(frozen=True, slots=True)
class ParquetRows:
    """Rows of a Parquet file whose footer has been read."""

    path: Path
    names: tuple[str, ...]
    n_rows: int

    @classmethod
    def of(cls, path: Path) -> "ParquetRows":
        """Rows of the file at `path`.

        Raises
        ------
        InputError
            If its footer is corrupt, two columns share a name, or there are no rows.
        """
        try:
            with _opened(path) as file:
                names, n_rows = file.schema_arrow.names, file.metadata.num_rows
        except CORRUPT as error:
            raise unreadable(path, error) from None
        check_names(names)
        if n_rows < 1:
            raise no_rows(path)
        return cls(path, tuple(names), n_rows)

    def table(self) -> pa.Table:
        """All rows, every column `plain`."""
        try:
            with _opened(self.path) as file:
                table = file.read().replace_schema_metadata(None)
            table.validate(full=True)
            table = _plain(table)
        except CORRUPT as error:
            raise unreadable(self.path, error) from None
        self._check_count(len(table))
        return table

    def batches(self, *, rows: int) -> Iterator[pa.Table]:
        """Tables of at most that many rows, every column `plain`."""
        n_read = 0
        try:
            with _opened(self.path) as file:
                for batch in file.iter_batches(batch_size=rows):
                    batch.validate(full=True)
                    n_read += len(batch)
                    yield _plain(pa.Table.from_batches([batch]).replace_schema_metadata(None))
        except CORRUPT as error:
            raise unreadable(self.path, error) from None
        self._check_count(n_read)

    def _check_count(self, n_read: int) -> None:
        if n_read != self.n_rows:
            got = f"{self.path}: it tells of {self.n_rows:,} rows and holds {n_read:,}"
            rule = "name a file that can be read"
            raise InputError("path", rule, got, "Repair it or write it again.")


def _opened(path: Path) -> parquet.ParquetFile:
    return parquet.ParquetFile(
        path, page_checksum_verification=True, pre_buffer=False, buffer_size=BUFFER
    )


def _plain(table: pa.Table) -> pa.Table:
    """`table` with every column `plain`, and one type for all text."""
    columns: list[pa.ChunkedArray] = []
    for column in map(plain, table.columns):
        other = pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type)
        columns.append(plain(column.cast(pa.string())) if other else column)
    return pa.table(columns, names=table.column_names)
