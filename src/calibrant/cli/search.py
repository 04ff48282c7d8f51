"""Entries of a catalogue by family and by words; it loads none of what they stand for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from calibrant.catalogue import Named
from calibrant.errors import InputError
from calibrant.losses.spec import suggestion

__all__ = ["Search"]

Listed = TypeVar("Listed", bound=Named)


@dataclass(frozen=True, slots=True)
class Search(Generic[Listed]):
    """How the entries of a catalogue are found and listed.

    Parameters
    ----------
    what : str
        What they are, in the plural.
    families : mapping
        Entries by family, in the order in which they are listed.
    cells : function
        What is listed of an entry, column by column, its name first.
    texts : function
        What else a search goes through.
    """

    what: str
    families: Mapping[str, Sequence[Listed]]
    cells: Callable[[Listed], tuple[str, ...]]
    texts: Callable[[Listed], tuple[str, ...]]

    def speaking_of(self, words: Sequence[str]) -> list[Listed]:
        """Entries that speak of all words; all without words.

        Raises
        ------
        InputError
            If none does.
        """
        entries = [entry for members in self.families.values() for entry in members]
        kept = [e for e in entries if all(word.lower() in self._text(e) for word in words)]
        if not kept:
            known = [name for entry in entries for name in (entry.name, *entry.aliases)]
            remedy = suggestion(words[0], known).partition("There are:")[0]
            remedy += f"Without words, all {self.what} are listed."
            raise InputError(self.what, "speak of what is asked for", " ".join(words), remedy)
        return kept

    def lines(self, entries: Sequence[Listed]) -> list[str]:
        """Cells of the entries, under the name of their family."""
        widths = [max(map(len, column)) for column in zip(*map(self.cells, entries), strict=True)]
        lines: list[str] = []
        for family, members in self.families.items():
            rows = [entry for entry in members if entry in entries]
            if rows:
                lines += ["", family]
            for entry in rows:
                row = map(str.ljust, self.cells(entry), widths)
                lines.append(f"  {'  '.join(row)}".rstrip())
        return lines[1:]

    def family_of(self, entry: Listed) -> str:
        """Family that an entry belongs to."""
        return next(family for family, members in self.families.items() if entry in members)

    def _text(self, entry: Listed) -> str:
        """All that the catalogue says of an entry, in lower case."""
        fields = (entry.name, *entry.aliases, *self.texts(entry), self.family_of(entry))
        return " ".join(fields).lower()
