"""The list of losses, and the names of the package."""

import importlib
import pkgutil
import subprocess
import sys

import pytest

from calibrant import losses
from calibrant.losses import available, get
from calibrant.losses.registry import name_of


def test_example_of_every_entry_makes_that_loss():
    for name, entry in available().items():
        assert name_of(type(get(entry.example))) == name


def test_every_name_and_alias_means_one_loss():
    entries = available().values()
    names = [name for entry in entries for name in (entry.name, *entry.aliases)]
    assert len(names) == len(set(names))
    for entry in entries:
        assert all(available()[name] is entry for name in (entry.name, *entry.aliases))
        assert all(get(alias).spec == get(entry.name).spec for alias in entry.aliases)


def test_listing_prints_one_line_per_loss():
    lines = str(available()).splitlines()
    assert lines[0].split() == ["name", "also", "for", "example"]
    assert [line.split()[0] for line in lines[1:]] == list(available())
    assert len(lines) == 1 + len(available())


def test_every_registered_class_is_a_public_name():
    for entry in available().values():
        module, _, name = entry.home.partition(":")
        assert getattr(losses, name) is getattr(importlib.import_module(module), name)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"calibrant\.losses' has no attribute 'nothing'"):
        getattr(losses, "nothing")  # noqa: B009


def test_no_file_bears_the_name_of_a_public_name():
    files = {
        module.name.rpartition(".")[2]
        for module in pkgutil.walk_packages(losses.__path__, "calibrant.losses.")
    }
    assert not files & set(losses.__all__)  # importing the file would put it in the name's place


def test_stub_names_what_the_package_has():
    stub = importlib.resources.files(losses).joinpath("__init__.pyi").read_text()
    lines = [line.split(" as ")[1].rstrip(",") for line in stub.splitlines() if " as " in line]
    assert sorted(lines) == sorted(losses.__all__)


def test_listing_loads_no_torch():
    code = "import sys, calibrant.losses as l; l.available(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
