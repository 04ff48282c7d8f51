"""The list of metrics, by family and by words; it loads none of them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from calibrant.cli.search import Search, words_of
from calibrant.errors import InputError
from calibrant.metrics.catalogue.entry import Entry
from calibrant.metrics.foreign_names import FOREIGN, foreign, names_elsewhere
from calibrant.metrics.registry import BY_CLASSES, FAMILIES, METRICS, entry_of

__all__ = [
    "Answer",
    "found",
    "lined",
    "listed",
    "listed_record",
    "named",
    "page_of",
    "range_in_words",
    "starred",
]

TWO, BEYOND = 2, 3  # numbers of classes on which some names depend
LONGEST = 30  # letters of a name that stands beside its text
MOST_NOTES = 4

SEARCH = Search(
    "metrics",
    FAMILIES,
    cells=lambda entry: (starred(entry), range_in_words(entry), entry.says),
    texts=lambda entry: (
        *(entry.says, entry.statistic, entry.source, entry.direction),
        *(*entry.kinds, *entry.needs, *_called(entry)),
    ),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found.

    Attributes
    ----------
    entries : sequence of Entry
        Metrics of the name that was given, or that speak of the words.
    settings : mapping or None
        What the name sets by its number; None where words were no name.
    beside : sequence of Entry
        Others whose names hold the same words.
    notes : sequence of str
        Sentences on names of other libraries, and on words that none speaks of.
    """

    entries: Sequence[Entry]
    settings: Mapping[str, object] | None = None
    beside: Sequence[Entry] = ()
    notes: Sequence[str] = ()


def named(name: str) -> list[Entry]:
    """Metrics that a name leads to: two where it depends on the number of classes, or none."""
    try:
        entries = [entry_of(name, n_classes)[0] for n_classes in (TWO, BEYOND)]
    except InputError:
        return []
    return entries[:1] if entries[0] == entries[1] else entries


def found(words: Sequence[str], *, everything: bool = False) -> Answer:
    """Metrics of the name that the words make, or that speak of all words, or else of most.

    Parameters
    ----------
    words : sequence of str
        All metrics without any.
    everything : bool, default False
        Search for words that make a name too.

    Raises
    ------
    InputError
        If no metric speaks of any.
    """
    name = "_".join(words).replace("-", "_")
    entries = named(name) or named(name.lower())
    notes = _of_others(words) if words else []
    if entries and not everything:
        name = name if named(name) else name.lower()
        parts = [word for word in words_of(name) if not word.isdigit()]
        beside = [e for e in METRICS.values() if e not in entries and _bears(e, parts)]
        return Answer(entries, entry_of(name, TWO)[1], beside, notes)
    try:
        kept, whole = SEARCH.speaking_of(_with_k(words))
    except InputError as error:
        if not notes:
            raise
        remedy = f"{' '.join(notes)} Without words, all metrics are listed."
        raise InputError(error.argument, error.rule, error.got, remedy) from None
    if not whole:
        notes.insert(0, "No metric speaks of all these words; these speak of most.")
    return Answer(kept, notes=notes)


def starred(entry: Entry) -> str:
    """Name of a metric, with a star where it may end in a number."""
    return f"{entry.name}*" if entry.number else entry.name


def listed(entries: Sequence[Entry], width: int) -> str:
    """Names, ranges and what is measured, under the name of their family; then further names."""
    rows = {entry.name: SEARCH.cells(entry) for entry in entries}
    most = max(len(span) for _, span, _ in rows.values())
    lines: list[str] = []
    for family, members in FAMILIES.items():
        kept = [rows[entry.name] for entry in members if entry.name in rows]
        cells = [(name, f"{span.ljust(most)}  {says}") for name, span, says in kept]
        lines += ["", family, *lined(cells, width, inner=most + 2)] if kept else []
    if any(entry.number for entry in entries):
        lines += ["", "* may end in a number, as in ece_10."]
    also = {alias: entry.name for entry in entries for alias in entry.aliases}
    names = {entry.name for entry in entries}
    by_classes = {alias: two for alias, two in BY_CLASSES.items() if set(two) & names}
    also |= {alias: _in_words(*two) for alias, two in by_classes.items()}
    if also:
        lines += ["", "also", *lined(list(also.items()), width)]
    return "\n".join(lines[1:])


def lined(cells: Sequence[tuple[str, str]], width: int, *, inner: int = 0) -> list[str]:
    """Names and texts side by side in lines of at most `width` letters, or of the longest word.

    A long name has a line to itself. Lines after the first are set in by `inner` more.
    """
    names = [len(name) for name, _ in cells if len(name) <= LONGEST]
    indent = max(names, default=0) + 4
    lines: list[str] = []
    for name, text in cells:
        head = f"  {name}"
        if len(head) > indent - 2:
            lines.append(head)
            head = ""
        lines += wrap(
            text,
            width,
            initial_indent=head.ljust(indent),
            subsequent_indent=" " * (indent + inner),
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
        )
    return lines


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


def _called(entry: Entry) -> tuple[str, ...]:
    """Further names of a metric: by the number of classes, of its class, in other libraries."""
    aliases = (*_by_classes(entry), *_of_any_number(entry))
    others = names_elsewhere(entry.name, *entry.aliases, *aliases)
    return (*aliases, entry.home.partition(":")[2], *others)


def _bears(entry: Entry, parts: Sequence[str]) -> bool:
    """Whether names of a metric hold all parts."""
    words = {word for name in (entry.name, *entry.aliases) for word in words_of(name)}
    return bool(parts) and words.issuperset(parts)


def _with_k(words: Sequence[str]) -> list[str]:
    """The words; "top 5" as the name has it, whose number is k."""
    parts = [part for word in words for part in words_of(word)]
    numbers = [part for part in parts if part.isdigit()]
    if "top" not in parts or not numbers:
        return parts
    return [*(part for part in parts if part not in numbers), "k", "accuracy"]


def _of_others(words: Sequence[str]) -> list[str]:
    """What other libraries call so and is nothing here, or something else."""
    whole = foreign("".join(words))
    parts = {part for word in words for part in words_of(word)}
    meant = [whole] if whole else [f for f in FOREIGN if parts <= set(words_of(f.name))]
    told = {f"{f.name} of {f.library}": f.told() for f in meant if f.note}
    short = {name.removesuffix(" of elsewhere"): text for name, text in told.items()}
    return [f"{name}: {text[0].lower()}{text[1:]}" for name, text in short.items()][:MOST_NOTES]
