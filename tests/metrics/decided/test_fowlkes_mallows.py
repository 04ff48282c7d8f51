"""Fowlkes and Mallows' index of decisions against scikit-learn's precision and recall."""

import numpy as np
import pytest
from sklearn.metrics import precision_score, recall_score

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.decided.fowlkes_mallows import FowlkesMallows


@pytest.mark.parametrize("weighted", [False, True])
def test_is_the_root_of_precision_times_recall(weighted):
    generator = np.random.default_rng(0)
    labels = generator.random(300) < 0.3
    guess = np.where(generator.random(300) < 0.8, labels, ~labels)
    weights = generator.random(300) if weighted else None
    rows = cal.decisions(predicted=guess, labels=labels, weights=weights)
    precision, recall = (
        f(labels, guess, sample_weight=weights) for f in (precision_score, recall_score)
    )
    estimate = FowlkesMallows()(rows)
    assert estimate.value == pytest.approx((precision * recall) ** 0.5, abs=1e-12)
    assert estimate.low < estimate.value < estimate.high


def test_interval_covers_what_it_promises():
    generator, hits = np.random.default_rng(1), []
    true = 0.24 / np.sqrt(0.3 * (0.24 + 0.07))
    for _ in range(400):
        labels = generator.random(200) < 0.3
        guess = np.where(labels, generator.random(200) < 0.8, generator.random(200) < 0.1)
        estimate = FowlkesMallows()(cal.decisions(predicted=guess, labels=labels))
        hits.append(estimate.low <= true <= estimate.high)
    assert 0.92 < np.mean(hits) < 0.98


def test_class_that_is_nowhere_has_zero_and_says_so():
    estimate = FowlkesMallows()(cal.decisions(predicted=[0, 0], labels=[0, 1]))
    assert (estimate.value, estimate.low) == (0, None)
    assert estimate.note == "0 by convention: the positive class never was chosen"


def test_needs_two_classes():
    with pytest.raises(InputError, match="classes must be two for the positive class; got 3"):
        FowlkesMallows()(cal.decisions(predicted=[0, 1], labels=[0, 2]))
