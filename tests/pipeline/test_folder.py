"""The run folder: whole under its name, or absent."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from calibrant.errors import OutputError
from calibrant.pipeline import folder as folder_module
from calibrant.pipeline.folder import building, free_name, writing


def names(place):
    return sorted(path.name for path in place.iterdir())


def test_a_block_that_ends_well_leaves_the_folder_and_nothing_beside_it(tmp_path):
    with building(tmp_path / "run") as folder:
        (folder / "model").mkdir()
        (folder / "model" / "weights").write_bytes(b"12")
    assert names(tmp_path) == ["run"]
    assert (tmp_path / "run" / "model" / "weights").read_bytes() == b"12"


def test_the_name_is_not_taken_before_the_block_ends(tmp_path):
    with building(tmp_path / "run"):
        assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), SystemExit(1)])
def test_a_block_that_fails_leaves_nothing(tmp_path, error):
    def write_half():
        with building(tmp_path / "new" / "parents" / "run") as folder:
            (folder / "half").write_text("written")
            raise error

    with pytest.raises(type(error)):
        write_half()
    assert names(tmp_path) == []


def test_a_failure_leaves_parents_that_were_there(tmp_path):
    (tmp_path / "runs").mkdir()
    with pytest.raises(ValueError, match="x"), building(tmp_path / "runs" / "run"):
        raise ValueError("x")
    assert names(tmp_path) == ["runs"]


def test_an_existing_folder_is_refused_before_the_block(tmp_path):
    (tmp_path / "run").mkdir()
    with (
        pytest.raises(OutputError, match=r"run already exists.*--force"),
        building(tmp_path / "run"),
    ):
        pytest.fail("the block must not run")
    assert names(tmp_path) == ["run"]


def test_force_replaces_the_old_folder_whole(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "recipe.toml").write_text("old")
    with building(tmp_path / "run", force=True) as folder:
        assert (tmp_path / "run" / "recipe.toml").exists()
        (folder / "new").write_text("new")
    assert names(tmp_path) == ["run"]
    assert names(tmp_path / "run") == ["new"]


def test_force_keeps_what_no_run_wrote_under_another_name(tmp_path):
    for name in ("run.old", "run.old-2"):
        (tmp_path / "run").mkdir(exist_ok=True)
        (tmp_path / "run" / "recipe.toml").unlink(missing_ok=True)
        (tmp_path / "run" / "thesis").write_text("years")
        with building(tmp_path / "run", force=True) as folder:
            (folder / "recipe.toml").write_text("new")
        assert names(tmp_path / "run") == ["recipe.toml"]
        assert (tmp_path / name / "thesis").read_text() == "years"


def test_force_and_a_failing_block_keep_the_old_folder(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "recipe.toml").write_text("old")
    with pytest.raises(ValueError, match="x"), building(tmp_path / "run", force=True):
        raise ValueError("x")
    assert names(tmp_path) == ["run"]
    assert names(tmp_path / "run") == ["recipe.toml"]


def test_the_old_folder_returns_when_the_new_one_cannot_take_its_name(tmp_path, monkeypatch):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "recipe.toml").write_text("old")
    rename = Path.rename

    def failing(self, target):
        if self.name == "run.partial":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with (
        pytest.raises(OutputError, match="Input/output error"),
        building(tmp_path / "run", force=True),
    ):
        pass
    assert names(tmp_path) == ["run"]
    assert names(tmp_path / "run") == ["recipe.toml"]


@pytest.mark.parametrize("kept", ["cwd", "home", "table"])
def test_force_refuses_to_remove_what_is_in_use(tmp_path, monkeypatch, kept):
    out, inner = tmp_path / "run", tmp_path / "run" / "inner"
    inner.mkdir(parents=True)
    spare = [inner] if kept == "table" else []
    if kept == "cwd":
        monkeypatch.chdir(inner)
    if kept == "home":
        monkeypatch.setenv("HOME", str(inner))
    with (
        pytest.raises(OutputError, match=r"it holds .*inner"),
        building(out, force=True, spare=spare),
    ):
        pytest.fail("the block must not run")
    assert inner.exists()


def test_a_file_is_refused_even_with_force(tmp_path):
    (tmp_path / "run").write_text("precious")
    with pytest.raises(OutputError, match="not a folder"), building(tmp_path / "run", force=True):
        pytest.fail("the block must not run")
    assert (tmp_path / "run").read_text() == "precious"


def test_a_parent_that_is_a_file_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(OutputError, match="file is not a folder"),
        building(tmp_path / "file" / "run"),
    ):
        pytest.fail("the block must not run")


def test_the_root_is_refused():
    with pytest.raises(OutputError, match="root"), building("/", force=True):
        pytest.fail("the block must not run")


def test_what_a_killed_run_left_is_taken_over(tmp_path):
    code = (
        "import os, sys; sys.path.insert(0, 'src')\n"
        "from calibrant.pipeline.folder import building\n"
        "with building(sys.argv[1]) as folder:\n"
        "    (folder / 'half').write_text('x'); (folder / 'sub').mkdir(); os.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code, tmp_path / "run"], cwd=root, check=False)
    assert names(tmp_path / "run.partial") == ["half", "sub"]
    with building(tmp_path / "run") as folder:
        assert names(folder) == []
    assert names(tmp_path) == ["run"]


def test_two_runs_do_not_share_a_folder(tmp_path):
    with building(tmp_path / "run") as folder:
        (folder / "mine").write_text("mine")
        with pytest.raises(OutputError, match="another run"), building(tmp_path / "run"):
            pytest.fail("the block must not run")
        assert names(folder) == ["mine"]
    assert names(tmp_path / "run") == ["mine"]


def test_a_replacement_killed_half_way_is_undone(tmp_path):
    (tmp_path / "run.replaced").mkdir()
    (tmp_path / "run.replaced" / "recipe.toml").write_text("old")
    with pytest.raises(OutputError, match="already exists"), building(tmp_path / "run"):
        pytest.fail("the block must not run")
    assert names(tmp_path) == ["run"]
    assert names(tmp_path / "run") == ["recipe.toml"]


def test_a_replacement_killed_before_its_last_step_is_ended(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run.replaced").mkdir()
    with building(tmp_path / "run", force=True) as folder:
        (folder / "new").write_text("new")
    assert names(tmp_path) == ["run"]
    assert names(tmp_path / "run") == ["new"]


def test_a_full_disk_at_the_last_step_leaves_nothing(tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(folder_module.os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"), building(tmp_path / "run") as folder:
        (folder / "file").write_text("x")
    assert names(tmp_path) == []


def test_writing_names_the_place_and_the_reason(tmp_path):
    with pytest.raises(OutputError, match=r"cannot write .*: No such file"), writing(tmp_path):
        (tmp_path / "absent" / "file").write_text("x")


def test_free_name_is_the_first_that_does_not_exist(tmp_path):
    assert free_name(tmp_path / "run").name == "run"
    (tmp_path / "run").mkdir()
    (tmp_path / "run-2").mkdir()
    assert free_name(tmp_path / "run").name == "run-3"
