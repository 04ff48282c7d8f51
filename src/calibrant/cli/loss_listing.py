"""The list of losses, by family and by words; it loads none of them."""

from collections.abc import Sequence

from calibrant.errors import InputError
from calibrant.losses.catalogue.entry import Entry
from calibrant.losses.registry import FAMILIES, available
from calibrant.losses.spec import suggestion

__all__ = ["family_of", "found", "listed", "listed_record"]


def found(words: Sequence[str]) -> list[Entry]:
    """Losses that speak of all words, or of the one name that is given; all without words.

    Raises
    ------
    InputError
        If no loss does.
    """
    entries = available()
    if len(words) == 1 and words[0] in entries:
        return [entries[words[0]]]
    kept = [e for e in entries.values() if all(word.lower() in _text(e) for word in words)]
    if not kept:
        known = [name for e in entries.values() for name in (e.name, *e.aliases)]
        remedy = suggestion(words[0], known).partition("There are:")[0]
        remedy += "Without words, all losses are listed."
        raise InputError("losses", "speak of what is asked for", " ".join(words), remedy)
    return kept


def listed(entries: Sequence[Entry]) -> str:
    """Names, purposes and examples, under the name of their family."""
    name, purpose = (max(map(len, column)) for column in zip(*map(_cells, entries), strict=True))
    lines: list[str] = []
    for family, members in FAMILIES.items():
        rows = [entry for entry in members if entry in entries]
        if rows:
            lines += ["", family]
        for entry in rows:
            lines.append(f"  {entry.name:{name}}  {entry.purpose:{purpose}}  {entry.example}")
    return "\n".join(lines[1:])


def listed_record(entries: Sequence[Entry]) -> dict[str, dict[str, object]]:
    """The same as plain data, by name."""
    return {
        entry.name: {
            "family": family_of(entry),
            "aliases": entry.aliases,
            "purpose": entry.purpose,
            "example": entry.example,
            "proper": entry.proper,
            "source": entry.source,
            "page": f"docs/losses/{entry.page}.md" if entry.page else "",
        }
        for entry in entries
    }


def family_of(entry: Entry) -> str:
    """Family that a loss belongs to."""
    return next(family for family, members in FAMILIES.items() if entry in members)


def _cells(entry: Entry) -> tuple[str, str]:
    return entry.name, entry.purpose


def _text(entry: Entry) -> str:
    """All that the catalogue says of a loss, in lower case."""
    fields = (entry.name, *entry.aliases, entry.purpose, entry.source, entry.proper)
    return " ".join((*fields, family_of(entry))).lower()
