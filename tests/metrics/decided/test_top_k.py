"""Top-k accuracy against a stable sort, row by row."""

import numpy as np
import pytest
import torch
from scipy.stats import binomtest

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.decided.top_k import TopKAccuracy


def drawn(n_classes, n=300):
    rng = np.random.default_rng(n_classes)
    probs = rng.integers(1, 5, size=(n, n_classes)).astype(float)  # with many ties
    return probs / probs.sum(axis=1, keepdims=True), rng.integers(n_classes, size=n), rng.random(n)


def chosen(probs, k):
    """Which classes are the first k of each row, ties to the lower index."""
    first = np.argsort(-probs, axis=1, kind="stable")[:, :k]
    return np.eye(probs.shape[1])[first].sum(axis=1)


@pytest.mark.parametrize("k", [1, 2, 3, 5])
@pytest.mark.parametrize("form", ["probs", "logits"])
def test_is_the_share_of_rows_with_the_true_class_among_the_first_k(k, form):
    probs, labels, weights = drawn(6)
    values = probs if form == "probs" else np.log(np.round(probs * 1000))
    rows = cal.predictions(**{form: values}, labels=labels, weights=weights)
    right = chosen(values, k)[np.arange(len(labels)), labels]
    expected = np.average(right, weights=weights)
    assert TopKAccuracy(k)(rows).value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_soft_labels_give_the_share_of_the_first_k(k):
    probs, _, _ = drawn(5)
    soft = np.random.default_rng(1).dirichlet(np.ones(5), len(probs))
    expected = (soft * chosen(probs, k)).sum(axis=1).mean()
    rows = cal.predictions(probs=probs, labels=soft)
    assert TopKAccuracy(k)(rows).value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    "rows",
    [
        cal.predictions(probs=[0.5, 0.5, 0.4], labels=[1, 0, 0]),
        cal.predictions(logits=[[1.0, 1.0], [0.0, 2.0]], labels=[1, 1]),
        cal.predictions(probs=[[0.4, 0.4, 0.2], [0.2, 0.4, 0.4]], labels=[0, 2]),
    ],
    ids=["positive", "two", "three"],
)
def test_top_one_is_accuracy_ties_included(rows):
    both = cal.evaluate(rows, ["top_k_accuracy_1", "accuracy"])
    one, accuracy = both["top_k_accuracy_1"], both["accuracy"]
    assert (one.value, one.low, one.high) == (accuracy.value, accuracy.low, accuracy.high)


def test_all_classes_hold_the_true_one():
    rows = cal.predictions(probs=[[0.4, 0.6], [1.0, 0.0]], labels=[0, 1])
    assert [TopKAccuracy(k)(rows).value for k in (2, 5)] == [1, 1]


def test_interval_is_wilsons():
    probs, labels, _ = drawn(6)
    hits = int(chosen(probs, 2)[np.arange(len(labels)), labels].sum())
    interval = binomtest(hits, len(labels)).proportion_ci(method="wilson")
    estimate = TopKAccuracy(2)(cal.predictions(probs=probs, labels=labels))
    assert (estimate.low, estimate.high) == pytest.approx(tuple(interval), abs=1e-12)


def test_masked_classes_come_last():
    logits = torch.tensor([[0.0, -torch.inf, -1.0, -torch.inf]])
    values = [TopKAccuracy(k)(cal.predictions(logits=logits, labels=[1])).value for k in (1, 2, 3)]
    assert values == [0, 0, 1]  # of the two masked ones the lower index is the third


@pytest.mark.parametrize("k", [0, -1, True])
def test_k_is_a_whole_number(k):
    with pytest.raises(InputError, match="k must be a whole number, at least 1; got"):
        TopKAccuracy(k)
