"""Numbers that enter by their door: what is refused, and what comes in as it is."""

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.prediction.numbers import Numbers


@pytest.mark.parametrize(
    "kind",
    [
        list,
        np.array,
        torch.tensor,
        pd.Series,
        pa.array,
        lambda values: np.array(values, dtype=object),
    ],
    ids=["list", "numpy", "torch", "pandas", "arrow", "objects"],
)
def test_every_kind_of_array_gives_the_same_numbers(kind):
    rows = cal.numbers(predicted=kind([1.5, 2.0]), targets=kind([1, 4]))
    assert isinstance(rows, Numbers)
    assert rows.predicted.tolist() == [1.5, 2.0]
    assert rows.targets.tolist() == [1.0, 4.0]
    assert rows.errors.tolist() == [0.5, -2.0]
    assert {rows.predicted.dtype, rows.targets.dtype} == {torch.float64}


def test_axes_are_flattened_into_rows():
    maps = np.arange(12.0).reshape(2, 2, 3)
    rows = cal.numbers(predicted=maps, targets=maps + 1, weights=np.ones((2, 2, 3)))
    assert len(rows) == 12
    assert rows.errors.tolist() == [-1.0] * 12


def test_numbers_without_targets_are_predictions_of_new_data():
    rows = cal.numbers(predicted=[1.0, 2.0])
    assert rows.targets is None
    assert rows.take(slice(0, 1)).targets is None
    for use in (cal.evaluate, cal.tally):
        with pytest.raises(InputError, match="targets must be given to evaluate numbers; got none"):
            use(rows)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"predicted": [1.0, math.nan], "targets": [1.0, 2.0]},
            r"predicted must be finite .*; got nan at row 1. Drop or fill rows with NaN",
        ),
        (
            {"predicted": [1.0, 2.0], "targets": [None, 2.0]},
            r"targets must be finite .*; got nan at row 0. Drop rows without a target",
        ),
        (
            {"predicted": [[1.0, 2.0], [3.0, -math.inf]], "targets": np.ones((2, 2))},
            r"predicted must be finite .*; got -inf at position \(1, 1\). Scale",
        ),
        (
            {"predicted": [1.0, 2e50], "targets": [1.0, 2.0]},
            r"predicted must .* lie in \[-1e\+50, 1e\+50\]; got 2e\+50 at row 1. Scale",
        ),
        (
            {"predicted": [1.0, 2.0], "targets": [1.0]},
            r"targets must have shape \(2,\), that of predicted; got \(1,\)",
        ),
        (
            {"predicted": [1.0, 2.0], "targets": [[1.0], [2.0]]},
            r"targets must have shape \(2,\).*; got \(2, 1\). .* squeeze",
        ),
        ({"predicted": [], "targets": []}, "predicted must hold at least one row; got shape"),
        (
            {"predicted": np.array(1.0), "targets": np.array(1.0)},
            "hold at least one row; got shape",
        ),
        ({"predicted": ["a"], "targets": [1.0]}, "predicted must hold numbers; got 'a' at row 0"),
        ({"predicted": [1j], "targets": [1.0]}, "predicted must hold "),
        (
            {"predicted": [1.0], "targets": [1.0], "weights": [-1.0]},
            "weights must be finite and at least 0; got -1 at row 0",
        ),
        (
            {"predicted": [1.0], "targets": [1.0], "weights": [1.0, 2.0]},
            r"weights must have shape \(1,\); got \(2,\)",
        ),
        ({"predicted": [1.0], "targets": [1.0], "weights": [0.0]}, "at least one row of weight"),
        (
            {"predicted": [1e40], "targets": [1.0], "weights": [1e30]},
            r"weights must be at most 1e\+100, .*; got 1e\+30 beside 1e\+40. Scale the weights",
        ),
        (
            {
                "predicted": pd.Series([1.0, 2.0], index=["a", "b"]),
                "targets": pd.Series([1.0, 2.0], index=["b", "a"]),
            },
            "targets must have the index of predicted in its order",
        ),
    ],
)
def test_bad_numbers_are_refused_with_the_row(columns, message):
    with pytest.raises(InputError, match=message):
        cal.numbers(**columns)


def test_rows_of_weight_zero_may_hold_anything():
    rows = cal.numbers(
        predicted=[1.0, math.nan], targets=[2.0, math.inf], weights=[1.0, 0.0]
    ).present()
    assert rows.errors.tolist() == [-1.0]
