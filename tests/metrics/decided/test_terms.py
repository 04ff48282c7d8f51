"""Intervals of F-scores that are no shares: by simulation, and where there are none."""

import numpy as np
import pytest

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
