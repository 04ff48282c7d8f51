"""Entries of a catalogue by family and by words; it loads none of what they stand for."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Generic, TypeVar

from calibrant.catalogue import Named
from calibrant.errors import InputError

__all__ = ["Search", "words_of"]

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

    def speaking_of(self, words: Sequence[str]) -> tuple[list[Listed], bool]:
        """Entries that speak of all words, or else of the most of them; whether it is all.

        A word is found where one of an entry begins with it. Without words, these are all entries.

        Raises
        ------
        InputError
            If no entry speaks of more than half of the words.
        """
        wanted = [part for word in words for part in words_of(word)]
        entries = [entry for members in self.families.values() for entry in members]
        hits = {entry.name: self._hits(entry, wanted) for entry in entries}
        most = max(hits.values(), default=0)
        if 2 * most <= len(wanted) and words:
            rule, got = "speak of what is asked for", " ".join(words)
            raise InputError(self.what, rule, got, self._near(words))
        return [entry for entry in entries if hits[entry.name] == most], most == len(wanted)

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

    def _hits(self, entry: Listed, wanted: Sequence[str]) -> int:
        """How many of the words an entry speaks of."""
        fields = (entry.name, *entry.aliases, *self.texts(entry), self.family_of(entry))
        spoken = {word for field in fields for word in words_of(field)}
        return sum(any(word.startswith(_singular(one)) for word in spoken) for one in wanted)

    def _near(self, words: Sequence[str]) -> str:
        """What names or words of names are near, and how to see all."""
        names = [
            name
            for members in self.families.values()
            for entry in members
            for name in (entry.name, *entry.aliases)
        ]
        asked = ["_".join(words).lower(), *map(str.lower, words)]
        near = [name for one in asked for name in get_close_matches(one, names, n=1)]
        hint = f"Did you mean {' or '.join(dict.fromkeys(near))}? " if near else ""
        return f"{hint}Without words, all {self.what} are listed."


def _singular(word: str) -> str:
    """The word without the s of a plural, as far as that can be told."""
    plural = len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


def words_of(text: str) -> list[str]:
    """Words of a text in lower case, those of names in camel case or with underscores apart.

    Examples
    --------
    >>> words_of("ExpectedCalibrationError f1_macro R2Score")
    ['expected', 'calibration', 'error', 'f1', 'macro', 'r2', 'score']
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return re.findall(r"[a-z0-9]+", parted.lower())
