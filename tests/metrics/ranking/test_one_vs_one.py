"""AUROC of pairs of classes against scikit-learn, hand counts and resampled rows."""

import math

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.ranking.one_vs_one import OneVsOneAUROC
from calibrant.metrics.ranking.one_vs_rest import OneVsRestAUROC


def drawn(n=300, n_classes=3, decimals=None):
    rng = np.random.default_rng(n)
    odds = np.exp(1.5 * rng.normal(size=(n, n_classes)))
    probs = odds / odds.sum(1, keepdims=True)
    tilted = probs * np.arange(1, n_classes + 1)
    labels = np.array([rng.choice(n_classes, p=row / row.sum()) for row in tilted])
    if decimals is not None:
        probs = probs.round(decimals)
        probs /= probs.sum(1, keepdims=True)
    return probs, labels


@pytest.mark.parametrize("average", ["macro", "weighted"])
@pytest.mark.parametrize("decimals", [None, 1])
def test_pairs_agree_with_scikit_learn(average, decimals):
    probs, labels = drawn(n_classes=4, decimals=decimals)
    expected = roc_auc_score(labels, probs, multi_class="ovo", average=average)
    value = OneVsOneAUROC(average)(cal.predictions(probs=probs, labels=labels)).value
    assert value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_weights_equal_repetition_and_one_hot_labels_hard_ones(average):
    probs, labels = drawn(decimals=1)
    metric, times = OneVsOneAUROC(average), np.arange(300) % 4
    every = np.repeat(np.arange(300), times)
    repeated = metric(cal.predictions(probs=probs[every], labels=labels[every]))
    weighted = metric(cal.predictions(probs=probs, labels=labels, weights=times))
    soft = metric(cal.predictions(probs=probs, labels=np.eye(3)[labels], weights=times))
    assert weighted.value == pytest.approx(repeated.value, abs=1e-12)
    assert soft.value == pytest.approx(repeated.value, abs=1e-12)
    assert soft.method == "not available: the variance needs hard labels"


@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_interval_is_that_of_resampled_rows(average):
    probs, labels = drawn()
    metric, rng = OneVsOneAUROC(average), np.random.default_rng(0)
    estimate = metric(cal.predictions(probs=probs, labels=labels))
    values = [
        metric(cal.predictions(probs=probs[index], labels=labels[index])).value
        for index in (rng.integers(300, size=300) for _ in range(100))
    ]
    assert estimate.high - estimate.low == pytest.approx(2 * 1.96 * np.std(values), rel=0.3)


def test_two_classes_are_the_one_pair():
    probs, labels = drawn(n_classes=2)
    rows = cal.predictions(probs=probs, labels=labels)
    pair, positive = OneVsOneAUROC()(rows), cal.metrics.PositiveAUROC()(rows)
    assert (pair.value, pair.low, pair.high) == pytest.approx(
        (positive.value, positive.low, positive.high)
    )


def test_frequent_classes_do_not_lend_rare_ones_easy_negatives():
    # of class 2 against the rest most negatives are of class 0, which nothing confuses with it
    labels = np.array([0] * 98 + [1, 1, 2, 2])
    probs = np.full((102, 3), 0.0)
    probs[:98] = [0.9, 0.06, 0.04]
    probs[98:] = [[0.1, 0.4, 0.5], [0.1, 0.5, 0.4], [0.1, 0.45, 0.45], [0.1, 0.42, 0.48]]
    rows = cal.predictions(probs=probs, labels=labels)
    assert OneVsRestAUROC("per_class")(rows).value[2] > 0.98
    # classes 1 and 2: .4 loses to both, .5 wins over both; so for class 2: one half
    assert OneVsOneAUROC()(rows).value == pytest.approx((1 + 1 + 0.5) / 3)


def test_classes_that_never_come_out_are_left_out_and_counted():
    probs, labels = drawn(n_classes=4)
    rows = cal.predictions(probs=probs, labels=np.minimum(labels, 2))
    estimate = OneVsOneAUROC()(rows)
    assert estimate.note == "1 of 4 classes never came out: left out"
    assert 0.5 < estimate.value < 1


def test_one_class_alone_is_undefined_and_one_row_tells_no_spread():
    alone = OneVsOneAUROC()(cal.predictions(probs=[[0.2, 0.8], [0.6, 0.4]], labels=[1, 1]))
    assert math.isnan(alone.value)
    assert alone.note == "undefined: it takes rows of two classes"
    probs, labels = drawn(n_classes=2, n=20)
    labels[:] = 0
    labels[3] = 1
    single = OneVsOneAUROC()(cal.predictions(probs=probs, labels=labels))
    assert single.method == "not available: a class of one row tells nothing of the spread"


def test_logits_rank_rows_whose_probabilities_round_to_one():
    logits = torch.zeros(4, 3)
    logits[:, 1] = torch.tensor([50.0, 60.0, 70.0, 80.0])
    rows = cal.predictions(logits=logits, labels=[0, 1, 0, 1])
    assert OneVsOneAUROC()(rows).value == 0.75


@pytest.mark.filterwarnings("ignore::calibrant.errors.CalibrantWarning")
@pytest.mark.parametrize("average", ["macro", "weighted"])
@pytest.mark.parametrize("sharp", [1.0, 6.0, 1e-4])
@pytest.mark.parametrize("n_classes", [2, 5])
def test_grid_is_no_further_off_than_it_says(average, sharp, n_classes):
    probs, labels = drawn(n_classes=n_classes)
    probs = probs**sharp / (probs**sharp).sum(1, keepdims=True)
    metric, weights = OneVsOneAUROC(average), np.arange(300) % 4
    soft = 0.8 * np.eye(n_classes)[labels] + 0.2 / n_classes
    for truth in (labels, soft):
        rows = cal.predictions(probs=probs, labels=truth, weights=weights)
        exact, name = metric(rows).value, repr(metric)
        halves = (
            cal.tally(
                cal.predictions(probs=probs[part], labels=truth[part], weights=weights[part]),
                [metric],
            )
            for part in (slice(0, 100), slice(100, None))
        )
        first, second = halves
        found = cal.evaluate(first + second, [metric])[name]
        assert abs(found.value - exact) <= found.bound + 1e-12
        assert found.n == 225
        assert (found.bound < 0.01) == (sharp != 1e-4)
        assert found.method.startswith("not available: classes share their rows")


def test_positive_column_and_both_columns_fill_the_same_grids():
    prob, labels = drawn(n_classes=2)[0][:, 1], np.arange(300) % 2
    both = np.stack((1 - prob, prob), axis=1)
    found = [
        cal.evaluate(
            cal.tally(cal.predictions(probs=p, labels=labels), ["auroc_ovo"]), ["auroc_ovo"]
        )
        for p in (prob, both)
    ]
    assert found[0]["auroc_ovo"].value == found[1]["auroc_ovo"].value


def test_pairs_of_many_classes_are_not_tallied():
    probs = np.full((4, 129), 1 / 129)
    rows = cal.predictions(probs=probs, labels=[0, 1, 2, 3])
    with pytest.raises(InputError, match=r"rows must have at most 128 classes .*; got 129"):
        cal.tally(rows, ["auroc_ovo"])
    assert OneVsOneAUROC()(rows).value == 0.5
