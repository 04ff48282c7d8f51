"""Page of all metrics: what it says is what the registry says.

``python tests/metrics/test_catalogue_page.py`` writes it anew.
"""

import math
from pathlib import Path

from calibrant.metrics.catalogue.entry import Entry
from calibrant.metrics.registry import BY_CLASSES, FAMILIES

PAGE = Path(__file__).parents[2] / "docs/metrics/catalogue.md"
HEAD = """# Catalogue

All metrics by family. A name says what is measured, and is valid wherever metrics are named:
`cal.evaluate(rows, [...])`, `cal.tally`, `evaluation[...]`, recipes, `--metrics` and `--watch` of
the command line, and the keys of `metrics.json`. It leads to the page with formula, bias and an
example. `calibrant metrics WORDS` searches the same in a terminal. A name with \\* may end in a
number, such as the bins of `ece_10`. "Reads" is what it is read from: of sums, rows may come in
parts, in any order.
"""
ALIASED = """## Names that depend on the number of classes

| name | for two classes | beyond |
| --- | --- | --- |
"""
STAR = r"\*"
WORDS = {0: "0", 1: "1", math.inf: "&infin;", -math.inf: "-&infin;"}
GOOD = {"lower": "low", "higher": "high", "zero": "near 0", "none": "neither"}


def row(entry: Entry) -> str:
    """Line of one metric."""
    also = f" (also {', '.join(f'`{alias}`' for alias in entry.aliases)})" if entry.aliases else ""
    name = f"[`{entry.name}`]({entry.page}.md){STAR if entry.number else ''}{also}"
    low, high = (WORDS.get(end, f"{end:g}") for end in entry.range)
    spread = f"{low} to {high}, {GOOD[entry.direction]}"
    return f"| {name} | {entry.says} | {spread} | {reads(entry)} | {entry.source} |"


def reads(entry: Entry) -> str:
    """What it is read from, and from which rows."""
    needs = f"; needs {', '.join(entry.needs)}" if entry.needs else ""
    slow = f"; slow: 10,000 rows take {entry.slow}" if entry.slow else ""
    return f"{entry.statistic}, of {', '.join(entry.kinds)}{needs}{slow}"


def page() -> str:
    """Whole text."""
    parts = [HEAD]
    for family, entries in FAMILIES.items():
        head = [
            f"## {family.capitalize()}",
            "",
            "| metric | measures | range, good | reads | source |",
        ]
        parts.append(
            "\n".join([*head, "| --- | --- | --- | --- | --- |", *map(row, entries)]) + "\n"
        )
    parts.append(
        ALIASED
        + "".join(f"| `{a}` | `{two}` | `{more}` |\n" for a, (two, more) in BY_CLASSES.items())
    )
    return "\n".join(parts)


def test_page_of_all_metrics_says_what_the_registry_says():
    assert PAGE.read_text("utf-8") == page()


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
