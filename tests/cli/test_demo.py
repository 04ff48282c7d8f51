"""``calibrant demo``: from arguments to the demonstration."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from calibrant.cli import jobs
from calibrant.cli.demo import demo as command
from calibrant.cli.main import program
from calibrant.pipeline.demo import DATASETS


def test_every_option_reaches_the_demonstration(monkeypatch):
    asked = []

    def note(dataset, out, *, seed, force, on_event):
        del on_event
        asked.append((dataset, out, seed, force))
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "demo", note)
    arguments = ["demo", "--dataset", "digits", "--out", "o", "--seed", "3", "--force"]
    assert CliRunner().invoke(program, arguments).exit_code == 130
    assert CliRunner().invoke(program, ["demo"]).exit_code == 130
    assert asked == [
        ("digits", Path("o"), 3, True),
        ("retail", Path("calibrant-demo"), 0, False),
    ]


def test_the_choices_are_the_data_sets_that_exist():
    dataset = next(option for option in command.params if option.name == "dataset")
    assert tuple(dataset.type.choices) == DATASETS


@pytest.mark.slow
def test_the_whole_demonstration_runs_and_shows_the_truth(tmp_path):
    result = CliRunner().invoke(program, ["demo", "--out", str(tmp_path / "run")])
    assert result.exit_code == 0, result.output
    assert "true, over 1,048,576 fresh rows" in result.stdout
    assert "estimate from 1,704 test rows" in result.stdout
    assert (tmp_path / "run" / "retail.parquet").exists()
    assert "fresh" in (tmp_path / "run" / "report.html").read_text()
    *_, report, headline, first, second = result.stdout.splitlines()
    assert report == f"Report: {tmp_path / 'run' / 'report.html'}"
    assert "calibration" in headline
    assert "confident" in first + second
