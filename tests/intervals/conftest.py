"""The benchmark of coverage, which is no part of the package."""

from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = (
    "codes",
    "criteria",
    "generators",
    "kept",
    "measures",
    "plan",
    "sets",
    "summary",
    "truths",
)


@pytest.fixture
def coverage(monkeypatch):
    """Modules of the benchmark, by name."""
    monkeypatch.syspath_prepend(str(ROOT))
    return {name: import_module(f"benchmarks.coverage.{name}") for name in NAMES}
