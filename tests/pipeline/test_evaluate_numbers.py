"""Files of predicted numbers: several predictors side by side."""

import pytest

import calibrant as cal
from calibrant.errors import InputError
from calibrant.pipeline.file_evaluation import file_record


def values(evaluation):
    return {name: estimate.value for name, estimate in evaluation.items()}


def test_several_predictors_stand_side_by_side(ask_file):
    columns = {"truth": [1.0, 2.0, 4.0], "m1": [1.0, 2.0, 3.0], "m,2": [2.0, 2.0, 4.0]}
    result = ask_file(columns, task="regression", predictors=("m1", "m,2"))
    assert list(result.evaluations) == ["m1", "m,2"]
    for name, predicted in (("m1", columns["m1"]), ("m,2", columns["m,2"])):
        rows = cal.numbers(predicted=predicted, targets=columns["truth"])
        assert values(result.evaluations[name]) == values(cal.evaluate(rows))
    split = ask_file({k: columns[k] for k in ("truth", "m1")} | {"b": [1, 1, 1]}, task="regression",
                predictors=("m1, b",))  # fmt: skip
    assert list(split.evaluations) == ["m1", "b"]
    assert list(file_record(split)["predictors"]) == ["m1", "b"]


@pytest.mark.parametrize(
    ("change", "predictors", "message"),
    [
        ({}, (), "predictions must name the columns of the predictors; got none"),
        ({}, ("m3",), "predictions must name a column of the table; got 'm3'"),
        ({"m1": [1, "", 3]}, ("m1",), r"got 1 missing in 'm1' \(row 1\)"),
        ({"m1": [1, "inf", 3]}, ("m1",), "predicted must be finite"),
        ({"truth": [1, "", 3]}, ("m1",), r"truth must hold a label in every row; got 1 missing"),
        ({"truth": ["a", "b", "c"]}, ("m1",), "truth must hold numbers"),
        ({"truth": ["", "", ""]}, ("m1",), "truth must hold labels; got none at all"),
    ],
)
def test_numbers_that_are_none_are_refused(change, predictors, message, ask_file):
    columns = {"truth": [1, 2, 4], "m1": [1, 2, 3], **change}
    with pytest.raises(InputError, match=message):
        ask_file(columns, task="regression", predictors=predictors)


def test_targets_that_are_missing_may_be_left_out(ask_file):
    columns = {"truth": [1.0, "", 3.0], "m": [2.0, "", 3.0]}
    result = ask_file(columns, task="regression", predictors=("m",), skip_unlabelled=True)
    assert result.first["mse"].value == 0.5
    assert result.first.n == 2
