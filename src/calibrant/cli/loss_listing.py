"""The list of losses, by family and by words; it loads none of them."""

from collections.abc import Sequence

from calibrant.cli.search import Search
from calibrant.losses.catalogue.entry import Entry
from calibrant.losses.registry import FAMILIES, available

__all__ = ["found", "listed", "listed_record"]

LOSSES = Search(
    "losses",
    FAMILIES,
    cells=lambda entry: (entry.name, entry.purpose, entry.example),
    texts=lambda entry: (entry.purpose, entry.source, entry.proper),
)


def found(words: Sequence[str]) -> list[Entry]:
    """Losses that speak of all words, or of most, or of the one name given; all without words.

    Raises
    ------
    InputError
        If no loss speaks of any.
    """
    entries = available()
    if len(words) == 1 and words[0] in entries:
        return [entries[words[0]]]
    return LOSSES.speaking_of(words)[0]


def listed(entries: Sequence[Entry]) -> str:
    """Names, purposes and examples, under the name of their family."""
    return "\n".join(LOSSES.lines(entries))


def listed_record(entries: Sequence[Entry]) -> dict[str, dict[str, object]]:
    """The same as plain data, by name."""
    return {
        entry.name: {
            "family": LOSSES.family_of(entry),
            "aliases": entry.aliases,
            "purpose": entry.purpose,
            "example": entry.example,
            "proper": entry.proper,
            "source": entry.source,
            "page": f"docs/losses/{entry.page}.md" if entry.page else "",
        }
        for entry in entries
    }
