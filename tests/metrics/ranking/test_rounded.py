"""Rankings without an error, or without an order: weights round, and rounding is no spread."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.metrics.intervals import wilson
from calibrant.metrics.ranking.average_precision import OneVsRestAveragePrecision
from calibrant.metrics.ranking.rounded import rounded_logit_interval

SEEDS = range(12)
SCALES = (1.0, 7.3, 0.01)


def ranked(seed, n_classes, *, turned=0):
    """Rows whose class, or that `turned` places further, is stated most; and weights."""
    rng = np.random.default_rng(seed)
    labels, sure = rng.integers(n_classes, size=200), rng.uniform(0.55, 0.95, 200)
    probs = np.repeat((1 - sure)[:, None] / (n_classes - 1), n_classes, axis=1)
    probs[np.arange(200), (labels + turned) % n_classes] = sure
    return probs, labels, rng.exponential(size=200)


def told(name, probs, labels, weights):
    """The estimate from rows and that from tallies."""
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    return [cal.evaluate(each, [name])[name] for each in (rows, cal.tally(rows, [name]))]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scale", SCALES)
def test_average_precision_without_an_error_has_wilsons_interval(seed, scale):
    probs, labels, weights = ranked(seed, 2)
    up = weights[labels == 1]
    due = wilson(1.0, up.sum() ** 2 / (up**2).sum(), 0.95)
    for found in told("average_precision", probs, labels, scale * weights):
        assert found.value == pytest.approx(1, abs=1e-12)
        assert (found.low, found.high) == pytest.approx((due.low, 1), abs=1e-9)
        assert found.method == "Wilson"


def test_the_scale_of_weights_does_not_matter_to_a_perfect_ranking():
    rng = np.random.default_rng(8)
    probs, weights = rng.uniform(size=200), rng.exponential(size=200)
    ends = [
        told("average_precision", probs, (probs > 0.5).astype(int), scale * weights)[0]
        for scale in SCALES
    ]
    for end in ends:
        assert (round(end.low, 6), end.high) == (round(ends[0].low, 6), 1)
    assert 0.92 < ends[0].low < 0.95


@pytest.mark.parametrize("seed", SEEDS)
def test_average_precision_of_each_class_without_an_error_has_wilsons_interval(seed):
    probs, labels, weights = ranked(seed, 4)
    for found in told("average_precision_per_class", probs, labels, weights):
        for k, low in enumerate(found.low):
            up = weights[labels == k]
            assert low == pytest.approx(wilson(1.0, up.sum() ** 2 / (up**2).sum(), 0.95).low)


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("average", ["macro", "weighted", "micro"])
def test_averages_without_an_error_show_no_spread_whatever_the_weights(n_classes, average):
    for seed in SEEDS:
        probs, labels, weights = ranked(seed, n_classes)
        for weight in (None, *(scale * weights for scale in SCALES)):
            rows = cal.predictions(probs=probs, labels=labels, weights=weight)
            found = OneVsRestAveragePrecision(average)(rows)
            assert found.value == pytest.approx(1, abs=1e-12)
            assert found.method == "not available: at 0 or 1 the estimated variance is 0"


@pytest.mark.parametrize("name", ["aurc", "augrc"])
@pytest.mark.parametrize("n_classes", [2, 4])
def test_areas_of_rows_that_are_all_wrong_show_no_spread(name, n_classes):
    for seed in SEEDS:
        probs, labels, weights = ranked(seed, n_classes, turned=1)
        for weight in (None, *(scale * weights for scale in SCALES)):
            for found in told(name, probs, labels, weight):
                assert found.value == pytest.approx(1 if name == "aurc" else 0.5, abs=1e-12)
                assert found.method == "not available: at 0 or 1 the estimated variance is 0"


@pytest.mark.parametrize("name", ["auroc_ovo", "auroc_ovo_weighted"])
def test_pairs_of_classes_that_are_all_tied_show_no_spread(name):
    probs = np.full((200, 4), 0.25)
    for seed in SEEDS:
        _, labels, weights = ranked(seed, 4)
        for weight in (None, *(scale * weights for scale in SCALES)):
            rows = cal.predictions(probs=probs, labels=labels, weights=weight)
            found = cal.evaluate(rows, [name])[name]
            assert found.value == pytest.approx(0.5, abs=1e-12)
            assert found.method == "not available: the estimated variance is 0"


@pytest.mark.parametrize("name", ["captured", "lift"])
def test_the_highest_of_rows_that_are_all_tied_show_no_spread(name):
    probs = np.full(200, 0.3)
    for seed in SEEDS:
        _, labels, weights = ranked(seed, 2)
        for weight in (None, *(scale * weights for scale in SCALES)):
            rows = cal.predictions(probs=probs, labels=labels, weights=weight)
            found = cal.evaluate(rows, [name])[name]
            assert found.value == pytest.approx(1 if name == "lift" else 0.1, abs=1e-12)
            assert found.low is None
            assert "all replicates have the same value" in found.method


def test_a_standard_error_that_is_small_is_one():
    both = rounded_logit_interval(1 - 1e-7, 1e-15, 0.95, "jackknife")  # of ten million rows
    assert 1 - 2e-6 < both.low < 1 - 1e-7 < both.high < 1
