"""Precision, recall and F1 against scikit-learn; their intervals by simulation and by hand."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import binomtest
from sklearn.metrics import f1_score, precision_score, recall_score

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.decided.ratios import F1Score, Precision, Recall

ORACLES = {Precision: precision_score, Recall: recall_score, F1Score: f1_score}
AVERAGES = {"micro": "micro", "macro": "macro", "weighted": "weighted", "per_class": None}
every_ratio = pytest.mark.parametrize("ratio", ORACLES, ids=lambda ratio: ratio.__name__)


def drawn(n_classes, n=400):
    generator = torch.Generator().manual_seed(0)
    truth = torch.randint(n_classes, (n,), generator=generator)
    guess = torch.where(
        torch.rand(n, generator=generator) < 0.6,
        truth,
        torch.randint(n_classes, (n,), generator=generator),
    )
    return guess, truth, torch.rand(n, generator=generator, dtype=torch.float64) + 0.1


@every_ratio
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("average", AVERAGES)
def test_agrees_with_scikit_learn(ratio, average, weighted):
    guess, truth, weights = drawn(4)
    weights = weights if weighted else None
    rows = cal.decisions(predicted=guess, labels=truth, n_classes=5, weights=weights)
    expected = ORACLES[ratio](
        truth,
        guess,
        labels=range(5),  # the last is declared, and never comes out
        average=AVERAGES[average],
        sample_weight=weights,
        zero_division=0,
    )
    estimate = ratio(average)(rows)
    np.testing.assert_allclose(estimate.value, expected, rtol=0, atol=1e-12)


@every_ratio
def test_positive_is_class_one_of_two(ratio):
    guess, truth, weights = drawn(2)
    rows = cal.decisions(predicted=guess, labels=truth, weights=weights)
    expected = ORACLES[ratio](truth, guess, sample_weight=weights)
    assert ratio("positive")(rows).value == pytest.approx(expected, abs=1e-12)


@every_ratio
def test_class_neither_chosen_nor_present_counts_zero_in_the_mean(ratio):
    rows = cal.decisions(predicted=[0, 1], labels=[0, 1], n_classes=4)
    assert ratio("macro")(rows).value == 0.5
    per_class = ratio("per_class")(rows)
    assert per_class.value == (1, 1, 0, 0)
    assert per_class.support == (1, 1, 0, 0)
    assert [math.isnan(low) for low in per_class.low] == [False, False, True, True]


@every_ratio
def test_positive_class_that_is_nowhere_is_zero_by_convention_and_says_so(ratio):
    estimate = ratio("positive")(cal.decisions(predicted=[0], labels=[0], n_classes=2))
    assert (estimate.value, estimate.low) == (0, None)
    assert estimate.note == "0 by convention: no row to take a share of"


@every_ratio
def test_positive_class_needs_two_classes(ratio):
    with pytest.raises(InputError, match=r"classes must be two for the positive class; got 3\."):
        ratio("positive")(cal.decisions(predicted=[0], labels=[2]))


def test_vectors_of_classes_without_any_row_have_no_interval():
    rows = cal.decisions(predicted=[0, 0], labels=[1, 1], n_classes=3)
    precision = Precision("per_class")(rows)
    assert precision.value == (0, 0, 0)
    assert precision.method == "Wilson"  # class 0 was chosen twice
    assert (math.isnan(precision.high[1]), precision.high[0] > 0.5) == (True, True)


def test_precision_is_a_share_of_the_chosen_and_recall_of_the_present():
    guess, truth, _ = drawn(2)
    rows = cal.decisions(predicted=guess, labels=truth)
    hits = int(((guess == 1) & (truth == 1)).sum())
    for ratio, whole in ((Precision, int(guess.sum())), (Recall, int(truth.sum()))):
        estimate = ratio("positive")(rows)
        interval = binomtest(hits, whole).proportion_ci(method="wilson")
        assert (estimate.low, estimate.high) == pytest.approx(tuple(interval), abs=1e-12)


def test_interval_of_f1_is_that_of_jaccards_index():
    guess, truth, _ = drawn(2)
    rows = cal.decisions(predicted=guess, labels=truth)
    hits, union = int(((guess == 1) & (truth == 1)).sum()), int(((guess == 1) | (truth == 1)).sum())
    jaccard = binomtest(hits, union).proportion_ci(method="wilson")
    expected = [2 * end / (1 + end) for end in jaccard]
    estimate = F1Score("positive")(rows)
    assert (estimate.low, estimate.high) == pytest.approx(expected, abs=1e-12)
    share = hits / union
    assert estimate.value == pytest.approx(2 * share / (1 + share), abs=1e-12)


def test_interval_of_f1_covers_as_often_as_it_says():
    rng = np.random.default_rng(0)
    table = np.array([[0.5, 0.15], [0.1, 0.25]])  # true class by chosen class
    true_f1 = 2 * 0.25 / (2 * 0.25 + 0.15 + 0.1)
    draws = rng.multinomial(100, table.reshape(-1), size=1500).reshape(-1, 2, 2)
    ends = np.array(
        [
            (estimate.low, estimate.high)
            for estimate in (
                cal.evaluate(cal.confusion(matrix), ["f1_positive"])["f1_positive"]
                for matrix in draws
            )
        ]
    )
    covered = np.mean((ends[:, 0] <= true_f1) & (true_f1 <= ends[:, 1]))
    assert 0.93 <= covered <= 0.97  # .95, and three standard errors of 1,500 draws


def test_micro_averages_are_accuracy_with_its_interval():
    guess, truth, weights = drawn(4)
    rows = cal.decisions(predicted=guess, labels=truth, weights=weights)
    accuracy = cal.evaluate(rows, ["accuracy"])["accuracy"]
    for ratio in ORACLES:
        estimate = ratio("micro")(rows)
        assert estimate.value == pytest.approx(accuracy.value, abs=1e-12)
        assert (estimate.low, estimate.high) == pytest.approx(
            (accuracy.low, accuracy.high), abs=1e-12
        )
