"""Distance of classes in an order against NumPy, and its intervals against SciPy."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.ordinal.distance import AdjacentAccuracy, OrdinalMAE
from calibrant.metrics.resolving import resolve


def drawn(n=150, n_classes=6):
    rng = np.random.default_rng(0)
    labels = rng.integers(n_classes, size=n)
    guess = np.clip(labels + rng.integers(-2, 3, size=n), 0, n_classes - 1)
    return guess, labels, rng.random(n) + 0.1


def test_is_the_weighted_mean_distance():
    guess, labels, weights = drawn()
    rows = cal.decisions(predicted=guess, labels=labels, weights=weights, n_classes=6)
    expected = np.average(abs(guess - labels), weights=weights)
    assert OrdinalMAE()(rows).value == pytest.approx(expected, abs=1e-12)


def test_interval_is_students():
    guess, labels, _ = drawn()
    gaps = abs(guess - labels)
    low, high = stats.t.interval(0.95, len(gaps) - 1, gaps.mean(), stats.sem(gaps))
    estimate = OrdinalMAE()(cal.decisions(predicted=guess, labels=labels))
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=1e-12)


def test_soft_label_counts_the_distance_to_each_of_its_classes():
    rows = cal.predictions(probs=[[0.1, 0.1, 0.8]], labels=[[0.5, 0.25, 0.25]])
    assert OrdinalMAE()(rows).value == 1.25  # .5 * 2 + .25 * 1


@pytest.mark.parametrize("within", [0, 1, 2, 9])
def test_share_within_a_distance_has_wilsons_interval(within):
    guess, labels, _ = drawn()
    near = int((abs(guess - labels) <= within).sum())
    estimate = AdjacentAccuracy(within)(cal.decisions(predicted=guess, labels=labels))
    interval = stats.binomtest(near, len(labels)).proportion_ci(method="wilson")
    assert estimate.value == pytest.approx(near / len(labels), abs=1e-12)
    assert (estimate.low, estimate.high) == pytest.approx(tuple(interval), abs=1e-9)


def test_names_take_the_distance_at_their_end():
    rows = cal.decisions(predicted=[0, 1, 2, 3], labels=[0, 0, 0, 0])
    names = ["adjacent_accuracy", "adjacent_accuracy_2", "accuracy_within_2"]
    values = [estimate.value for _, estimate in cal.evaluate(rows, names).items()]
    assert values == [0.5, 0.75, 0.75]


def test_both_are_read_from_a_printed_matrix():
    matrix = cal.confusion([[2, 0, 1], [0, 3, 0], [0, 2, 2]])
    values = cal.evaluate(matrix, ["ordinal_mae", "adjacent_accuracy"])
    assert values["ordinal_mae"].value == pytest.approx(0.4)  # (2 * 1 + 1 * 2) / 10
    assert values["adjacent_accuracy"].value == pytest.approx(0.9)


@pytest.mark.parametrize("within", [-1, True])
def test_distance_is_a_whole_number(within):
    with pytest.raises(InputError, match="within must be a whole number, at least 0; got"):
        AdjacentAccuracy(within)


PREDICTED, LABELS = ["low", "high", "mid", "low"], ["low", "mid", "mid", "mid"]
ORDER = ["low", "mid", "high"]
NEED_ORDER = ["ordinal_mae", "adjacent_accuracy", "kappa_linear", "kappa_quadratic"]


@pytest.mark.parametrize("name", NEED_ORDER)
def test_names_without_an_order_are_refused(name):
    rows = cal.decisions(predicted=PREDICTED, labels=LABELS)
    rule = "class_names must say the order of classes for .*; got high, low, mid, by name"
    with pytest.raises(InputError, match=rule):
        cal.evaluate(rows, [name])
    with pytest.raises(InputError, match=rule):
        cal.tally(rows, [name])
    with pytest.raises(InputError, match=rule):
        resolve(name, 3)(rows)
    tallies = cal.tally(rows, ["confusion_matrix"])
    with pytest.raises(InputError, match=rule):
        cal.evaluate(tallies + tallies, [name])
    assert name not in cal.metrics.fitting(tallies)
    assert name not in cal.metrics.fitting(rows)
    assert cal.evaluate(rows, ["kappa", "accuracy"])["accuracy"].value == 0.5


def test_declared_order_is_that_of_the_distance():
    rows = cal.decisions(predicted=PREDICTED, labels=LABELS, class_names=ORDER)
    assert OrdinalMAE()(rows).value == 0.5  # (0 + 1 + 0 + 1) / 4
    columns = [pd.Categorical(v, categories=ORDER, ordered=True) for v in (PREDICTED, LABELS)]
    rows = cal.decisions(predicted=columns[0], labels=columns[1])
    assert OrdinalMAE()(rows).value == 0.5
