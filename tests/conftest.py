"""What all tests share: folders of data and cases, a reader of pages, checks of types."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial, wraps
from html.parser import HTMLParser
from pathlib import Path
from types import CodeType, FunctionType

import jaxtyping
import numpy as np
import pytest
import torch
from beartype.roar import BeartypeCallHintForwardRefException, BeartypeCallHintViolation
from hypothesis import settings
from jaxtyping._storage import pop_shape_memo, push_shape_memo

VOID = {"meta", "link", "br", "hr", "img", "input"}

# The same examples in every run of CI: its verdict is that of the change. Elsewhere new ones.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("local", deadline=None)
settings.load_profile("ci" if "CI" in os.environ else "local")

_OF_JAXTYPING = jaxtyping.jaxtyped
_MOST_CHECKED = sys.maxsize if "CALIBRANT_LONG" in os.environ else 300  # calls in one test
_TESTS: list[str] = [""]  # the one that runs
_CHECKS: dict[tuple[str, CodeType], FunctionType] = {}  # of functions within others


def _checked(
    function: object = None, *, typechecker: Callable[..., Callable[..., object]]
) -> object:
    """Function that checks types and axes, as jaxtyping's own does in three times as long.

    That one binds the arguments to the signature, and checks them once more beside what comes out.
    The check is written at the first call: most functions are never called where they are imported.
    Of the calls in one test some hundreds are checked: simulations make the same ones for minutes.
    """
    if function is None:
        return partial(_checked, typechecker=typechecker)
    if not isinstance(function, FunctionType):  # classes and properties: their functions come here
        return _OF_JAXTYPING(function, typechecker=typechecker)

    checked: Callable[..., object] | None = None
    of_jaxtyping = False
    test, n_calls = "", 0

    @wraps(function)
    def within_axes(*args: object, **settings: object) -> object:
        nonlocal checked, of_jaxtyping, test, n_calls
        # what is traced may have no effect beside
        if jaxtyping.config.jaxtyping_disable or torch.compiler.is_dynamo_compiling():
            return function(*args, **settings)
        if test is not _TESTS[0]:
            test, n_calls = _TESTS[0], 0
        n_calls += 1
        if n_calls > _MOST_CHECKED:
            return function(*args, **settings)
        if checked is None:
            checked, of_jaxtyping = _check_of(function, typechecker)
        if of_jaxtyping:
            return checked(*args, **settings)
        push_shape_memo({})
        try:
            return checked(*args, **settings)
        except BeartypeCallHintViolation as error:
            raise jaxtyping.TypeCheckError(str(error)) from error
        except BeartypeCallHintForwardRefException:  # a name that its module does not have
            checked, of_jaxtyping = _OF_JAXTYPING(function, typechecker=typechecker), True
        finally:
            pop_shape_memo()
        return checked(*args, **settings)

    return within_axes


def _check_of(
    function: FunctionType, typechecker: Callable[..., Callable[..., object]]
) -> tuple[Callable[..., object], bool]:
    """The function with its check, and whether that is jaxtyping's own."""
    within = "<locals>" in function.__qualname__
    known = _CHECKS.get((function.__module__, function.__code__)) if within else None
    if known is not None:  # defined anew at every call of the function round it
        again = FunctionType(known.__code__, known.__globals__, known.__name__)
        again.__kwdefaults__ = {**(known.__kwdefaults__ or {}), "__beartype_func": function}
        return again, False
    try:
        checked = typechecker(function)
    except Exception:  # noqa: BLE001 - an annotation that beartype cannot read, jaxtyping can
        return _OF_JAXTYPING(function, typechecker=typechecker), True
    if within and "__beartype_func" in (getattr(checked, "__kwdefaults__", None) or {}):
        _CHECKS[function.__module__, function.__code__] = checked
    return checked, False


jaxtyping.jaxtyped = jaxtyping._decorator.jaxtyped = _checked

_ROOT = Path(__file__).parents[1]
_SHARED = Path(os.environ.get("CALIBRANT_SHARED", _ROOT.parent / "shared"))


def pytest_report_header() -> str:
    found = "found" if _SHARED.is_dir() else "not found, tests that read it will skip"
    return f"shared data: {_SHARED} ({found})"


def pytest_runtest_logstart(nodeid: str) -> None:
    _TESTS[0] = nodeid


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


@dataclass
class Found:
    """What a reader found in a page."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    tables: dict[str, list[list[tuple[str, float | None]]]] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        """Ids in the order of the page."""
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]

    @property
    def words(self) -> str:
        """Text of the page, spaces made alike."""
        return " ".join(" ".join(self.text).split())


class Reader(HTMLParser):
    """Parser that checks nesting and collects tags, text and tables."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Found()
        self._open: list[str] = []
        self._rows: list[list[tuple[str, float | None]]] = []
        self._term = False  # within, or right after, a word that a link explains

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        attributes = {name: value or "" for name, value in attrs}
        is_data = tag == "script" and attributes.get("type") == "application/json"
        self.found.tags.append(("data of a chart" if is_data else tag, attributes))
        self._term = attributes.get("class") == "term"
        if tag not in VOID:
            self._open.append(tag)
        if tag == "table":
            self._rows = self.found.tables.setdefault(attributes["id"], [])
        elif tag == "tr":
            self._rows.append([])
        elif tag in {"td", "th"}:
            self._rows[-1].append(("", None))
        elif tag == "data" and "table" in self._open:
            self._rows[-1][-1] = ("", float(attributes["value"]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that closes itself, as only SVG allows."""
        self.found.tags.append((tag, {name: value or "" for name, value in attrs}))
        if "svg" not in self._open:
            self.found.wrong.append(f"<{tag}/> outside an svg")

    def handle_endtag(self, tag: str) -> None:
        """Check that the tag closes the one opened last."""
        if not self._open or self._open.pop() != tag:
            self.found.wrong.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        """Collect text, and the text of cells without their small print."""
        if self._open and self._open[-1] in {"style", "script"}:
            return
        if self._term and self.found.text:
            self.found.text[-1] += data
        else:
            self.found.text.append(data)
        self._term = self._term and self._open[-1] == "a"
        if {"td", "th"} & set(self._open) and not {"small", "sup"} & set(self._open):
            text, value = self._rows[-1][-1]
            self._rows[-1][-1] = (text + data, value)

    def close(self) -> None:
        """Check that nothing is left open."""
        super().close()
        self.found.wrong += [f"<{tag}> never closed" for tag in self._open]


@pytest.fixture(scope="session")
def unscripted() -> Callable[[str], str]:
    """Function from the text of a page to the same without the scripts of the package."""
    from calibrant.report.scripts.inline import chart_scripts  # noqa: PLC0415 -- types first

    def stripped(page: str) -> str:
        for script in chart_scripts():
            page = page.replace(f"<script>{script.text}</script>", "")
        return page

    return stripped


@pytest.fixture(scope="session")
def read_page(unscripted: Callable[[str], str]) -> Callable[[str], Found]:
    """Function from the text of a page to what is in it, scripts of the package left out."""

    def read(page: str) -> Found:
        reader = Reader()
        reader.feed(unscripted(page))
        reader.close()
        return reader.found

    return read


@pytest.fixture(scope="session")
def assert_same() -> Callable[..., None]:
    """Check that two estimates have the same numbers."""

    def compare(
        actual: object,
        expected: object,
        fields: Sequence[str] = ("value", "low", "high", "noise_floor"),
        *,
        atol: float = 1e-12,
        hint: str = "",
    ) -> None:
        for name in fields:
            both = getattr(actual, name), getattr(expected, name)
            assert (both[0] is None) == (both[1] is None), f"{name} {hint}"
            if both[0] is not None:
                arrays = (np.array(one, dtype=float) for one in both)
                message = f"{name} {hint}"
                np.testing.assert_allclose(*arrays, rtol=1e-12, atol=atol, err_msg=message)

    return compare
