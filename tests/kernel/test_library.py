"""The compiled library is used where it fits its sources and is wanted, and is never needed."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import calibrant as cal
from calibrant.kernel import library

ROOT = Path(__file__).parents[2]
GIVEN = Path(library.__file__).parent


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the sources, from which the library is found anew."""
    for name in library.SOURCES:
        shutil.copy(GIVEN / name, tmp_path)
    monkeypatch.setattr(library, "FOLDER", tmp_path)
    monkeypatch.delenv(library.SWITCH, raising=False)
    library._found.cache_clear()
    yield tmp_path
    library._found.cache_clear()


@pytest.fixture
def hook():
    """The module that compiles the library."""
    pytest.importorskip("hatchling")
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_where_a_compiler_is_the_kernel_is_used():  # else the laws of the kernel would all skip
    if os.environ.get(library.SWITCH) == "0" or shutil.which("cc") is None:
        pytest.skip("no C compiler, or the kernel is switched off")
    assert library.told() == "compiled kernel"


def test_without_a_library_torch_gives_the_numbers(folder):
    assert library.kernel() is None
    assert library.told() == "torch operations (no C compiler when calibrant was installed)"
    rows = cal.predictions(probs=[[0.75, 0.25], [0.25, 0.75]], labels=[0, 0])
    assert cal.evaluate(rows, ["brier"])["brier"].value == 0.625  # (2 * .25**2 + 2 * .75**2) / 2
    assert list(folder.iterdir())


def test_what_is_no_library_is_left_alone(folder):
    (folder / library.LIBRARY).write_bytes(b"no library")
    assert library.kernel() is None
    assert "does not load" in library.told()


def test_a_compiled_library_is_used_until_its_sources_change(folder, hook, monkeypatch):
    failure = hook.compile_kernel(folder, folder / library.LIBRARY, library)
    if failure:
        pytest.skip(failure)
    assert library.kernel() is not None
    assert library.told() == "compiled kernel"
    monkeypatch.setenv(library.SWITCH, "0")
    library._found.cache_clear()
    assert library.kernel() is None
    assert library.told() == "torch operations (CALIBRANT_KERNEL is 0)"
    monkeypatch.delenv(library.SWITCH)
    (folder / library.SOURCES[0]).write_text("int changed;")
    library._found.cache_clear()
    assert library.kernel() is None
    assert "of another version" in library.told()


@pytest.mark.parametrize("compiler", ["false", "no-such-compiler"])
def test_a_compiler_that_fails_leaves_nothing_and_is_told(compiler, folder, hook, monkeypatch):
    monkeypatch.setenv("CC", compiler)
    failure = hook.compile_kernel(folder, folder / library.LIBRARY, library)
    assert failure.startswith(compiler)
    assert {path.name for path in folder.iterdir()} == set(library.SOURCES)


def test_the_library_is_told_without_torch():
    code = "import sys, calibrant.kernel.library as k; k.told(); sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(ROOT / "src")})
