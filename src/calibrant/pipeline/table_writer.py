"""A table as a file, written batch by batch, whole or not at all."""

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol, runtime_checkable

import pyarrow as pa
from pyarrow import csv, parquet

from calibrant.errors import InputError, OutputError

__all__ = ["TableWriter", "check_place", "writing_table"]

SUFFIXES = (".parquet", ".pq", ".csv", ".tsv")


@runtime_checkable
class TableWriter(Protocol):
    """Takes tables of one schema, one after another."""

    def write_table(self, table: pa.Table) -> None:
        """Append the rows of `table`."""

    def close(self) -> None:
        """Write what is left."""


def check_place(path: Path, *, force: bool) -> None:
    """Raise where nothing can be written to `path`: unknown kind, or there without `force`."""
    if path.suffix.lower() not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise InputError("--out", f"end in one of {known}", str(path), "Choose another name.")
    if path.is_dir():
        raise OutputError(f"cannot write {path}: it is a folder")
    if path.exists() and not force:
        raise OutputError(f"{path} already exists. Choose another name, or pass --force.")
    if not path.absolute().parent.is_dir():
        raise OutputError(f"cannot write {path}: there is no folder {path.absolute().parent}")


@contextmanager
def writing_table(path: Path, schema: pa.Schema) -> Generator[TableWriter]:
    """Give a writer of tables of `schema`; the file `path` is there when the block ends well.

    Parquet or text by the suffix of `path`; see `check_place`.

    Raises
    ------
    OutputError
        When the file cannot be written; an older one stays as it was.
    """
    partial = path.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        writer = _writer(path, partial, schema)
        try:
            yield writer
        finally:
            writer.close()
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException as error:
        with suppress(OSError):
            partial.unlink()
        if isinstance(error, OSError) and not isinstance(error, OutputError):
            raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
        raise


def _writer(path: Path, partial: Path, schema: pa.Schema) -> TableWriter:
    """Writer of the kind that the suffix of `path` says."""
    suffix = path.suffix.lower()
    if suffix in {".parquet", ".pq"}:
        return parquet.ParquetWriter(partial, schema)
    options = csv.WriteOptions(delimiter="\t" if suffix == ".tsv" else ",")
    return csv.CSVWriter(partial, schema, write_options=options)
