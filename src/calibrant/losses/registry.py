"""Registry: which losses exist, what they are for, and where they live. Loads none of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

__all__ = ["Catalogue", "Entry", "available", "name_of"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Loss by name: other names, ``module:Class``, a spec that shows it, and what it is for."""

    name: str
    aliases: tuple[str, ...]
    home: str
    example: str
    purpose: str


_ENTRIES = (
    Entry(
        "ce",
        ("cross_entropy",),
        "calibrant.losses.crossentropy:CrossEntropyLoss",
        "ce(balanced)",
        "probabilities that are true: the proper score, the default",
    ),
    Entry(
        "focal",
        ("focal_loss",),
        "calibrant.losses.focal:FocalLoss",
        "focal(gamma=2)",
        "hard rows: easy ones fade, which tempers overconfidence",
    ),
    Entry(
        "soft_f1",
        ("soft_f1_loss",),
        "calibrant.losses.soft_f1:SoftF1Loss",
        "soft_f1(average=micro)",
        "the F1 score itself, with probabilities in place of decisions",
    ),
)


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


_CATALOGUE = Catalogue(_ENTRIES)


def available() -> Catalogue:
    """Losses by name, with what they are for; a mapping that prints as a table.

    Examples
    --------
    >>> available()["cross_entropy"].name
    'ce'
    """
    return _CATALOGUE


def name_of(cls: type) -> str:
    """Registered name of a class of losses; the class's own name if it is not registered."""
    home = f"{cls.__module__}:{cls.__qualname__}"
    return next((e.name for e in _ENTRIES if e.home == home), cls.__name__)
