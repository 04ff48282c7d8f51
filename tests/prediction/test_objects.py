"""Columns as tables hold them: objects, missing entries, masks, and what is no array at all."""

import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse

import calibrant as cal
from calibrant.errors import InputError


class Broken:
    """What reads as an array and is none."""

    def __array__(self, dtype=None, copy=None):
        raise KeyError("no values")


@pytest.mark.parametrize(
    "probs",
    [
        pd.Series([0.25, 1], dtype=object),
        pd.Series([0.25, 1], dtype="Float64"),
        np.array([Decimal("0.25"), 1], dtype=object),
        np.ma.array([0.25, 1.0]),
        np.ma.array([0.25, 1.0], mask=[False, False]),
    ],
    ids=["objects", "Float64", "Decimal", "no mask", "nothing masked"],
)
def test_columns_of_numbers_are_numbers(probs):
    assert cal.predictions(probs=probs, labels=[0, 1]).p_true.tolist() == [0.75, 1.0]


def test_table_of_objects_is_a_table_of_numbers():
    table = pd.DataFrame({"a": [0.25, 0.5], "b": [0.75, 0.5]})
    for dtype in (object, "Float64"):
        rows = cal.predictions(probs=table.astype(dtype), labels=[0, 1])
        assert rows.full_probs.tolist() == table.to_numpy().tolist()


@pytest.mark.parametrize("missing", [None, pd.NA, np.nan])
def test_missing_number_is_not_a_number(missing):
    probs = pd.Series([0.25, missing], dtype=object)
    with pytest.raises(InputError, match=r"got nan at row 1\. Drop or fill rows with NaN, or give"):
        cal.predictions(probs=probs, labels=[0, 1])
    assert len(cal.predictions(probs=probs, labels=[0, 1], weights=[1, 0]).present()) == 1


NO_ARRAYS = {
    "masked": (
        lambda: np.ma.array([0.5, 0.5], mask=[False, True]),
        "hold no masked entries; got one at row 1. Fill them, or drop these rows.",
    ),
    "tensors with gradients": (
        lambda: [torch.tensor([0.5, 0.5], requires_grad=True)],
        "be a rectangular array; got list of tensors. Join them by torch.stack.",
    ),
    "tensors of bfloat16": (
        lambda: [torch.tensor([0.5, 0.5], dtype=torch.bfloat16)],
        "be a rectangular array; got list of tensors. Join them by torch.stack.",
    ),
    "broken": (Broken, "be a rectangular array; got Broken. Pad or split ragged rows."),
    "sparse tensor": (
        lambda: torch.eye(2).to_sparse(),
        "be a dense tensor with values; got a sparse_coo tensor. Convert it: to_dense()",
    ),
    "meta tensor": (
        lambda: torch.eye(2, device="meta"),
        "be a dense tensor with values; got a meta tensor.",
    ),
    "complex tensor": (lambda: torch.ones(2) * 1j, "hold real numbers; got complex64. Pass the"),
    "sparse matrix": (lambda: sparse.csr_matrix(np.eye(2)), "be an array; got csr_matrix. Pass"),
    "dict": (lambda: {"a": 0.5}, "be an array; got dict. Pass an array or a list."),
    "one tensor": (lambda: torch.tensor(0.5), "be floating-point numbers of shape (row,) or"),
    "one number": (lambda: 0.5, "be floating-point numbers of shape (row,) or"),
    "lists in a column": (
        lambda: pd.Series([[0.5, 0.5], [0.5]]),
        "be a rectangular array; got list at row 0. Pad or split ragged rows.",
    ),
    "dates": (lambda: np.array(["2020-01-01"], "M8[D]"), "hold numbers; got dtype datetime64"),
}


@pytest.mark.parametrize("case", NO_ARRAYS)
@pytest.mark.usefixtures("no_type_checker")
def test_what_is_no_dense_array_of_numbers_is_refused(case):
    make, message = NO_ARRAYS[case]
    for argument in ("probs", "logits"):
        with pytest.raises(InputError, match=f"^{re.escape(f'{argument} must {message}')}"):
            cal.predictions(**{argument: make()}, labels=[0, 1])
    if case not in ("one tensor", "one number", "dict"):
        with pytest.raises(InputError, match=f"^{re.escape(f'labels must {message}')}"):
            cal.predictions(probs=[0.5, 0.5], labels=make())


def test_label_of_more_than_64_bits_is_refused():
    with pytest.raises(InputError, match="labels must hold numbers of 64 bits; got greater ones"):
        cal.predictions(probs=[0.5], labels=[2**80])


def test_eight_bit_floats_are_probabilities():
    probs = torch.tensor([0.25, 0.5]).to(torch.float8_e4m3fn)
    assert cal.predictions(probs=probs).probs.tolist() == [0.25, 0.5]


SHUFFLED = pd.Series([0, 1, 1], index=["z", "x", "y"])


@pytest.mark.parametrize("argument", ["labels", "weights"])
def test_pandas_with_one_index_in_two_orders_is_refused(argument):
    probs = pd.Series([0.2, 0.3, 0.4], index=["x", "y", "z"])
    with pytest.raises(
        InputError,
        match=f"{argument} must have the index of probs in its order.*"
        "got 'z' where probs has 'x' at row 0",
    ):
        cal.predictions(probs=probs, **{argument: SHUFFLED})
    paired = cal.predictions(probs=probs, labels=SHUFFLED.loc[probs.index])
    assert paired.hard.tolist() == [1, 1, 0]


def test_pandas_with_indexes_that_only_number_rows_are_paired_by_position():
    probs = pd.Series([0.2, 0.3, 0.4], index=[7, 8, 9])
    assert cal.predictions(probs=probs, labels=SHUFFLED).hard.tolist() == [0, 1, 1]


def test_decisions_of_one_index_in_two_orders_are_refused():
    with pytest.raises(InputError, match="labels must have the index of predicted in its order"):
        cal.decisions(predicted=SHUFFLED, labels=SHUFFLED.sort_index())
