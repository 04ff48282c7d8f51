"""Counts that rules for class weights take, and weights relative to the largest."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
import torch

from calibrant.errors import InputError
from calibrant.losses import get
from calibrant.losses.weight_rules import class_weights
from calibrant.losses.weights import relative


@pytest.mark.parametrize(
    "counts", [[1.0, -1.0], [0.0, 0.0], [float("nan"), 1.0], [float("inf"), 1.0], torch.ones(2, 2)]
)
def test_impossible_counts_are_refused(counts):
    with pytest.raises(InputError, match="class_counts must be one number of rows per class"):
        class_weights("balanced", counts)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("bind", [get("ce(balanced)").bind, get("0.5*ce + focal").bind])
@pytest.mark.parametrize(
    ("counts", "got"),
    [
        ({0: 90, 1: 10}, "dict"),
        (Counter([0, 1, 1]), "Counter"),
        ({90, 10}, "set"),
        ("91", "str"),
        (b"91", "bytes"),
        (None, "NoneType"),
        (5, "int"),
        ([1, None], "list with entries that are none"),
        (np.ones((2, 2)), "ndarray with entries that are none"),
    ],
)
def test_counts_without_numbers_in_order_are_refused(bind, counts, got):
    with pytest.raises(InputError, match=f"class_counts must be numbers in .*; got {got}. Count"):
        bind(counts)


@pytest.mark.parametrize("index", [[1, 0], ["no", "yes"], [1, 2]])
def test_series_in_another_order_than_that_of_the_classes_is_refused(index):
    counts = pd.Series([90, 10], index=index)
    with pytest.raises(InputError, match=r"class_counts must have the index 0, 1, .* got Series"):
        class_weights("balanced", counts)


def test_counts_of_values_bind_once_they_are_sorted():
    labels = pd.Series([1, 1, 1, 0])
    with pytest.raises(InputError, match=r"got Series with index \[1, 0\]\. value_counts"):
        get("ce(balanced)").bind(labels.value_counts())
    bound = get("ce(balanced)").bind(labels.value_counts().sort_index())
    assert bound.class_weight.tolist() == pytest.approx([4 / 2, 4 / 6])


@pytest.mark.parametrize("make", [tuple, iter, np.array, torch.tensor, pd.Series])
def test_counts_may_come_in_any_list(make):
    assert class_weights("balanced", make([6, 2])).tolist() == pytest.approx([8 / 12, 8 / 4])


def test_weights_of_no_rows_are_relative_to_nothing():
    assert relative(torch.zeros(0)).shape == (0,)
    assert relative(torch.zeros(2)).tolist() == [0.0, 0.0]
    assert relative(torch.tensor([2.0, 0.5])).tolist() == [1.0, 0.25]
