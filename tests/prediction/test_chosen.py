"""Decisions: which rows make classes, and which kinds of labels go together."""

import numpy as np
import pandas as pd
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.prediction.decisions import UNORDERED


@pytest.mark.parametrize("left_out", [{"ignore_index": 255}, {"weights": [1, 1, 0]}])
@pytest.mark.parametrize("kind", [np.array, torch.tensor, list])
def test_rows_that_do_not_count_make_no_class(left_out, kind):
    column = kind([0, 1, 255])
    rows = cal.decisions(predicted=column, labels=column, **left_out)
    assert rows.class_names == ("0", "1")
    assert cal.evaluate(rows, ["accuracy"])["accuracy"].n == 2


@pytest.mark.parametrize(
    ("labels", "left_out"),
    [
        (["b", "a", "?"], {"weights": [1, 1, 0]}),
        (["b", "a", None], {"weights": [1, 1, 0]}),
        (["b", "a", -1], {"ignore_index": -1}),
        (["b", "a", "-1"], {"ignore_index": -1}),
    ],
)
def test_names_in_rows_that_do_not_count_make_no_class(labels, left_out):
    rows = cal.decisions(predicted=["a", "b", "?"], labels=labels, **left_out)
    assert rows.class_names == ("a", "b")
    assert rows.present().truth.tolist() == [1, 0]
    assert rows.present().guess.tolist() == [0, 1]


def test_whole_numbers_of_any_type_are_class_indices():
    for column in (
        [0.0, 1.0, 10.0],
        np.array([0, 1, 10], dtype=object),
        pd.Series([0, 1, 10], dtype="Int64"),
        torch.tensor([0, 1, 10]).to(torch.uint16),
    ):
        rows = cal.decisions(predicted=column, labels=[0, 1, 10])
        assert rows.guess.tolist() == [0, 1, 10]
        assert rows.n_classes == 11  # as numbers, in which 10 does not come before 2


def test_missing_label_may_stand_where_it_does_not_count():
    rows = cal.decisions(predicted=[0, 1], labels=[0, np.nan], weights=[1, 0])
    assert rows.present().truth.tolist() == [0]


def test_names_and_indices_go_together_where_class_names_tell_how():
    rows = cal.decisions(predicted=[1, 0], labels=["b", "b"], class_names=["a", "b"])
    assert rows.guess.tolist() == [1, 0]
    assert rows.truth.tolist() == [1, 1]


DROP = "Drop or fill rows without a label, or mark them with ignore_index"


@pytest.mark.parametrize(
    ("predicted", "labels", "message"),
    [
        (["a"], [0], "predicted and labels must both be class indices, or both class names; got "),
        ([0, 1], [0, np.nan], f"labels must be class .*; got nan at row 1. {DROP}"),
        ([0, 1], [0, None], f"labels must be class .*; got nan at row 1. {DROP}"),
        (["a", "b"], ["a", None], f"labels must hold .* text; got None at row 1. {DROP}"),
        (["a", np.nan], ["a", "b"], f"predicted must hold .* text; got nan at row 1. {DROP}"),
        (["a", 1], ["a", "b"], "predicted must hold .* text; got 1 at row 1. Encode every class"),
        ([0.0, 1.5], [0.0, 1.0], "predicted must be class .*; got 1.5 at row 1. For probab"),
        ([-1], [0], r"predicted must lie in \[0, 1\); got -1 at row 0. Encode both"),
        (1, 1, "labels must hold at least one row; got none. Pass rows"),
        (None, [1], "predicted must be an array; got None. Pass an array or a list"),
    ],
)
@pytest.mark.usefixtures("no_type_checker")
def test_labels_of_no_class_are_refused_by_row(predicted, labels, message):
    with pytest.raises(InputError, match=message):
        cal.decisions(predicted=predicted, labels=labels)


@pytest.mark.parametrize("n_classes", [2.0, 0, True, "2"])
@pytest.mark.usefixtures("no_type_checker")
def test_number_of_classes_must_be_a_whole_number(n_classes):
    with pytest.raises(InputError, match="n_classes must be a whole number of at least 1; got"):
        cal.decisions(predicted=[0], labels=[0], n_classes=n_classes)


GRADES = ["VF", "F", "M", "L"]


def graded(values, categories=GRADES, *, ordered=True):
    return pd.Series(pd.Categorical(values, categories=categories, ordered=ordered))


def test_ordered_categories_are_the_classes_in_their_order():
    rows = cal.decisions(predicted=graded(["VF", "L"]), labels=graded(["F", "F"]))
    assert rows.class_names == tuple(GRADES)
    assert (rows.guess.tolist(), rows.truth.tolist(), rows.notes) == ([0, 3], [1, 1], ())
    one = cal.decisions(predicted=graded(["VF", "L"]), labels=["F", "F"])
    assert (one.class_names, one.notes) == (tuple(GRADES), ())


def test_categories_without_order_are_classes_without_order():
    predicted, labels = (graded(v, ordered=False) for v in (["VF", "L"], ["F", "F"]))
    rows = cal.decisions(predicted=predicted, labels=labels)
    assert (rows.class_names, rows.notes) == (tuple(GRADES), (UNORDERED,))
    other = graded(["F", "F"], ["F", "M"], ordered=False)
    rows = cal.decisions(predicted=predicted, labels=other)
    assert (rows.class_names, rows.notes) == (("F", "L", "VF"), (UNORDERED,))


def test_two_orders_are_refused():
    with pytest.raises(InputError, match="have the same ordered categories; got predicted with VF"):
        cal.decisions(predicted=graded(["VF"]), labels=graded(["F"], GRADES[::-1]))


def test_classes_that_are_told_need_no_categories():
    predicted, labels = graded(["VF", "L"], ordered=False), graded(["F", "F"], ordered=False)
    rows = cal.decisions(predicted=predicted, labels=labels, class_names=GRADES[::-1])
    assert (rows.class_names, rows.notes) == (tuple(GRADES[::-1]), ())
