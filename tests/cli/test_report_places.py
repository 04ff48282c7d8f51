"""``calibrant report`` looks for its files and for where to write before any work."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

import calibrant as cal
from calibrant.cli import reporting
from calibrant.cli.main import program


def run(*arguments):
    return CliRunner().invoke(program, ["report", *arguments])


@pytest.fixture
def saved(tmp_path, monkeypatch) -> Path:
    """Folder with tallies of two models."""
    monkeypatch.chdir(tmp_path)
    for name, probs in (("old", [0.75, 0.25, 0.5, 0.25]), ("new", [0.5, 0.25, 0.75, 0.5])):
        rows = cal.predictions(probs=probs, labels=[1, 0, 1, 0])
        cal.tally(rows, ["log_loss", "accuracy"]).save(f"{name}.tallies")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--out", "taken.html"], "taken.html already exists. Choose another file"),
        (["--out", "folder", "--force"], "cannot write folder: it exists and is not a file"),
        (["--out", "gone/c.html"], "cannot write gone/c.html: there is no folder"),
        (["--out", "c.html", "--level", "2"], "level must"),
        (["nothing", "--out", "c.html"], "nothing: there is no such file"),
    ],
)
@pytest.mark.parametrize("places", [["old.tallies"], ["old.tallies", "new.tallies"]])
def test_what_cannot_be_is_told_before_any_work(saved, places, arguments, words, monkeypatch):
    def work(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(reporting, "write_one", work)
    monkeypatch.setattr(reporting, "models_of", work)
    (saved / "folder").mkdir()
    (saved / "taken.html").write_text("mine")
    result = run(*(places if arguments[0] != "nothing" else places[1:]), *arguments)
    assert result.exit_code == 3, result.output
    assert words in result.stderr


@pytest.mark.usefixtures("saved")
def test_a_place_that_may_not_be_written_is_told_before_any_work(monkeypatch):
    monkeypatch.setattr(os, "access", lambda _, mode: not mode & os.W_OK)
    monkeypatch.setattr(reporting, "models_of", None)
    result = run("old.tallies", "new.tallies")
    assert result.exit_code == 3, result.output
    assert "cannot write comparison.html: nothing may be written in" in result.stderr
