"""How ``calibrant evaluate`` tells what rows count for, and where it writes."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from calibrant.cli import evaluating
from calibrant.cli.main import program

TWO = ("two.csv", "--label", "truth", "--prob", "p", "--positive", "yes")
NUMBERS = ("numbers.csv", "--task", "regression", "--label", "truth", "--predictions", "m1", "m2")


def run(*arguments):
    return CliRunner().invoke(program, ["evaluate", *arguments])


def read(*arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.usefixtures("folder")
def test_weights_of_an_array_file_are_told():
    with np.load("many.npz") as held:
        arrays = dict(held)
    np.savez("weighed.npz", weights=np.array([1.0, 3.0] * 20), **arrays)
    head = run("weighed.npz", "--metrics", "confusion_matrix", "--report", "page.html").output
    assert "40 rows, 3 classes, weighted by 'weights' (32.0 effective rows)." in head  # 80**2 / 200
    assert "chosen ones by column, sums of weights." in head
    told = read("weighed.npz")
    assert (told["weights"], told["n_effective"]) == ("weights", pytest.approx(32))
    page = Path("page.html").read_text(encoding="utf-8")
    assert "weighted by &#39;weights&#39; (32.0 effective rows)" in page
    plain = run("many.npz", "--metrics", "confusion_matrix").output
    assert "weight" not in plain
    assert not {"weights", "n_effective", "n_clusters"} & read("many.npz").keys()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("task", ["classes", "numbers"])
def test_number_of_clusters_is_told(task):
    asked = TWO if task == "classes" else NUMBERS
    column, number = ("note", 4) if task == "classes" else ("truth", 3)
    told = read(*asked, "--clusters", column)
    assert told["n_clusters"] == number
    assert f", in {number} clusters of '{column}'." in run(*asked, "--clusters", column).output


@pytest.mark.parametrize("name", ["page.pdf", "page", "page.html.gz"])
def test_pages_are_named_as_pages(folder, monkeypatch, name):
    monkeypatch.setattr(evaluating, "evaluate_file", None)
    result = run(*TWO, "--report", name)
    assert result.exit_code == 3
    assert f"report must end in .html or .htm; got {name}." in result.stderr
    assert not (folder / name).exists()


@pytest.mark.usefixtures("folder")
def test_pages_may_be_named_in_the_short_form():
    assert run(*TWO, "--metrics", "accuracy", "--report", "PAGE.HTM").exit_code == 0
