"""Accuracy against scikit-learn, and what it means for ties and soft labels."""

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, hamming_loss, zero_one_loss

import calibrant as cal
from calibrant.metrics.decided.accuracy import Accuracy


@pytest.mark.parametrize("weighted", [False, True])
def test_agrees_with_scikit_learn(weighted):
    generator = torch.Generator().manual_seed(0)
    guess, truth = torch.randint(4, (2, 400), generator=generator)
    weights = torch.rand(400, generator=generator, dtype=torch.float64) if weighted else None
    rows = cal.decisions(predicted=guess, labels=truth, weights=weights)
    expected = accuracy_score(truth, guess, sample_weight=weights)
    assert Accuracy()(rows).value == pytest.approx(expected, abs=1e-12)


def test_is_a_share_of_rows_and_no_mean_over_classes():
    rows = cal.decisions(predicted=[0, 0, 0, 1], labels=[0, 0, 0, 0])
    assert Accuracy()(rows).value == 0.75  # the mean over classes would be .375


def test_positive_class_stated_at_one_half_is_chosen_in_every_form():
    below = np.nextafter(0.5, 0)
    assert Accuracy()(cal.predictions(probs=[0.5, below], labels=[1, 0])).value == 1
    assert Accuracy()(cal.predictions(probs=[[0.5, 0.5]], labels=[1])).value == 1
    assert Accuracy()(cal.predictions(logits=[0.0], labels=[1])).value == 1
    assert Accuracy()(cal.predictions(logits=[[3.0, 3.0]], labels=[1])).value == 1


def test_of_soft_labels_is_the_mean_probability_of_the_chosen_class():
    rows = cal.predictions(probs=[0.75, 0.25], labels=[0.5, 0.125])
    assert Accuracy()(rows).value == 0.6875  # (.5 + .875) / 2


def test_of_events_is_the_share_that_happened():
    assert Accuracy()(cal.events(probs=[0.9, 0.8, 0.1], outcomes=[1, 0, 0.5])).value == 0.5


def test_error_rate_is_one_less_accuracy():
    generator = np.random.default_rng(0)
    labels, guess = generator.integers(3, size=(2, 200))
    rows = cal.decisions(predicted=guess, labels=labels)
    found = cal.evaluate(rows, ["zero_one_loss", "hamming_loss", "accuracy"])
    wrong, right = found["zero_one_loss"], found["accuracy"]
    assert wrong.value == pytest.approx(zero_one_loss(labels, guess), abs=1e-12)
    assert wrong.value == pytest.approx(hamming_loss(labels, guess), abs=1e-12)
    assert (wrong.low, wrong.high) == (1 - right.high, 1 - right.low)
    assert found["hamming_loss"] == wrong
