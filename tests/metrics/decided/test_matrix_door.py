"""The door for a confusion matrix gives what its rows would have given."""

import json

import numpy as np
import pandas as pd
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError

MATRIX = np.array([[5, 1, 0], [2, 7, 1], [0, 0, 3]])
NAMES = ["accuracy", "f1_macro", "f1_per_class", "recall_weighted", "confusion_matrix"]


def rows_of(matrix):
    truth, guess = np.indices(matrix.shape).reshape(2, -1).repeat(matrix.reshape(-1), axis=1)
    return cal.decisions(predicted=guess, labels=truth, n_classes=len(matrix))


def test_gives_what_its_rows_give():
    assert cal.evaluate(cal.confusion(MATRIX), NAMES).estimates == (
        cal.evaluate(rows_of(MATRIX), NAMES).estimates
    )


def test_adds_up_with_rows_and_other_matrices():
    both = cal.confusion(MATRIX) + cal.confusion(MATRIX.T)
    total = both + cal.tally(rows_of(MATRIX), ["accuracy", "confusion_matrix"])
    evaluation = cal.evaluate(total, ["accuracy", "confusion_matrix"])
    assert np.array_equal(evaluation["confusion_matrix"].value, 2 * MATRIX + MATRIX.T)
    assert evaluation["accuracy"].n == 3 * MATRIX.sum()


@pytest.mark.parametrize("kind", [np.array, torch.tensor, list])
def test_takes_any_array_of_whole_numbers(kind):
    tallies = cal.confusion(kind([[8, 2], [1, 9]]), class_names=["no", "yes"])
    evaluation = cal.evaluate(tallies)
    assert evaluation["accuracy"].value == 0.85
    assert evaluation["f1"].value == pytest.approx(18 / 21)
    assert evaluation.class_names == ("no", "yes")


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1, 2, 3], [4, 5, 6]], r"be square, true class by chosen class; got shape \(2, 3\)"),
        ([1, 2], r"be square, true class by chosen class; got shape \(2,\)"),
        (
            [[0.5, 0.5], [0.0, 1.0]],
            r"hold .* at least 0; got 0.5 at row 0, column 0. Pass counts of rows, not shares",
        ),
        ([[1, -1], [0, 1]], "hold whole numbers of at least 0; got -1 at row 0, column 1"),
        ([[float("nan"), 1.0], [0.0, 1.0]], "hold whole numbers of at least 0; got nan at row 0"),
        ([[0, 0], [0, 0]], "count at least one row; got none"),
    ],
)
def test_refuses_what_is_no_confusion_matrix(matrix, message):
    with pytest.raises(InputError, match=f"matrix must {message}"):
        cal.confusion(matrix)


@pytest.mark.parametrize("names", [["a"], ["a", "a"], ["a", "b", "c"]])
def test_class_names_must_fit(names):
    with pytest.raises(InputError, match="class_names must be 2 different names; got"):
        cal.confusion([[1, 0], [0, 1]], class_names=names)


def test_columns_of_a_frame_are_class_names():
    frame = pd.DataFrame([[8, 2], [1, 9]], columns=["no", "yes"])
    assert cal.confusion(frame).class_names == ("no", "yes")
    assert cal.confusion(frame.set_index(frame.columns)).class_names == ("no", "yes")
    assert cal.confusion(frame, class_names=["a", "b"]).class_names == ("a", "b")
    swapped = frame.set_index(pd.Index(["yes", "no"]))
    with pytest.raises(InputError, match="matrix must name its rows and columns in one order; got"):
        cal.confusion(swapped)


def test_printed_matrix_of_507_rows_gives_its_printed_values(shared_data):
    reference = json.loads((shared_data / "reference.json").read_text(encoding="utf-8"))
    printed = reference["article3"]["confusion"]
    tallies = cal.confusion(printed["matrix"], class_names=printed["classes"])
    aliases = {
        "f1": "f1_per_class",
        "recall": "recall_per_class",
        "precision": "precision_per_class",
    }
    names = [n for n in printed if n.startswith(("accuracy", "f1", "recall", "precision"))]
    assert len(names) == 9
    for name in names:
        estimate = cal.evaluate(tallies, [aliases.get(name, name)])[aliases.get(name, name)]
        assert estimate.value == pytest.approx(printed[name], abs=1e-12), name
        assert estimate.n == printed["n"] == 507
    support = cal.evaluate(tallies, ["f1_per_class"])["f1_per_class"].support
    assert list(support) == printed["row_totals"]
