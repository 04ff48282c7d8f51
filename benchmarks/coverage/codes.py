"""What code a number of the table comes from: eight digits a metric, law and size.

They are made of the modules that the metric imports, without comments and docstrings, and of what
it says of the first set of rows. A report, a figure or another metric that changes leaves them as
they are. What all metrics go through (doors, names of metrics, the pass over the rows) is not among
those modules but shows in the numbers of that set, as the law's own draws do; so does the compiled
kernel, which the tests hold to the Python that it stands in for.
"""

import ast
import hashlib
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from calibrant.metrics.registry import entry_of

__all__ = ["PASSED_BY", "code_of", "modules_of"]

SOURCE = Path(__file__).parents[2] / "src"
PASSED_BY = (
    "calibrant.catalogue",
    "calibrant.errors",
    "calibrant.files",
    "calibrant.kernel",
    "calibrant.metrics.catalogue",
    "calibrant.metrics.foreign_names",
    "calibrant.metrics.registry",
    "calibrant.prediction",
    "calibrant.statistics.bundle",
    "calibrant.statistics.group_limit",
    "calibrant.statistics.saving",
    "calibrant.statistics.slices",
    "calibrant.statistics.spans",
    "calibrant.statistics.stored_settings",
    "calibrant.statistics.stored_tables",
)
DIGITS = 6  # of a number; those beyond differ between machines


def code_of(metric: str, n_classes: int, said: tuple[float, ...]) -> str:
    """Eight hexadecimal digits for a metric that says these numbers of the first set."""
    rounded = [f"{each:.{DIGITS}g}" if math.isfinite(each) else str(each) for each in said]
    whole = hashlib.sha256(_digest(metric, n_classes).encode())
    whole.update(repr([("0" if each == "-0" else each) for each in rounded]).encode())
    return whole.hexdigest()[:8]


@cache
def modules_of(home: str) -> frozenset[str]:
    """A module and all of calibrant that it imports, and so on, but for `PASSED_BY`."""
    found: set[str] = set()
    left = [home]
    while left:
        name = left.pop()
        if name in found or name.startswith(PASSED_BY):
            continue
        found.add(name)
        left += _imports(name)
    return frozenset(found)


@cache
def _digest(metric: str, n_classes: int) -> str:
    entry, number = entry_of(metric, n_classes)
    home = entry.home.partition(":")[0]
    texts = [_bare(name) for name in sorted(modules_of(home))]
    asked: Mapping[str, object] = {**entry.settings, **number}
    return hashlib.sha256(repr((entry.home, sorted(asked.items()), texts)).encode()).hexdigest()


def _path(name: str) -> Path | None:
    path = SOURCE.joinpath(*name.split("."))
    for each in (path.with_suffix(".py"), path / "__init__.py"):
        if each.exists():
            return each
    return None


@cache
def _tree(name: str) -> ast.Module:
    path = _path(name)
    assert path is not None, name
    return ast.parse(path.read_text("utf-8"))


def _imports(name: str) -> set[str]:
    """Modules of calibrant that a module names, wherever it imports them."""
    named: set[str] = set()
    for node in ast.walk(_tree(name)):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            named |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {each for each in named if each.startswith("calibrant.") and _path(each)}


@cache
def _bare(name: str) -> str:
    """A module without comments and docstrings."""
    tree = ast.parse(ast.unparse(_tree(name)))  # a copy
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            value = body[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                body[0] = ast.Pass()
    return ast.unparse(tree)
