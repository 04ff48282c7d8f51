"""Very sure models: intervals know that errors which did not come could have come."""

import numpy as np
import pytest
from scipy.stats import binom, binomtest

import calibrant as cal
from calibrant.metrics.binned.bins import equal_width
from calibrant.metrics.binned.evidence import deviation_of
from calibrant.metrics.binned.unforeseen import room_of
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.score_grid import ScoreGrid

ERRORS = [
    *("ece", "ece_debiased", "positive_ece", "positive_ece_equal_mass", "top_label_ece_l2"),
    *("positive_ece_l2", "positive_ece_l2_equal_mass", "classwise_ece", "classwise_ece_l2"),
    *("overconfidence", "smooth_ece", "positive_smooth_ece", "top_label_ici", "positive_ici"),
]
SETS = 60
LEAST = binom.ppf(1e-3, SETS, 0.95)


def sure(n, stated, right, rng):
    """Rows of a model that states as much for one class or the other, and is right less often."""
    side = rng.integers(0, 2, n)
    labels = np.where(rng.random(n) < right, side, 1 - side)
    return np.where(side == 1, stated, 1 - stated), labels


@pytest.mark.parametrize(
    ("n", "stated", "right"),
    [(80, 1.0, 0.98), (80, 0.999, 0.9), (100, 0.995, 0.97), (300, 0.999, 0.99)],
)
def test_true_gaps_of_sure_models_are_held(n, stated, right):
    """They were held in 77 to 83 of a hundred sets."""
    rng = np.random.default_rng(3)
    held = dict.fromkeys(ERRORS, 0)
    for _ in range(SETS):
        probs, labels = sure(n, stated, right, rng)
        found = cal.evaluate(cal.predictions(probs=probs, labels=labels), ERRORS)
        for name, estimate in found.items():
            held[name] += estimate.low - 1e-9 <= stated - right <= estimate.high + 1e-9
    assert {name: count for name, count in held.items() if count < LEAST} == {}


@pytest.mark.parametrize("n", [40, 80, 1000])
def test_nothing_wrong_is_told_as_by_clopper_and_pearson(n):
    labels = np.arange(n) % 2
    rows = cal.predictions(probs=labels.astype(float), labels=labels)
    exact = 1 - binomtest(n, n).proportion_ci(0.95, method="exact").low
    found = cal.evaluate(rows, ["mce", *ERRORS])
    for name in ("ece", "ece_debiased", "classwise_ece", "overconfidence"):
        assert found[name].low == 0
        assert exact <= found[name].high <= 1.15 * exact, name
    nodes = 0.0012  # of a smooth error, the least bandwidth that can be told
    assert exact <= found["smooth_ece"].high <= 1.15 * exact + nodes
    for name in ("positive_ece_l2", "classwise_ece_l2"):  # of two halves, one may hold all
        assert exact <= found[name].high <= 1.6 * exact, name


CLUSTERED = [
    each for each in ERRORS if each not in ("overconfidence", "positive_ece_l2_equal_mass")
]


def test_clusters_leave_the_room_of_their_rows():
    """Blocks that are all right show no noise, and their intervals had no width."""
    labels = np.arange(80) % 2
    rows = cal.predictions(probs=labels.astype(float), labels=labels, clusters=np.arange(80) // 2)
    exact = 1 - binomtest(80, 80).proportion_ci(0.95, method="exact").low
    for name, found in cal.evaluate(rows, CLUSTERED).items():
        assert exact <= found.high <= 1.6 * exact, name


def test_reliability_of_the_brier_score_has_the_room_of_its_root():
    labels = np.arange(80) % 2
    rows = cal.predictions(probs=np.where(labels == 1, 0.999, 0.001), labels=labels)
    found = cal.evaluate(rows, ["positive_brier_reliability_15", "positive_ece_l2"])
    root = found["positive_brier_reliability_15"].high ** 0.5
    assert root == pytest.approx(found["positive_ece_l2"].high, rel=0.05)


@pytest.mark.parametrize("metric", ["ece", "classwise_ece"])
def test_plans_of_rows_that_are_all_right_count_the_room(metric):
    """None wrong of n rows leaves z^2 / n, so that .01 takes 385 rows; the pilot's sufficed."""
    labels = np.arange(80) % 2
    pilot = cal.predictions(probs=labels.astype(float), labels=labels)
    assert cal.plan(pilot, metric, width=0.01).n == pytest.approx(1.959964**2 / 0.01, abs=1)


def test_room_is_small_where_odds_vary():
    """Uncertain rows scatter on both sides alike: the room is less than 2 % of the width."""
    rng = np.random.default_rng(0)
    probs = 1 / (1 + np.exp(-1.5 * rng.normal(size=5000)))
    rows = cal.predictions(probs=probs, labels=(rng.random(5000) < probs).astype(int))
    grid = ScoreGrid("positive")
    bins = equal_width(tally_rows(rows, [grid]).tally_of(grid), 15)
    room = room_of(bins, deviation_of(bins, hard=True), 0.95)
    found = cal.evaluate(rows, ["positive_ece"])["positive_ece"]
    assert 0 < room < 0.02 * (found.high - found.low)


@pytest.mark.parametrize("name", ["ece", "ece_l2", "classwise_ece", "overconfidence"])
def test_soft_labels_have_no_room(name):
    """What they are off by is no matter of counts: the interval is that of what they show."""
    n = 60
    stated, came = np.full(n, 0.99), np.full(n, 0.985)
    rows = cal.predictions(
        probs=np.stack([1 - stated, stated], axis=1), labels=np.stack([1 - came, came], axis=1)
    )
    found = cal.evaluate(rows, [name])[name]
    assert found.high is None or found.high < 0.02


def test_few_errors_leave_parts_of_scores_without_an_interval():
    rng = np.random.default_rng(0)
    names = [f"positive_{score}_{part}" for score in ("brier", "log_loss") for part in PARTS]
    probs, labels = sure(1000, 0.999, 0.998, rng)
    few = cal.evaluate(cal.predictions(probs=probs, labels=labels), names)
    probs, labels = sure(1000, 0.999, 0.98, rng)
    some = cal.evaluate(cal.predictions(probs=probs, labels=labels), names)
    for name in names:
        assert few[name].low is None
        assert "unforeseen: an interval takes 5" in few[name].method
        assert some[name].low is not None, name


PARTS = ("miscalibration", "discrimination")


@pytest.mark.parametrize(
    "name", ["ece", "ece_l2", "ece_debiased", "ece_l2_debiased", "mce", "overconfidence"]
)
def test_one_row_that_outweighs_all_others_is_no_evidence(name):
    """Its p value was below .001, where a true model is always off by as much."""
    rng = np.random.default_rng(1)
    probs = rng.uniform(0.3, 0.7, 80)
    weights = np.ones(80)
    weights[0] = 1e6
    labels = (rng.random(80) < probs).astype(int)
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    found = cal.evaluate(rows, [name])[name]
    assert found.noise_floor is None
    assert "p_value" not in found.details
    even = cal.predictions(probs=probs, labels=labels)
    assert "p_value" in cal.evaluate(even, [name])[name].details


@pytest.mark.parametrize("name", ["positive_ece", "positive_ece_l2", "overconfidence"])
def test_the_scale_of_weights_and_the_order_of_rows_change_no_digit(name):
    for seed in range(6):
        rng = np.random.default_rng(seed)
        n = 60
        probs = np.round(rng.random(n), 1)
        labels = (rng.random(n) < probs).astype(int)
        weights = rng.choice([1.0, 2.0, 0.3], n)
        order = rng.permutation(n)
        rows = cal.predictions(probs=probs, labels=labels, weights=weights)
        same = cal.predictions(
            probs=probs[order], labels=labels[order], weights=7.3 * weights[order]
        )
        one, other = (cal.evaluate(each, [name])[name] for each in (rows, same))
        if one.low is None:
            assert other.low is None
            continue
        assert (other.low, other.high) == pytest.approx((one.low, one.high), rel=1e-9, abs=1e-12)
