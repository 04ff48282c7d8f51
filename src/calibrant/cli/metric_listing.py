"""The list of metrics, by family and by words; it loads none of them."""

import math
from collections.abc import Sequence

from calibrant.cli.search import Search
from calibrant.errors import InputError
from calibrant.metrics.catalogue.entry import Entry
from calibrant.metrics.registry import BY_CLASSES, FAMILIES, entry_of

__all__ = ["found", "listed", "listed_record", "named", "page_of", "range_in_words"]

TWO, BEYOND = 2, 3  # numbers of classes on which some names depend

SEARCH = Search(
    "metrics",
    FAMILIES,
    cells=lambda entry: (
        f"{entry.name}*" if entry.number else entry.name,
        range_in_words(entry),
        entry.says,
    ),
    texts=lambda entry: (
        *(entry.says, entry.statistic, entry.source, entry.direction),
        *(*entry.kinds, *entry.needs, *_by_classes(entry)),
    ),
)


def named(name: str) -> list[Entry]:
    """Metrics that a name leads to: two where it depends on the number of classes, or none."""
    try:
        entries = [entry_of(name, n_classes)[0] for n_classes in (TWO, BEYOND)]
    except InputError:
        return []
    return entries[:1] if entries[0] == entries[1] else entries


def found(words: Sequence[str]) -> list[Entry]:
    """Metrics that speak of all words, or of the one name that is given; all without words.

    Raises
    ------
    InputError
        If no metric does.
    """
    return (named(words[0]) if len(words) == 1 else []) or SEARCH.speaking_of(words)


def listed(entries: Sequence[Entry]) -> str:
    """Names, ranges and what is measured, under the name of their family; then further names."""
    lines = SEARCH.lines(entries)
    if any(entry.number for entry in entries):
        lines += ["", "* may end in a number, as in ece_10."]
    also = {alias: entry.name for entry in entries for alias in entry.aliases}
    names = {entry.name for entry in entries}
    by_classes = {alias: two for alias, two in BY_CLASSES.items() if set(two) & names}
    if also or by_classes:
        width = max(map(len, (*also, *by_classes)))
        lines += ["", "also"]
        lines += [f"  {alias:{width}}  {name}" for alias, name in also.items()]
        lines += [f"  {alias:{width}}  {_in_words(*two)}" for alias, two in by_classes.items()]
    return "\n".join(lines)


def listed_record(entries: Sequence[Entry]) -> dict[str, dict[str, object]]:
    """The same as plain data, by name; an end of a range that is open is None."""
    return {
        entry.name: {
            "family": SEARCH.family_of(entry),
            "aliases": [*entry.aliases, *_of_any_number(entry)],
            "aliases_for_two_classes": _by_classes(entry, of=0),
            "aliases_beyond_two_classes": _by_classes(entry, of=1),
            "says": entry.says,
            "range": [end if math.isfinite(end) else None for end in entry.range],
            "direction": entry.direction,
            "statistic": entry.statistic,
            "kinds": list(entry.kinds),
            "needs": list(entry.needs),
            "number": entry.number,
            "source": entry.source,
            "page": page_of(entry),
        }
        for entry in entries
    }


def range_in_words(entry: Entry) -> str:
    """Range of the values of a metric.

    Examples
    --------
    >>> [range_in_words(named(name)[0]) for name in ("brier", "r2")]
    ['0 to 2', '-inf to 1']
    """
    low, high = (f"{end:g}" for end in entry.range)
    return f"{low} to {high}"


def page_of(entry: Entry) -> str:
    """Page of the documentation."""
    return f"docs/metrics/{entry.page}.md"


def _by_classes(entry: Entry, of: int | None = None) -> list[str]:
    """Names that lead to a metric for two classes (0), beyond (1), or either, but not both."""
    return [
        alias
        for alias, names in BY_CLASSES.items()
        if entry.name in (names if of is None else names[of : of + 1]) and names[0] != names[1]
    ]


def _of_any_number(entry: Entry) -> list[str]:
    return [alias for alias, names in BY_CLASSES.items() if set(names) == {entry.name}]


def _in_words(two: str, beyond: str) -> str:
    return two if two == beyond else f"{two} for two classes, {beyond} beyond"
