"""Catalogue: what exists by name, as plain data that prints as a table."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, Protocol, TypeVar, runtime_checkable

__all__ = ["Catalogue", "Named"]


@runtime_checkable
class Named(Protocol):
    """Entry of a catalogue."""

    @property
    def name(self) -> str:
        """Name that it is listed under."""
        ...

    @property
    def aliases(self) -> tuple[str, ...]:
        """Further names that find it."""
        ...


Listed = TypeVar("Listed", bound=Named)


class Catalogue(Mapping[str, Listed], Generic[Listed]):
    """Entries by name; an alias finds its entry too.

    Parameters
    ----------
    entries : iterable
        In the order in which they are listed.
    columns : mapping
        Heads of the columns of the printed table, and what stands below them.
    """

    def __init__(
        self, entries: Iterable[Listed], columns: Mapping[str, Callable[[Listed], str]]
    ) -> None:
        self._entries = {entry.name: entry for entry in entries}
        listed = self._entries.values()
        self._names = {alias: entry.name for entry in listed for alias in entry.aliases}
        self._columns = columns

    def __getitem__(self, name: str) -> Listed:
        return self._entries[self._names.get(name, name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        rows = [tuple(self._columns)]
        rows += [tuple(cell(entry) for cell in self._columns.values()) for entry in self.values()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        return "\n".join(lines)
