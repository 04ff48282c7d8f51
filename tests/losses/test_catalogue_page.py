"""Page of all losses: what it says is what the catalogue says, and every page it names exists.

``python tests/losses/test_catalogue_page.py`` writes it anew.
"""

from pathlib import Path

import pytest

from calibrant.losses.catalogue.entry import Entry
from calibrant.losses.registry import FAMILIES, available

PAGES = Path(__file__).parents[2] / "docs/losses"
HEAD = """# Catalogue

All losses by family: the name in a spec, what it is for, and whether the true probabilities
minimise it (proper). The name leads to the page with formula, gradient, options and sources.
`calibrant losses NAME` shows the same in a terminal, with every setting. What is missing, and why:
[left out](left-out.md).
"""


def row(entry: Entry) -> str:
    """Line of one loss."""
    also = f" (also {', '.join(f'`{alias}`' for alias in entry.aliases)})" if entry.aliases else ""
    name = f"[`{entry.name}`]({entry.page}.md){also}"
    return f"| {name} | {entry.purpose} | {entry.proper} | {entry.source} |"


def page() -> str:
    """Whole text."""
    parts = [HEAD]
    for family, entries in FAMILIES.items():
        lines = [f"## {family.capitalize()}", "", "| loss | for | proper | source |"]
        parts.append("\n".join([*lines, "| --- | --- | --- | --- |", *map(row, entries)]) + "\n")
    return "\n".join(parts)


def test_page_of_all_losses_says_what_the_catalogue_says():
    assert (PAGES / "catalogue.md").read_text("utf-8") == page()


@pytest.mark.parametrize("name", list(available()))
def test_every_loss_has_a_page_that_names_it(name):
    entry = available()[name]
    text = (PAGES / f"{entry.page}.md").read_text("utf-8")
    assert f"`{name}" in text
    assert entry.home.partition(":")[2] in text
    assert text.count("\n## ") >= 3, "formula, gradient, effect on calibration, when, sources"


if __name__ == "__main__":
    (PAGES / "catalogue.md").write_text(page(), "utf-8")
