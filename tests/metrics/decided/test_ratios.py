"""Ratios of counts against scikit-learn; their intervals by simulation and by hand."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from scipy.stats import binomtest
from sklearn.metrics import (
    balanced_accuracy_score,
    f1_score,
    fbeta_score,
    jaccard_score,
    precision_score,
    recall_score,
)

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.decided.ratios import F1Score, FBetaScore, Jaccard, Precision, Recall
from calibrant.statistics.tally import Tally

ORACLES = {
    Precision: precision_score,
    Recall: recall_score,
    F1Score: f1_score,
    FBetaScore: partial(fbeta_score, beta=2),
    Jaccard: jaccard_score,
}
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
    if ratio is not FBetaScore:  # which has none at 1
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


def test_micro_averages_of_precision_recall_and_f_are_accuracy_with_its_interval():
    guess, truth, weights = drawn(4)
    rows = cal.decisions(predicted=guess, labels=truth, weights=weights)
    accuracy = cal.evaluate(rows, ["accuracy"])["accuracy"]
    for ratio in (Precision, Recall, F1Score, FBetaScore):
        estimate = ratio("micro")(rows)
        assert estimate.value == pytest.approx(accuracy.value, abs=1e-12)
        assert (estimate.low, estimate.high) == pytest.approx(
            (accuracy.low, accuracy.high), abs=1e-12
        )


def test_micro_jaccard_is_a_over_two_minus_a_and_so_are_its_ends():
    guess, truth, weights = drawn(4)
    rows = cal.decisions(predicted=guess, labels=truth, weights=weights)
    accuracy = cal.evaluate(rows, ["accuracy"])["accuracy"]
    estimate = Jaccard("micro")(rows)
    for end in ("low", "value", "high"):
        a = getattr(accuracy, end)
        assert getattr(estimate, end) == pytest.approx(a / (2 - a), abs=1e-12)


@pytest.mark.parametrize("beta", [0.1, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_f_beta_agrees_with_scikit_learn(beta, average):
    guess, truth, weights = drawn(4)
    rows = cal.decisions(predicted=guess, labels=truth, weights=weights)
    expected = fbeta_score(truth, guess, beta=beta, average=average, sample_weight=weights)
    assert FBetaScore(average, beta=beta)(rows).value == pytest.approx(expected, abs=1e-12)


def test_number_at_the_end_of_a_name_is_beta():
    rows = cal.decisions(predicted=[1, 0, 0, 0], labels=[1, 1, 0, 0])  # TP 1, FN 1
    values = cal.evaluate(rows, ["f_beta_positive_2", "f_beta_0.5", "f_beta_1", "f1"])
    assert values["f_beta_positive_2"].value == pytest.approx(5 / 9)  # 5 / (5 + 4)
    assert values["f_beta_0.5"].value == pytest.approx(1.25 / 1.5)  # 1.25 / (1.25 + .25)
    one, f1 = values["f_beta_1"], values["f1"]
    assert (one.value, one.low, one.high) == pytest.approx((f1.value, f1.low, f1.high), abs=1e-12)


@pytest.mark.parametrize("beta", [0, -1.0, math.nan, math.inf])
def test_beta_lies_above_zero(beta):
    with pytest.raises(InputError, match=r"beta must lie above 0, and be at most 1e6; got"):
        FBetaScore(beta=beta)


def test_interval_of_f_two_covers_as_often_as_it_says():
    rng = np.random.default_rng(0)
    table = np.array([[0.5, 0.15], [0.1, 0.25]])  # true class by chosen class
    true_value = 5 * 0.25 / (5 * 0.25 + 4 * 0.1 + 0.15)
    draws = rng.multinomial(100, table.reshape(-1), size=1500).reshape(-1, 2, 2)
    metric = FBetaScore("positive")
    covered = np.mean([low <= true_value <= high for low, high in ends_of(metric, draws)])
    assert 0.93 <= covered <= 0.97


@pytest.mark.parametrize("metric", [F1Score(), Recall(), Precision("weighted"), Jaccard()])
def test_interval_of_averages_covers_as_often_as_it_says(metric):
    rng = np.random.default_rng(1)
    table = np.array([[0.4, 0.06, 0.04], [0.05, 0.2, 0.05], [0.02, 0.03, 0.15]])
    true_value = float(metric.read(Tally(metric.statistic, torch.tensor(table).expand(3, -1, -1))))
    draws = rng.multinomial(200, table.reshape(-1), size=300).reshape(-1, 3, 3)
    covered = np.mean([low <= true_value <= high for low, high in ends_of(metric, draws)])
    assert 0.91 <= covered <= 0.985  # three standard errors of 300 draws


def ends_of(metric, matrices):
    """Intervals of a metric over many matrices."""
    for matrix in torch.tensor(matrices, dtype=torch.float64):
        tally = Tally(metric.statistic, matrix.expand(3, -1, -1))
        estimate = metric.estimate(tally, level=0.95, class_names=())
        yield estimate.low, estimate.high


@pytest.mark.parametrize(
    ("matrix", "why"),
    [
        ([[50, 3], [2, 6]], "a class came out or was chosen fewer than 10 times"),
        ([[50, 3], [0, 40]], "all or none of fewer than 100 rows of a class are right"),
        ([[500, 0], [0, 400]], "at 1 the estimated variance is 0"),
    ],
)
def test_averages_say_why_they_have_no_interval(matrix, why):
    estimate = cal.evaluate(cal.confusion(matrix), ["f1_macro"])["f1_macro"]
    assert (estimate.low, estimate.method) == (None, f"not available: {why}")


@every_ratio
@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_rules_for_absent_classes_are_those_of_the_peers(ratio, average):
    # class 2 is present and never chosen, 3 chosen and never present, 4 is nowhere
    guess, truth = [0, 0, 1, 1, 0, 3], [0, 1, 1, 0, 2, 1]
    rows = cal.decisions(predicted=guess, labels=truth, n_classes=5)
    peer = partial(ORACLES[ratio], truth, guess, average=average)
    assert ratio(average, "skip")(rows).value == pytest.approx(peer(zero_division=0), abs=1e-12)
    zero = peer(labels=range(5), zero_division=0)
    assert ratio(average)(rows).value == pytest.approx(zero, abs=1e-12)
    if ratio is not Jaccard:  # the peer takes no NaN for it
        undefined = peer(labels=range(5), zero_division=np.nan)
        assert ratio(average, "undefined")(rows).value == pytest.approx(undefined, abs=1e-12)


def test_balanced_accuracy_of_scikit_learn_leaves_out_classes_without_rows():
    guess, truth = [0, 0, 1, 2], [0, 1, 1, 0]
    rows = cal.decisions(predicted=guess, labels=truth)
    with pytest.warns(UserWarning, match="y_pred contains classes not in y_true"):
        expected = balanced_accuracy_score(truth, guess)
    assert Recall(absent="undefined")(rows).value == pytest.approx(expected)  # (1/2 + 1/2) / 2
    declared = cal.evaluate(rows, ["balanced_accuracy"])["balanced_accuracy"]
    assert declared.value == pytest.approx(1 / 3)  # (1/2 + 1/2 + 0) / 3


def test_vector_of_a_class_that_is_left_out_is_not_a_number_and_says_why():
    rows = cal.decisions(predicted=[0, 1], labels=[0, 1], n_classes=3)
    estimate = Precision("per_class", "skip")(rows)
    assert estimate.value[:2] == (1, 1)
    assert math.isnan(estimate.value[2])
    assert estimate.note == "undefined: no row to take a share of"


def test_positive_class_that_is_left_out_is_undefined():
    estimate = Recall("positive", "undefined")(cal.decisions(predicted=[1, 0], labels=[0, 0]))
    assert math.isnan(estimate.value)
    assert estimate.note == "undefined: no row to take a share of"


def test_vector_of_a_thousand_classes_has_the_ratio_of_each():
    n_classes = 1000
    matrix = torch.eye(n_classes, dtype=torch.float64) * 3 + 1 / n_classes
    tally = Tally(Recall().statistic, matrix.expand(3, -1, -1))
    names = tuple(map(str, range(n_classes)))
    vector = Recall("per_class").estimate(tally, level=0.95, class_names=names)
    assert vector.value == pytest.approx([3.001 / 4] * n_classes)
