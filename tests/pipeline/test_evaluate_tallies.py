"""Saved tallies as a file to evaluate, and groups of rows in files of predictions."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.errors import InputError
from calibrant.pipeline.evaluate_file import evaluate_file
from calibrant.pipeline.file_evaluation import file_record
from calibrant.pipeline.prediction_source import Question

NAMES = ("accuracy", "ece_10", "brier")
N = 60


@pytest.fixture
def columns():
    """Probabilities of two classes, what came out, and a region that is missing now and then."""
    generator = np.random.default_rng(0)
    probs = generator.random(N)
    return {
        "truth": np.where(generator.random(N) < probs, "yes", "no").tolist(),
        "p": probs.tolist(),
        "given": np.where(probs > 0.5, "yes", "no").tolist(),
        "region": [("north", "south", "")[k % 3] for k in range(N)],
    }


ASKED = {"prob": "p", "positive": "yes", "group_by": "region", "metrics": NAMES}


def plain(evaluation):
    return {name: estimate.value for name, estimate in evaluation.items()}


def saved(tmp_path, result):
    path = tmp_path / "rows.tallies"
    result.tallies.save(path)
    return path


def test_groups_are_those_of_the_column(ask_file, columns):
    result = ask_file(columns, ".csv", **ASKED)
    found = result.first.groups
    assert list(found) == ["(missing)", "north", "south"]
    rows = [k for k in range(N) if columns["region"][k] == "north"]
    north = cal.predictions(
        probs=[columns["p"][k] for k in rows],
        labels=[int(columns["truth"][k] == "yes") for k in rows],
        class_names=["no", "yes"],
    )
    expected = cal.evaluate(north, NAMES)
    assert plain(found["north"]) == pytest.approx(plain(expected), abs=1e-12)
    assert "region" not in result.unused
    record = file_record(result)
    assert record["grouped_by"] == "region"
    assert record["metrics"]["groups"]["north"]["accuracy"]["n"] == len(rows) == 20


def test_decisions_and_numbers_have_groups_too(ask_file, columns):
    decided = ask_file(columns, ".csv", decided="given", positive="yes", group_by="region")
    assert list(decided.first.groups) == ["(missing)", "north", "south"]
    numbers = {"truth": [1.0, 2.0, 4.0], "m": [1.0, 3.0, 4.0], "region": ["a", "b", "b"]}
    asked = {"task": "regression", "predictors": ("m",), "group_by": "region", "metrics": ("mae",)}
    assert ask_file(numbers, ".csv", **asked).first.groups["b"]["mae"].value == 0.5  # (1 + 0) / 2


def test_group_that_is_no_column_is_refused(ask_file, columns):
    with pytest.raises(InputError, match=r"group_by must .*nothing"):
        ask_file(columns, ".csv", **ASKED | {"group_by": "nothing"})


def test_tallies_give_what_their_rows_gave(ask_file, columns, tmp_path):
    result = ask_file(columns, ".csv", **ASKED, tallied=True)
    again = evaluate_file(Question(path=saved(tmp_path, result), metrics=NAMES))
    assert plain(again.first) == plain(result.first)
    assert again.first.class_names == ("no", "yes")
    assert plain(again.first.groups["north"]) == plain(result.first.groups["north"])
    assert file_record(again)["measured"] == "probabilities"
    assert again.notes[0] == "read from tallies"


def test_tallies_of_numbers_are_known_as_such(ask_file, tmp_path):
    numbers = {"truth": [1.0, 2.0, 4.0], "m": [1.0, 3.0, 4.0]}
    asked = {"task": "regression", "predictors": ("m",), "tallied": True}
    result = ask_file(numbers, ".csv", **asked)
    again = evaluate_file(Question(path=saved(tmp_path, result)))
    assert plain(again.first) == plain(result.first)
    assert file_record(again)["task"] == "regression"


def test_several_predictors_have_no_tallies_together(ask_file):
    numbers = {"truth": [1.0, 2.0], "a": [1.0, 3.0], "b": [1.0, 2.0]}
    with pytest.raises(InputError, match="predictions must be one to save tallies of"):
        ask_file(numbers, ".csv", task="regression", predictors=("a", "b"), tallied=True)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"label": "truth"}, "options must go with the file; got label='truth' beside tallies"),
        ({"losses": "ce"}, "got losses='ce' beside tallies"),
        ({"group_by": "region"}, "got group_by='region' beside tallies"),
        ({"metrics": ("log_loss",)}, "tallies of predictions can tell; got 'log_loss'"),
    ],
)
def test_what_tallies_cannot_tell_is_refused(asked, message, ask_file, columns, tmp_path):
    path = saved(tmp_path, ask_file(columns, ".csv", **ASKED, tallied=True))
    with pytest.raises(InputError, match=message):
        evaluate_file(Question(path=path, **asked))


def test_damaged_tallies_are_refused_as_such(ask_file, columns, tmp_path):
    path = saved(tmp_path, ask_file(columns, ".csv", **ASKED, tallied=True))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match="hold tallies as calibrant saved them; got a file of"):
        evaluate_file(Question(path=path))
