"""Groups of rows: one name for what is missing, and none for two that differ."""

import numpy as np
import pandas as pd
import pytest

import calibrant as cal


def groups_of(groups):
    rows = cal.predictions(probs=[0.25] * 4, labels=[0, 1, 0, 1], groups=groups)
    return list(cal.evaluate(rows, ["accuracy"]).groups)


@pytest.mark.parametrize(
    "groups",
    [
        ["a", None, "a", "b"],
        pd.Series(["a", pd.NA, "a", "b"]),
        np.array(["a", np.nan, "a", "b"], dtype=object),
    ],
)
def test_rows_without_a_group_are_one_group(groups):
    assert groups_of(groups) == ["(missing)", "a", "b"]


def test_nan_among_numbers_is_missing():
    assert groups_of([1.0, np.nan, np.nan, 2.0]) == ["(missing)", "1.0", "2.0"]


def test_text_none_is_no_missing_group():
    assert groups_of(["None", None, "x", "x"]) == ["(missing)", "None", "x"]


@pytest.mark.parametrize("groups", [[1, "1", 2, 2], ["(missing)", None, "a", "a"]])
def test_groups_that_differ_and_are_written_alike_are_refused(groups):
    with pytest.raises(cal.InputError, match="groups must be written apart where they differ"):
        groups_of(groups)
