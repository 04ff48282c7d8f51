"""Registry: which losses exist, what they are for, and where they live. Loads none of them."""

from collections.abc import Iterator, Mapping

from calibrant.losses.catalogue import (
    calibration,
    classification,
    constraints,
    cost,
    imbalance,
    ordinal,
    overlap,
    ranking,
    regression,
    selective,
)
from calibrant.losses.catalogue.entry import Entry

__all__ = ["FAMILIES", "Catalogue", "available", "homes", "name_of"]

FAMILIES: Mapping[str, tuple[Entry, ...]] = {
    "classification": classification.ENTRIES,
    "calibration": calibration.ENTRIES,
    "imbalance": imbalance.ENTRIES,
    "cost": cost.ENTRIES,
    "overlap": overlap.ENTRIES,
    "ranking": ranking.ENTRIES,
    "ordinal": ordinal.ENTRIES,
    "regression": regression.ENTRIES,
    "constraints": constraints.ENTRIES,
    "selective": selective.ENTRIES,
}
"""Entries by family, in the order in which a chooser goes through them."""


class Catalogue(Mapping[str, Entry]):
    """Entries by name; an alias finds its entry too. Prints as a table."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self._entries = {entry.name: entry for entry in entries}
        self._names = {alias: entry.name for entry in entries for alias in entry.aliases}

    def __getitem__(self, name: str) -> Entry:
        return self._entries[self._names.get(name, name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        rows = [("name", "also", "for", "example")]
        rows += [(e.name, ", ".join(e.aliases), e.purpose, e.example) for e in self.values()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        return "\n".join(lines)


_CATALOGUE = Catalogue(tuple(entry for entries in FAMILIES.values() for entry in entries))


def available() -> Catalogue:
    """Losses by name, with what they are for; a mapping that prints as a table.

    Examples
    --------
    >>> available()["cross_entropy"].name
    'ce'
    """
    return _CATALOGUE


def homes() -> dict[str, str]:
    """Modules of all classes and functions in the catalogue, by their public names."""
    found: dict[str, str] = {}
    for entry in _CATALOGUE.values():
        module, _, name = entry.home.partition(":")
        found |= dict.fromkeys((name, *entry.exports), module)
    return found


def name_of(cls: type) -> str:
    """Registered name of a class of losses; the class's own name if it is not registered."""
    home = f"{cls.__module__}:{cls.__qualname__}"
    return next((e.name for e in _CATALOGUE.values() if e.home == home), cls.__name__)
