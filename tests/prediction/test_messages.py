"""Every rule at the doors: its argument, rule, what was got and where, and the remedy."""

import math
import re

import numpy as np
import pyarrow as pa
import pytest
import torch

import calibrant as cal
from calibrant.errors import CalibrantError, InputError

NAN, INF = math.nan, math.inf
PROBS = np.array([[0.7, 0.3], [0.1, 0.9]])
IMAGES = np.full((2, 2, 3, 4), 0.5)  # two images of two classes, 3 by 4
TRUTH = np.zeros((2, 3, 4), dtype=int)
NORMALIZE = (
    "normalize=True divides every row by its sum; for one probability a row pass the positive "
    "class alone, of shape (row,)."
)
ENCODE = "Encode labels as class indices, or set ignore_index."


def image(values, place, entry):
    changed = values.copy()
    changed[place] = entry
    return changed


BAD_PREDICTIONS = {
    "above one": (
        {"probs": PROBS * 2},
        "probs must lie in [0, 1]; got (1.4, 0.6) at row 0. For unnormalised scores use "
        "logits=, or --logits of the command line.",
    ),
    "NaN in the positive class": (
        {"probs": [0.5, NAN]},
        "probs must lie in [0, 1]; got nan at row 1. Drop or fill rows with NaN, or give them "
        "weight 0.",
    ),
    "below zero, far down": (
        {"probs": np.append(np.full(10**6, 0.5), -0.25), "labels": None},
        "probs must lie in [0, 1]; got -0.25 at row 1000000. For unnormalised scores use "
        "logits=, or --logits of the command line.",
    ),
    "many classes": (
        {"probs": np.eye(9)[[0, 1]] * 2, "labels": [0, 1]},
        "probs must lie in [0, 1]; got (2, 0, 0, 0, 0, 0, ...) at row 0. For unnormalised scores "
        "use logits=, or --logits of the command line.",
    ),
    "sum": (
        {"probs": PROBS / [[1], [2]]},
        f"probs must sum to 1 in every row; got 0.5 at row 1. {NORMALIZE}",
    ),
    "sum in an image": (
        {"probs": image(IMAGES, (1, 0, 2, 3), 0.25), "labels": TRUTH},
        f"probs must sum to 1 in every row; got 0.75 at position (1, 2, 3). {NORMALIZE}",
    ),
    "nothing to divide": (
        {"probs": PROBS * [[1], [0]], "normalize": True},
        "probs must have a finite sum above 0 in every row; got (0, 0) at row 1. Drop such rows, "
        "or give them weight 0.",
    ),
    "NaN logit": (
        {"logits": [0.5, NAN]},
        "logits must be finite or minus infinity; got nan at row 1. Clamp them, or see whether "
        "training diverged.",
    ),
    "infinite logit": (
        {"logits": [[0.5, INF], [0.0, 0.0]]},
        "logits must be finite or minus infinity; got (0.5, inf) at row 0. Clamp them, or see "
        "whether training diverged.",
    ),
    "all classes masked": (
        {"logits": [[0.5, -INF], [-INF, -INF]]},
        "logits must leave a class unmasked; got (-inf, -inf) at row 1. Minus infinity masks a "
        "class; leave one class of every row.",
    ),
    "NaN logit in a sequence": (
        {"logits": image(IMAGES[:, :, 0], (1, 1, 2), NAN), "labels": TRUTH[:, 0]},
        "logits must be finite or minus infinity; got (0.5, nan) at position (1, 2). Clamp them, "
        "or see whether training diverged.",
    ),
    "label beyond": (
        {"probs": PROBS, "labels": [1, 2]},
        f"labels must lie in [0, 2); got 2 at row 1. {ENCODE}",
    ),
    "label below": (
        {"probs": [0.5, 0.5], "labels": [-1, 0]},
        f"labels must lie in [0, 2); got -1 at row 0. {ENCODE}",
    ),
    "label in an image": (
        {"probs": IMAGES, "labels": image(TRUTH, (0, 1, 3), 5)},
        f"labels must lie in [0, 2); got 5 at position (0, 1, 3). {ENCODE}",
    ),
    "label beyond beside ignored ones": (
        {"probs": PROBS, "labels": [-1, 2], "ignore_index": -1},
        f"labels must lie in [0, 2); got 2 at row 1. {ENCODE}",
    ),
    "soft label beyond": (
        {"probs": PROBS, "labels": PROBS * 2},
        "labels must lie in [0, 1]; got (1.4, 0.6) at row 0. Soft labels are probabilities; class "
        "indices are whole numbers.",
    ),
    "sum of a soft label": (
        {"probs": PROBS, "labels": PROBS / [[1], [2]]},
        "labels must sum to 1 in every row; got 0.5 at row 1. Divide every row of soft labels by "
        "its sum.",
    ),
    "fractions for classes": (
        {"probs": PROBS, "labels": [0.0, 0.5]},
        "labels must be whole numbers, or soft labels of the shape of probs; got 0.5 at row 1. "
        "Convert class indices to integers.",
    ),
    "too few labels": (
        {"probs": PROBS, "labels": [0]},
        "labels must have shape (2,), or (2, 2) for soft labels; got (1,). Pass one entry for "
        "each row.",
    ),
    "too few labels of a positive class": (
        {"probs": [0.5, 0.5], "labels": [0]},
        "labels must have shape (2,); got (1,). Pass one entry for each row.",
    ),
    "unknown name": (
        {"probs": PROBS, "labels": ["cat", "owl"], "class_names": ["cat", "dog"]},
        "labels must be class names; got 'owl' at row 1. The class names are cat, dog; pass "
        "class_names= if these are not yours.",
    ),
    "negative weight": (
        {"probs": PROBS, "weights": [1.0, -2.0]},
        "weights must be finite and at least 0; got -2 at row 1. Use 0 to leave a row out.",
    ),
    "infinite weight": (
        {"probs": PROBS, "weights": [INF, 1.0]},
        "weights must be finite and at least 0; got inf at row 0. Use 0 to leave a row out.",
    ),
    "weights of another shape": (
        {"probs": PROBS, "weights": [[1.0], [1.0]]},
        "weights must have shape (2,); got (2, 1). Pass one weight for each row.",
    ),
    "no row counts": (
        {"probs": PROBS, "weights": [0, 0]},
        "labels and weights must leave at least one row of weight above 0 that is not ignored; "
        "got none. Pass rows that count.",
    ),
    "all ignored": (
        {"probs": PROBS, "labels": [-1, -1], "ignore_index": -1},
        "labels and weights must leave at least one row of weight above 0 that is not ignored; "
        "got none. Pass rows that count.",
    ),
    "no rows": (
        {"probs": np.zeros((0, 2)), "labels": []},
        "probs must hold at least one row and one class; got shape (0, 2). Pass rows.",
    ),
    "no classes": (
        {"logits": np.zeros((2, 0))},
        "logits must hold at least one row and one class; got shape (2, 0). Pass rows.",
    ),
    "neither form": (
        {},
        "probs or logits must be given, exactly one; got neither. Declare which of the two your "
        "values are.",
    ),
    "both forms": (
        {"probs": PROBS, "logits": PROBS},
        "probs or logits must be given, exactly one; got both. Declare which of the two your "
        "values are.",
    ),
    "one number": (
        {"probs": np.array(0.5), "labels": np.array(1)},
        "probs must be floating-point numbers of shape (row,) or (row, class, ...); got float64 "
        "of shape (). For chosen classes use decisions().",
    ),
    "whole numbers by class": (
        {"probs": np.eye(2, dtype=int)},
        "probs must be floating-point numbers of shape (row,) or (row, class, ...); got int64 of "
        "shape (2, 2). For chosen classes use decisions().",
    ),
    "text": (
        {"probs": ["high", "low"]},
        "probs must hold numbers; got 'high' at row 0. Convert to numbers first; labels may be "
        "class names if class_names are given.",
    ),
    "ragged": (
        {"probs": [[0.5, 0.5], [1.0]]},
        "probs must be a rectangular array; got list. Pad or split ragged rows.",
    ),
    "nulls": (
        {"probs": pa.array([0.5, None])},
        "probs must hold no nulls; got null at row 1. Fill them, or drop these rows.",
    ),
    "too few names": (
        {"probs": PROBS, "class_names": ["a"]},
        "class_names must be 2 different names; got 1 of them, 1 different. Name every class "
        "once, by class index.",
    ),
    "equal names": (
        {"probs": PROBS, "class_names": ["a", "a"]},
        "class_names must be 2 different names; got 2 of them, 1 different ('a' comes "
        "twice). Name every class once, by class index.",
    ),
    "groups of another length": (
        {"probs": PROBS, "groups": ["a"]},
        "groups must have shape (2,), one entry a row; got (1,). Pass the group or cluster of "
        "every row.",
    ),
}


@pytest.mark.parametrize("case", BAD_PREDICTIONS.values(), ids=BAD_PREDICTIONS)
def test_predictions_name_the_argument_the_rule_the_place_and_the_remedy(case):
    given, message = case
    with pytest.raises(InputError, match=f"^{re.escape(message)}$") as raised:
        cal.predictions(**{"labels": [0, 1], **given})
    assert message.startswith(f"{raised.value.argument} must ")


@pytest.mark.parametrize("kind", [np.asarray, torch.tensor, pa.array, list])
def test_message_is_the_same_for_every_kind_of_array(kind):
    with pytest.raises(InputError, match=r"probs must lie in \[0, 1\]; got 1\.5 at row 1\. For"):
        cal.predictions(probs=kind([0.5, 1.5]), labels=kind([0, 1]))


def test_first_row_that_breaks_a_rule_is_named():
    probs = np.full(5000, 0.5)
    probs[[1234, 4321]] = 2.0
    with pytest.raises(InputError, match=r"got 2 at row 1234\."):
        cal.predictions(probs=probs)


BAD_DECISIONS = {
    "shapes": (
        {"predicted": [0], "labels": [0, 1]},
        "predicted must have the shape of labels; got (1,) and (2,). Pass one entry a row.",
    ),
    "no rows": (
        {"predicted": [], "labels": []},
        "labels must hold at least one row; got none. Pass rows.",
    ),
    "predicted beyond": (
        {"predicted": [0, 3], "labels": [0, 1], "n_classes": 2},
        "predicted must lie in [0, 2); got 3 at row 1. Encode both as indices of the same classes.",
    ),
    "label beyond": (
        {"predicted": [0, 1], "labels": [-1, 1]},
        f"labels must lie in [0, 2); got -1 at row 0. {ENCODE}",
    ),
    "probabilities": (
        {"predicted": [0.25, 0.5], "labels": [0, 1]},
        "predicted must be class indices or class names; got 0.25 at row 0. For probabilities use "
        "predictions().",
    ),
    "unknown name": (
        {"predicted": ["a", "b"], "labels": ["a", "a"], "class_names": ["a"]},
        "predicted must be class names; got 'b' at row 1. The class names are a; pass "
        "class_names= if these are not yours.",
    ),
    "equal names": (
        {"predicted": [0, 1], "labels": [0, 1], "class_names": ["a", "a"]},
        "class_names must be 2 different names; got 2 of them, 1 different ('a' comes "
        "twice). Name every class once, by class index.",
    ),
    "names beside a number of classes": (
        {"predicted": [0, 1], "labels": [0, 1], "class_names": ["a", "b"], "n_classes": 3},
        "class_names must be 3 different names; got 2 of them, 2 different. Name every class "
        "once, by class index.",
    ),
}


@pytest.mark.parametrize("case", BAD_DECISIONS.values(), ids=BAD_DECISIONS)
def test_decisions_name_the_argument_the_rule_the_place_and_the_remedy(case):
    given, message = case
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        cal.decisions(**given)


@pytest.mark.parametrize(
    ("outcomes", "message"),
    [
        ([0, 2], "outcomes must lie in [0, 2); got 2 at row 1. 1 says that it happened, 0 that"),
        ([0.5, -0.5], "outcomes must lie in [0, 1]; got -0.5 at row 1. 1 says that it happened"),
        ([0.5], "outcomes must have shape (2,); got (1,). Pass one entry for each row."),
    ],
)
def test_events_speak_of_outcomes(outcomes, message):
    with pytest.raises(InputError, match=re.escape(message)):
        cal.events(probs=[0.5, 0.5], outcomes=outcomes)


def test_events_take_one_probability_a_row():
    with pytest.raises(InputError, match=r"probs must have shape \(row,\); got shape \(2, 2\)\. "):
        cal.events(probs=PROBS, outcomes=[0, 1])


def test_bad_input_is_caught_as_a_value_error_and_as_one_of_ours():
    assert issubclass(InputError, ValueError)
    assert issubclass(InputError, CalibrantError)
