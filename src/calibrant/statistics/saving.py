"""Tallies to a file: safetensors, with settings and checksums as JSON in the header. No pickle."""

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, NonNegativeInt
from safetensors.torch import save

from calibrant.files import check_text, write_whole
from calibrant.statistics.stored_tables import StoredTable, Tensors, packed
from calibrant.statistics.tally import Statistic, Tally

__all__ = ["FORMAT", "Savable", "StoredFile", "StoredTallies", "checksum", "save_tallies"]

FORMAT = 2  # a change of the form of the file is a new number


@runtime_checkable
class Savable(Protocol):
    """What tallies must tell to be saved; see `calibrant.statistics.bundle.Tallies`."""

    @property
    def kind(self) -> str:
        """What the rows were."""
        ...

    @property
    def class_names(self) -> tuple[str, ...]:
        """Name of every class, by index."""
        ...

    @property
    def parts(self) -> Mapping[Statistic, Tally]:
        """Tally of every statistic."""
        ...

    @property
    def n(self) -> int:
        """Number of rows added up."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done to values on their way in."""
        ...

    @property
    def slices(self) -> "Mapping[str, Savable]":
        """Tallies of every group of rows."""
        ...


class StoredTallies(BaseModel):
    """What a file says of tallies, and of those of their slices."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    kind: str
    class_names: tuple[str, ...]
    n: NonNegativeInt
    notes: tuple[str, ...]
    tables: tuple[StoredTable, ...]
    slices: "dict[str, StoredTallies]" = {}


class StoredFile(BaseModel):
    """Header of a file: form, version that wrote it, checksum of what it says, and that."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    format: int
    calibrant: str
    sha256: str
    tallies: StoredTallies


def save_tallies(path: str | Path, tallies: Savable) -> None:
    """Write tallies to `path`, whole or not at all; equal tallies give equal bytes.

    Raises
    ------
    InputError
        If a setting of a statistic or a name cannot be stored, or a sum is not finite.
    OutputError
        When the file cannot be written.
    """
    tensors: Tensors = {}
    stored = _stored(tallies, tensors, count())
    header = StoredFile(
        format=FORMAT, calibrant=version("calibrant"), sha256=checksum(stored), tallies=stored
    )
    text = json.dumps(header.model_dump(), ensure_ascii=False)
    check_text("tallies", text)
    write_whole(path, save(tensors, {"calibrant": text}))


def checksum(stored: StoredTallies) -> str:
    """SHA-256 of what is said of the tallies, however it is written down."""
    text = json.dumps(stored.model_dump(), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _stored(tallies: Savable, tensors: Tensors, numbers: "count[int]") -> StoredTallies:
    tables: list[StoredTable] = []
    for tally in tallies.parts.values():
        record, held = packed(tally, f"{next(numbers)}")
        tables.append(record)
        tensors |= held
    return StoredTallies(
        kind=tallies.kind,
        class_names=tallies.class_names,
        n=tallies.n,
        notes=tallies.notes,
        tables=tuple(tables),
        slices={name: _stored(part, tensors, numbers) for name, part in tallies.slices.items()},
    )
