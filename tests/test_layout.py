"""The layout that a reader can rely on: light face, short files, telling names, a true lock."""

import ast
import pkgutil
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from itertools import chain
from pathlib import Path
from types import ModuleType

from packaging.requirements import Requirement

import calibrant as cal

ROOT = Path(__file__).parents[1]
FOLDERS = ("src", "tests", "benchmarks", "docs")
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
EMPTY_WORDS = {"common", "helper", "helpers", "misc", "shared", "util", "utils"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
LOCKED = [line.split("#")[0].strip() for line in LOCK if not line.startswith("#")]


def test_a_name_that_lives_in_a_package_is_pointed_to_and_loads_nothing():
    code = """
import sys, calibrant
for name in ("PerGroup", "FocalLoss", "ExpectedCalibrationError", "Nothing"):
    try:
        getattr(calibrant, name)
    except AttributeError as error:
        print(error)
sys.exit('torch' in sys.modules)
"""
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    ends = [line.split("; there is ")[1:] for line in told.stdout.splitlines()]
    assert ends == [
        ["calibrant.calibrators.PerGroup"],
        ["calibrant.losses.FocalLoss"],
        ["calibrant.metrics.ExpectedCalibrationError"],
        [],
    ]


def test_import_does_not_load_torch():
    code = "import sys, calibrant; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(ROOT / "src")})


def test_every_public_name_loads_and_says_what_it_is():
    names = [name for name in dir(cal) if not name.startswith("__")]
    assert names
    assert [name for name in names if not getattr(cal, name).__doc__] == []


def test_stub_lists_the_names_that_load_and_where_from():
    stub = ast.parse((ROOT / "src/calibrant/__init__.pyi").read_text(encoding="utf-8"))
    homes = {
        alias.asname or alias.name: (node.module, alias.name)
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert set(homes) == {name for name in dir(cal) if not name.startswith("__")}
    for name, (module, original) in homes.items():
        assert getattr(cal, name) is getattr(import_module(str(module)), original), name


def test_no_module_hides_a_public_name():  # importing calibrant.x rebinds cal.x
    modules = {module.name for module in pkgutil.iter_modules(cal.__path__)}
    both = modules & set(dir(cal))
    assert {name for name in both if not isinstance(getattr(cal, name), ModuleType)} == set()


def test_every_file_is_under_300_lines():
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert len(lines) > 1
    assert {str(path): n for path, n in lines.items() if n >= 300} == {}


def test_no_file_or_folder_has_a_name_that_says_nothing():
    places = [path.relative_to(ROOT).with_suffix("") for path in SOURCES]
    assert [str(place) for place in places if EMPTY_WORDS & set(place.parts)] == []


def test_lock_pins_every_package_exactly_and_for_every_machine():
    exact = re.compile(r"[a-z0-9][a-z0-9.-]*==[0-9][0-9a-z.]*")  # no address, hash or build
    assert [line for line in LOCKED if not exact.fullmatch(line)] == []


def test_lock_satisfies_every_range_of_the_project():
    pins = dict(line.split("==") for line in LOCKED)
    extras = dict(PROJECT["optional-dependencies"])
    for untested in (
        "bench-losses",
        "bench-metrics",
        "bench-calibrators",
        "bench-coverage",
    ):  # peers, with needs of their own
        extras.pop(untested)
    ranges = chain(PROJECT["dependencies"], *extras.values())
    wanted = [Requirement(text) for text in ranges if not text.startswith(PROJECT["name"])]
    assert len(wanted) > 15
    assert [str(r) for r in wanted if not r.specifier.contains(pins.get(r.name, "0"))] == []
