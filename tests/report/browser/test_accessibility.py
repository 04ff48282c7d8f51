"""The report held to the rules that axe-core knows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

Open = Callable[..., Any]  # of a file, at a width, to a page with its complaints and requests
See = Callable[..., None]

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_passes_the_rules_of_accessibility(
    see_all: See, open_page: Open, place: Path, scheme: str
):
    page = open_page(place, color_scheme=scheme)
    is_light = scheme == "light"  # in the dark nothing but the colours is another
    see_all(page, folded=not is_light)
    found = Axe().run(page, options=RULES if is_light else CONTRAST)
    broken = found.response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in broken] == []


def test_page_that_is_hard_to_read_would_be_noticed(open_page: Open, tmp_path: Path):
    faint = tmp_path / "faint.html"
    faint.write_text("<html lang='en'><title>x</title><p style='color: #bbb'>faint</p>")
    broken = Axe().run(open_page(faint), options=RULES).response["violations"]
    assert [one["id"] for one in broken] == ["color-contrast"]
