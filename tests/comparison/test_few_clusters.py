"""Comparisons of rows in few clusters: which are refused, and what the others rest on."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

import calibrant as cal
from calibrant.comparison.by_influence import difference_by_units
from calibrant.comparison.pair import pair_of

RNG = np.random.default_rng(3)
TRUE = RNG.normal(size=(2, 240))
LABELS = RNG.binomial(1, expit(TRUE.sum(axis=0)))
EVERY = np.arange(240)
OF_INFLUENCES = [
    *("auroc", "average_precision", "f1", "f1_macro", "mcc", "kappa", "precision", "gini"),
    *("auroc_macro", "average_precision_micro"),
]


def models(clusters, weights=None):
    return [
        cal.predictions(logits=one, labels=LABELS, clusters=clusters, weights=weights)
        for one in TRUE
    ]


def told(clusters, names, weights=None):
    found = cal.compare(*models(clusters, weights), metrics=names)
    return {one.metric: one.difference for one in found}


def test_numbers_that_are_no_means_take_ten_clusters():
    for name, found in told(EVERY % 9, OF_INFLUENCES).items():
        why = "not available: too few clusters, 9.0 of equal weight: fewer than 10"
        assert found.method == why, name
        assert (found.low, found.high, found.p_value) == (None, None, None)
    for name, found in told(EVERY % 10, OF_INFLUENCES).items():
        assert found.low is not None, name


def test_unequal_clusters_count_as_many_as_equal_ones_would():
    heavy = np.where(EVERY % 12 == 0, 5.0, 1.0)  # one of the twelve weighs 5 of 16
    found = told(EVERY % 12, ["auroc"], heavy)["auroc"]
    number = 16**2 / (5**2 + 11)
    assert found.n_effective == pytest.approx(number)
    assert f"too few clusters, {number:.1f} of equal weight" in found.method


def test_means_are_compared_of_fewer_clusters_too():
    for name, found in told(EVERY % 4, ["brier", "log_loss", "accuracy"]).items():
        assert found.low is not None, name
        assert found.method == "paired moments (t), rows by clusters"


def test_degrees_of_freedom_are_no_more_than_those_of_the_clusters():
    pair = pair_of(*models(EVERY % 10))
    each = np.where(np.arange(10) % 2, 0.1, -0.1)  # no spread of squares: the formula knows no end
    found = difference_by_units(0.3, each, pair, 0.95, "method")
    assert found.high - 0.3 == pytest.approx(2.262157 * 0.1 * 10**0.5, rel=1e-6)  # t of nine


@pytest.mark.parametrize("n_clusters", [10, 24])
def test_areas_have_the_factor_of_the_clusters(n_clusters):
    units = EVERY % n_clusters
    up = LABELS == 1
    by_row = np.zeros(240)
    for side in (up, ~up):
        wins = [
            (one[side][:, None] > one[~side]).mean(axis=1) for one in TRUE
        ]  # of positives, or the share of them below each negative
        apart = (wins[0] - wins[1]) * (1 if side is up else -1)
        n_side = side.sum()
        by_row[side] = (apart - apart.mean()) / n_side * np.sqrt(n_side / (n_side - 1))
    each = np.bincount(units, by_row)
    variance = np.square(each).sum()
    freedom = 2 * variance**2 / ((each**4).sum() - variance**2 / n_clusters)
    factor = n_clusters / (n_clusters - 1) * 239 / 240
    due = stats.t.ppf(0.975, min(freedom, n_clusters - 1)) * np.sqrt(factor * variance)
    found = told(units, ["auroc"])["auroc"]
    assert found.high - found.value == pytest.approx(due, rel=1e-9)
