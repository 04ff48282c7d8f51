"""Intervals of F-scores that are no shares: by simulation, and where there are none."""

import numpy as np
import pytest
from scipy import stats

import calibrant as cal
from calibrant.metrics.decided.ratios import FBetaScore


@pytest.mark.parametrize("beta", [0.5, 2])
def test_intervals_of_f_beta_hold_what_they_promise_of_rare_classes_and_unequal_weights(beta):
    generator, found = np.random.default_rng(2), []
    true = (1 + beta**2) * 0.07 / ((1 + beta**2) * 0.07 + beta**2 * 0.03 + 0.09)
    for _ in range(800):
        labels = generator.random(100) < 0.1
        guess = np.where(labels, generator.random(100) < 0.7, generator.random(100) < 0.1)
        weights = generator.exponential(size=100)
        rows = cal.decisions(predicted=guess, labels=labels, weights=weights, n_classes=2)
        estimate = FBetaScore("positive", beta=beta)(rows)
        if estimate.low is not None:
            found.append(estimate.low <= true <= estimate.high)
    assert len(found) > 700
    assert np.mean(found) > 0.925


def test_f_beta_of_few_rows_has_no_interval():
    labels = [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    guess = [1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    estimate = FBetaScore("positive")(cal.decisions(predicted=guess, labels=labels))
    assert estimate.method == "not available: fewer than 5 effective rows add to the ratio"


@pytest.mark.parametrize("union", [10, 30, 100])
def test_f1_of_few_hits_is_held_nearly_as_often_as_promised_where_wilsons_is_not(union):
    hits, ends = np.arange(union + 1), []
    for number in hits:  # rows that count: hits, and alarms
        labels = np.array([1] * number + [0] * (union - number) + [0] * 5)
        guess = np.array([1] * union + [0] * 5)
        found = FBetaScore("positive", beta=1)(cal.decisions(predicted=guess, labels=labels))
        ends.append((found.low, found.high))
    low, high = np.array(ends).T
    intervals = [stats.binomtest(int(k), union).proportion_ci(method="wilson") for k in hits]
    plain = np.array([(each.low, each.high) for each in intervals])
    share = np.geomspace(1e-3, 0.4, 300)[:, None]
    mass, true = stats.binom.pmf(hits, union, share), 2 * share / (1 + share)
    held = (mass * ((low <= true) & (true <= high))).sum(axis=1)
    by_wilson = (mass * ((plain[:, 0] <= share) & (share <= plain[:, 1]))).sum(axis=1)
    assert held.min() > 0.91
    assert by_wilson.min() < 0.87
    assert np.all(np.diff(low) > 0)
    assert np.all(np.diff(high) > 0)
