"""Scripts to stand inside a page, each with the digest by which the page allows it to run."""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from markupsafe import Markup

__all__ = ["Script", "chart_scripts"]

_NAMES = ("vega.min.js", "charts.js")


@dataclass(frozen=True, slots=True)
class Script:
    """Text of a script, and its digest as a page's Content-Security-Policy names it."""

    text: Markup
    digest: str


@cache
def chart_scripts() -> tuple[Script, ...]:
    """Scripts of a page with charts, in the order in which they run.

    The bundle holds Vega and Vega-Lite (BSD-3-Clause) and what they need, with all licences at
    its head; ``bundle/`` in the repository says how it is made.
    """
    folder = files("calibrant.report.scripts")
    return tuple(_script((folder / name).read_text("utf-8")) for name in _NAMES)


def _script(text: str) -> Script:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Script(Markup(text), f"'sha256-{digest}'")
