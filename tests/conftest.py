"""What all tests share: the folder of shared data sets and worked cases, where there is one."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples in every run of CI: its verdict is that of the change. Elsewhere new ones.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("local", deadline=None)
settings.load_profile("ci" if "CI" in os.environ else "local")

_ROOT = Path(__file__).parents[1]
_SHARED = Path(os.environ.get("CALIBRANT_SHARED", _ROOT.parent / "shared"))


def pytest_report_header() -> str:
    found = "found" if _SHARED.is_dir() else "not found, tests that read it will skip"
    return f"shared data: {_SHARED} ({found})"


def pytest_itemcollected(item: pytest.Item) -> None:
    if "shared_data" in getattr(item, "fixturenames", ()):
        item.add_marker("data")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the data sets that the published figures were computed on."""
    return _folder("data")


@pytest.fixture(scope="session")
def shared_cases() -> Path:
    """Folder of worked cases: inputs beside the results that they must give."""
    return _folder("cases")


def _folder(name: str) -> Path:
    folder = _SHARED / name
    if not folder.is_dir():
        pytest.skip(f"no folder {folder}; CALIBRANT_SHARED names the folder that holds {name}/")
    return folder
