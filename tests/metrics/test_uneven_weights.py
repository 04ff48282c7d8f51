"""Weights that leave few effective rows tell no share, and say so."""

import numpy as np
import pytest

import calibrant as cal

FEW = "fewer than 5 effective rows"


def rows_with_one_heavy(weight, n=1000):
    rng = np.random.default_rng(0)
    probs = rng.random(n)
    labels = (rng.random(n) < probs).astype(int)
    weights = np.ones(n)
    heavy = np.flatnonzero((probs > 0.9) & (labels == 1))[0]
    weights[heavy] = weight
    return cal.predictions(probs=probs, labels=labels, weights=weights)


@pytest.mark.parametrize(
    "metric", ["accuracy", "error_rate", "f1_micro", "precision_positive", "recall_positive"]
)
def test_a_share_of_one_heavy_row_has_no_interval(metric):
    """Accuracy was held in none of 200 sets of which one row weighs 10,000 times as much."""
    found = cal.evaluate(rows_with_one_heavy(1e6), [metric])[metric]
    assert found.low is None
    assert FEW in found.method
    assert cal.evaluate(rows_with_one_heavy(30.0), [metric])[metric].low is not None


@pytest.mark.parametrize("n_rows", [1, 2, 3, 4])
def test_few_rows_that_weigh_alike_have_one(n_rows):
    rows = cal.predictions(probs=[0.8] * n_rows, labels=[1] * n_rows, weights=[3.0] * n_rows)
    assert cal.evaluate(rows, ["accuracy"])["accuracy"].low is not None


@pytest.mark.parametrize(
    ("n_rows", "weight", "told"), [(20, 14.0, True), (20, 15.0, False), (6, 5.0, True)]
)
def test_the_bound_is_five_effective_rows_or_half_of_them(n_rows, weight, told):
    """(19 + w)^2 / (19 + w^2) is 5.07 of 14 and 4.7 of 15; 10^2 / (5 + 25) of six rows is 3.3."""
    weights = np.array([1.0] * (n_rows - 1) + [weight])
    n_effective = weights.sum() ** 2 / (weights**2).sum()
    assert (n_effective > min(5, n_rows / 2)) == told
    rows = cal.predictions(probs=[0.8] * n_rows, labels=[1, 0] * (n_rows // 2), weights=weights)
    assert (cal.evaluate(rows, ["accuracy"])["accuracy"].low is not None) == told


def test_bins_of_one_heavy_row_claim_nothing():
    rows = rows_with_one_heavy(1e6)
    table = cal.reliability_table(rows, view="positive", n_bins=10)
    assert np.isnan(table.low[9])
    assert not np.isnan(table.low[:9]).any()
    for simultaneous in (False, True):
        curve = cal.reliability_curve(
            rows, view="positive", n_bins=10, band="confidence", simultaneous=simultaneous
        )
        assert (curve.low[-1], curve.high[-1]) == (0.0, 1.0)
        assert min(curve.high[:-1]) < 0.9


def test_a_certificate_of_one_heavy_row_shows_nothing():
    """That of 90 % held wrongly in 46 of 200 sets of rows that are right in 80 %."""
    rows = rows_with_one_heavy(1e6)
    for given in (rows, cal.tally(rows, metrics=["positive_ece", "top_label_ece"])):
        claim = cal.certificate(given, levels=[0.9]).claims[0]
        assert (claim.low, claim.high, claim.verdict) == (0.0, 1.0, "not shown")
        assert FEW in claim.method
        assert claim.n_effective < 1.1


@pytest.mark.parametrize("n_rows", [2, 3])
def test_no_end_is_beyond_what_a_score_can_be(n_rows):
    rng = np.random.default_rng(1)
    for _ in range(20):
        probs = rng.random(n_rows)
        rows = cal.predictions(probs=probs, labels=(rng.random(n_rows) < probs).astype(int))
        found = cal.evaluate(rows, ["brier", "brier_binary"])
        assert found["brier"].high <= 2
        assert found["brier_binary"].high <= 1
