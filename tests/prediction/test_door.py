"""The doors keep what was declared, derive the rest, and take every form of labels."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import calibrant as cal

PROBS = torch.tensor([[0.7, 0.3], [0.1, 0.9]])
LABELS = torch.tensor([0, 1])


def is_same(one, other):
    """Whether two tensors are one memory, read in one way."""
    return one.data_ptr() == other.data_ptr() and one.stride() == other.stride()


@pytest.mark.parametrize("probs", [PROBS, PROBS[:, 1]])
def test_declared_probabilities_come_back_untouched_and_uncopied(probs):
    assert is_same(cal.predictions(probs=probs, labels=LABELS).probs, probs)
    array = probs.numpy()
    assert np.shares_memory(cal.predictions(probs=array, labels=LABELS).probs, array)


@given(arrays.arrays(np.float64, st.integers(1, 20), elements=st.floats(0, 1)))
def test_every_probability_comes_back_bit_by_bit(probs):
    assert np.array_equal(cal.predictions(probs=probs).probs, probs)


def test_form_is_never_guessed_from_values():
    inside = torch.tensor([[0.7, 0.3], [0.1, 0.9]])  # logits that look like probabilities
    as_logits = cal.predictions(logits=inside, labels=LABELS)
    np.testing.assert_allclose(as_logits.probs, inside.softmax(-1), rtol=1e-6)


def test_one_dimension_means_the_positive_class():
    by_probs = cal.predictions(probs=PROBS[:, 1], labels=LABELS)
    by_logits = cal.predictions(logits=PROBS[:, 1].logit(), labels=LABELS)
    for rows in (by_probs, by_logits):
        np.testing.assert_allclose(rows.full_probs, PROBS, atol=1e-7)
        np.testing.assert_allclose(rows.probs, PROBS[:, 1], atol=1e-7)
        assert rows.n_classes == 2


def test_whole_numbers_may_be_probabilities_of_the_positive_class():
    rows = cal.predictions(probs=np.array([0, 1, 1]), labels=[0, 1, 0])
    assert cal.evaluate(rows, ["brier_binary"])["brier_binary"].value == pytest.approx(1 / 3)


def test_ignored_rows_keep_their_place_with_weight_zero():
    probs = torch.tensor([[0.7, 0.3], [math.nan, 0.3], [0.1, 0.9]])
    rows = cal.predictions(probs=probs, labels=torch.tensor([0, -1, 1]), ignore_index=-1)
    assert len(rows) == 3
    assert rows.weights.tolist() == [1, 0, 1]
    assert torch.equal(rows.probs.nan_to_num(-1), probs.nan_to_num(-1))
    assert len(rows.present()) == 2
    assert rows.labels.tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("labels", "ignore_index"),
    [
        (torch.tensor([0, 255, 1], dtype=torch.uint8), 255),
        (torch.tensor([0, -100, 1], dtype=torch.int8), -100),
        (np.array([0, 7, 1], dtype=np.uint16), 7),
        (["no", "?", "yes"], None),
    ],
)
def test_ignore_index_fits_every_type_of_label(labels, ignore_index):
    if ignore_index is None:
        labels, ignore_index = [0, 2, 1], 2
    rows = cal.predictions(probs=[0.25, math.inf, 0.75], labels=labels, ignore_index=ignore_index)
    assert cal.evaluate(rows, ["accuracy"])["accuracy"].value == 1
    assert rows.weights.tolist() == [1, 0, 1]


def test_ignore_index_that_no_type_of_label_holds_ignores_nothing():
    labels = torch.tensor([0, 1], dtype=torch.uint8)  # -100 as uint8 would be 156
    rows = cal.predictions(probs=PROBS, labels=labels, ignore_index=-100)
    assert rows.weights is None


def test_soft_rows_are_ignored_when_all_their_entries_are():
    labels = torch.tensor([[0.5, 0.5], [-1.0, -1.0]])
    rows = cal.predictions(probs=PROBS, labels=labels, ignore_index=-1)
    assert rows.weights.tolist() == [1, 0]


def test_weights_and_ignored_entries_multiply():
    rows = cal.predictions(
        probs=PROBS, labels=torch.tensor([-1, 1]), weights=[math.nan, 2.5], ignore_index=-1
    )
    assert rows.weights.tolist() == [0, 2.5]


def test_soft_labels_may_have_one_number_for_the_positive_class():
    rows = cal.predictions(probs=[0.5, 0.5], labels=[0.25, 1.0])
    assert rows.soft.tolist() == [[0.75, 0.25], [0.0, 1.0]]


def test_whole_soft_labels_of_the_positive_class_are_hard():
    assert cal.predictions(probs=[0.5, 0.5], labels=[0.0, 1.0]).hard.tolist() == [0, 1]


@pytest.mark.parametrize("wrap", [list, np.array, lambda names: np.array(names, dtype=object)])
def test_labels_may_be_class_names(wrap):
    labels = wrap(["dog", "cat", "dog"])
    rows = cal.predictions(probs=[0.5, 0.25, 0.75], labels=labels, class_names=["cat", "dog"])
    assert rows.hard.tolist() == [1, 0, 1]


def test_class_names_are_indices_where_none_are_known():
    assert cal.predictions(probs=PROBS).class_names == ("0", "1")
    assert cal.predictions(logits=[0.0]).class_names == ("0", "1")


def test_rounding_beyond_the_ends_is_clipped_and_else_nothing_is_touched():
    eps = torch.finfo(torch.float32).eps
    probs = torch.tensor([[1 + eps, -eps], [0.3, 0.7]])
    assert cal.predictions(probs=probs).probs.tolist() == [[1.0, 0.0], probs[1].tolist()]


@pytest.mark.parametrize(
    ("dtype", "off"), [(torch.float64, 9e-4), (torch.float16, 9e-4), (torch.bfloat16, 4e-3)]
)
def test_row_sums_may_be_off_by_what_rounding_explains(dtype, off):
    probs = torch.tensor([[0.5, 0.5 + off]], dtype=dtype)
    assert is_same(cal.predictions(probs=probs, labels=[0]).probs, probs)


def test_normalize_divides_rows_and_says_how_far_off_they_were():
    probs = np.array([[2.0, 2.0], [1.0, 3.0], [np.inf, 0.0]]) / 4
    rows = cal.predictions(probs=probs, labels=[0, 1, -1], ignore_index=-1, normalize=True)
    assert rows.probs[:2].tolist() == [[0.5, 0.5], [0.25, 0.75]]
    assert rows.notes == ("probabilities were divided by their row sums, which were up to 0 off 1",)
    apart = cal.predictions(probs=[[0.25, 0.5]], labels=[1], normalize=True)
    assert "up to 0.25 off 1" in apart.notes[0]
    assert apart.probs[0] == pytest.approx([1 / 3, 2 / 3])
    assert "up to 0.25 off 1" in str(cal.evaluate(apart, ["accuracy"]))


def test_minus_infinity_masks_a_class():
    rows = cal.predictions(logits=[[0.0, -math.inf, 0.0], [-math.inf, -math.inf, -5.0]])
    assert rows.probs == [[0.5, 0.0, 0.5], [0.0, 0.0, 1.0]]


def test_unlabelled_predictions_are_rows_without_truth():
    rows = cal.predictions(probs=PROBS)
    assert len(rows) == 2
    assert rows.labels is rows.hard is rows.soft is None


def test_events_are_confidences_with_outcomes():
    rows = cal.events(probs=[0.9, 0.8], outcomes=[True, False], weights=[1, 3])
    assert (rows.kind, len(rows)) == ("events", 2)
    assert rows.outcome.tolist() == [True, False]
    assert cal.evaluate(rows, ["accuracy"])["accuracy"].value == 0.25


def test_decisions_know_as_many_classes_as_they_are_told_or_show():
    assert cal.decisions(predicted=[0, 1], labels=[2, 0]).n_classes == 3
    assert cal.decisions(predicted=[0, 1], labels=[1, 0], n_classes=5).n_classes == 5
    named = cal.decisions(predicted=["b", "a"], labels=["b", "c"])
    assert named.class_names == ("a", "b", "c")
    assert named.guess.tolist() == [1, 0]
    assert named.truth.tolist() == [1, 2]
    told = cal.decisions(predicted=["b", "a"], labels=["b", "a"], class_names=["b", "a", "z"])
    assert told.class_names == ("b", "a", "z")
    assert told.guess.tolist() == [0, 1]


def test_ignored_label_does_not_make_a_class():
    rows = cal.decisions(predicted=[0, 1, 1], labels=[1, 255, 0], ignore_index=255)
    assert rows.n_classes == 2
    assert len(rows.present()) == 2


def test_decisions_of_images_are_flattened():
    rows = cal.decisions(predicted=np.eye(3, dtype=int), labels=np.ones((3, 3), dtype=int))
    assert len(rows) == 9
    assert float(rows.credit.sum()) == 3
