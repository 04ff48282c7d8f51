"""All metrics at a glance: those that differ by average or by view in one line."""

from collections.abc import Mapping, Sequence
from itertools import takewhile

from calibrant.cli.metric_listing import lined, starred
from calibrant.metrics.catalogue.entry import Entry
from calibrant.metrics.registry import FAMILIES, METRICS

__all__ = ["overview", "patterns"]

AVERAGES = ("positive", "micro", "macro", "weighted", "per_class")
VIEWS = ("top_label", "positive")
MORE = (
    ("calibrant metrics NAME", "explains one and has its other names: calibrant metrics f1"),
    ("calibrant metrics WORDS", "searches: calibrant metrics calibration error"),
    ("calibrant metrics --all", "lists every name and alias, with its range"),
)


def overview(width: int) -> str:
    """Lines of all metrics, family by family, and how to see more."""
    lines: list[str] = []
    for family, members in FAMILIES.items():
        cells = [(name, _says(name, held)) for name, held in patterns(members).items()]
        lines += ["", family, *lined(cells, width)]
    legend = (
        ("AVERAGE", f"{', '.join(AVERAGES[:-1])} or {AVERAGES[-1]}, as in f1_macro"),
        ("VIEW", f"{' or '.join(VIEWS)}, as in positive_ece"),
        ("*", "may end in a number, as in ece_10"),
    )
    more = [f"{len(METRICS)} names, and as many aliases:"]
    return "\n".join([*lines[1:], "", *lined(legend, width), "", *more, *lined(MORE, width)])


def patterns(entries: Sequence[Entry]) -> Mapping[str, list[Entry]]:
    """Entries by their name, with AVERAGE or VIEW for what parts those of one kind."""
    kinds: dict[str, list[Entry]] = {}
    for entry in entries:
        kinds.setdefault(_pattern(entry.name), []).append(entry)
    return {
        f"{kind}*"
        if len(held) > 1 and held[0].number
        else kind
        if held[1:]
        else starred(held[0]): held
        for kind, held in kinds.items()
    }


def _pattern(name: str) -> str:
    for average in (*AVERAGES, "foreground"):
        if name.endswith(f"_{average}"):
            return f"{name.removesuffix(average)}AVERAGE"
    for view in VIEWS:
        if name.startswith(f"{view}_"):
            return f"VIEW{name.removeprefix(view)}"
    return name


def _says(pattern: str, entries: Sequence[Entry]) -> str:
    """What all of them measure; which averages there are, where not the usual ones."""
    parts = zip(*(entry.says.split(", ") for entry in entries), strict=False)
    said = [same[0] for same in takewhile(lambda part: len(set(part)) == 1, parts)]
    says = ", ".join(said) or entries[0].says
    stem = pattern.removesuffix("*").removesuffix("AVERAGE")
    own = [entry.name.removeprefix(stem) for entry in entries]
    if len(entries) > 1 and "AVERAGE" in pattern and set(own) != set(AVERAGES):
        says += f" ({', '.join(own)})"
    return says
