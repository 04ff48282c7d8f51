"""Interval, noise floor and p value of the ICI: laws, refitted curves, worked edges, coverage."""

import math

import numpy as np
import pytest
from scipy.stats import binom

import calibrant as cal
from calibrant.metrics.binless.loess import loess, parts_of
from calibrant.metrics.binless.smoothed_gap import SmoothedGap

NAME = "positive_ici"


@pytest.fixture(scope="module")
def rows():
    """Some 700 overconfident rows with weights."""
    rng = np.random.default_rng(3)
    true = rng.beta(2, 3, size=700)
    probs = true**2 / (true**2 + (1 - true) ** 2)
    return probs, rng.binomial(1, true), rng.uniform(0.5, 2, size=700)


def estimate(probs, labels, weights=None):
    return SmoothedGap()(cal.predictions(probs=probs, labels=labels, weights=weights))


def told(found):
    return (found.value, found.low, found.high, found.noise_floor, *found.details.values())


def test_a_curve_is_the_sum_of_what_outcomes_add_to_it():
    rng = np.random.default_rng(0)
    score = np.sort(rng.beta(0.5, 2, size=900))
    w = rng.uniform(0.5, 2, size=900)
    wy = w * rng.binomial(1, score)
    curve, part = loess(w, w * score, wy, 0.75), parts_of(w, score, 20)
    expected = np.bincount(part, w * curve.uncut(score))
    actual = curve.sums(score, w, part) @ np.bincount(curve.group, wy)
    assert actual == pytest.approx(expected, abs=1e-9)


def test_order_of_rows_does_not_matter(rows):
    turned = [each[::-1].copy() for each in rows]
    assert told(estimate(*turned)) == pytest.approx(told(estimate(*rows)), abs=1e-9)


def test_weights_have_no_unit(rows):
    probs, labels, weights = rows
    other = estimate(probs, labels, 1000 * weights)
    assert told(other) == pytest.approx(told(estimate(*rows)), abs=1e-9)


def test_rows_of_weight_0_do_not_matter(rows):
    probs, labels, weights = rows
    more = (np.append(probs, [0.01, 0.99]), np.append(labels, [1, 0]), np.append(weights, [0, 0]))
    assert told(estimate(*more)) == pytest.approx(told(estimate(*rows)), abs=1e-9)


def test_tallies_of_parts_add_up_to_the_same_interval(rows):
    parts = [
        cal.tally(cal.predictions(probs=p, labels=y, weights=w), [NAME])
        for p, y, w in (tuple(each[some] for each in rows) for some in np.split(np.arange(700), 7))
    ]
    merged = cal.evaluate(sum(parts[1:], parts[0]), [NAME])[NAME]
    assert told(merged) == pytest.approx(told(estimate(*rows)), abs=1e-9)


def test_classes_that_trade_places_leave_the_interval(rows):
    probs, labels, weights = rows
    other = estimate(1 - probs, 1 - labels, weights)
    # cells are closed on the other side and draws are mirrored: ends differ by what draws do
    assert told(other) == pytest.approx(told(estimate(*rows)), rel=0.03, abs=1e-3)


@pytest.mark.parametrize("shape", [(1, 1), (0.4, 4)])
def test_floor_and_p_value_are_those_of_refitted_curves(shape):
    rng = np.random.default_rng(1)
    probs = rng.beta(*shape, size=400)
    found = estimate(probs, rng.binomial(1, 0.9 * probs))
    drawn = np.array(
        [
            float(SmoothedGap().read(tally_of(probs, rng.binomial(1, probs)).tally_of(GRID)))
            for _ in range(300)
        ]
    )
    error = drawn.std() / math.sqrt(300)
    assert found.noise_floor == pytest.approx(drawn.mean(), abs=4 * error)
    beyond = (drawn > found.details["noise_floor_95"]).mean()
    assert abs(beyond - 0.05) < 4 * math.sqrt(0.05 * 0.95 / 300)
    share = (drawn >= found.value).mean()
    assert abs(found.details["p_value"] - share) < 4 * math.sqrt(0.25 / 300)


GRID = SmoothedGap().statistic


def tally_of(probs, labels):
    return cal.tally(cal.predictions(probs=probs, labels=labels), [NAME])


def test_one_score_has_the_interval_of_one_share():
    found = estimate([0.3] * 500, [1] * 300 + [0] * 200)
    half = 1.96 * math.sqrt(0.6 * 0.4 / 500)  # the share that came, .6, is far above .3
    assert (found.low, found.high) == pytest.approx((0.3 - half, 0.3 + half), abs=2e-3)
    assert found.details["p_value"] < 1e-3


def test_a_score_that_comes_true_has_0():
    found = estimate([0.3] * 500, [1] * 150 + [0] * 350)
    assert found.low == 0
    assert found.high == pytest.approx(2.24 * math.sqrt(0.3 * 0.7 / 500), rel=0.15)
    assert found.details["p_value"] > 0.9


def test_soft_labels_without_scatter_leave_the_scores_alone_to_chance():
    probs = np.linspace(0.1, 0.9, 20_001)
    found = SmoothedGap()(cal.events(probs=probs, outcomes=0.2 + 0.5 * probs))
    error = np.abs(0.5 * probs - 0.2).std() / math.sqrt(20_001)  # of the mean gap
    assert found.low <= found.value - 1.9 * error
    assert found.low == pytest.approx(found.value, abs=10 * error)
    assert found.high == pytest.approx(found.value + 1.96 * error, abs=3 * error)
    assert found.noise_floor is None
    assert "p_value" not in found.details


def test_sure_and_right_is_0():
    found = estimate([0.0] * 30 + [1.0] * 30, [0] * 30 + [1] * 30)
    assert (found.value, found.low) == pytest.approx((0, 0), abs=1e-12)


def test_few_rows_have_none():
    probs, labels = np.linspace(0.1, 0.9, 19), [0, 1] * 9 + [1]
    found = estimate(probs, labels)
    assert found.low is None
    assert found.method == "not available: fewer than 20 effective rows"
    assert estimate(np.linspace(0.1, 0.9, 20), [0, 1] * 10).low is not None


def test_the_other_summaries_have_none(rows):
    for summary in ("median", "ninetieth", "max"):
        probs, labels, _ = rows
        found = SmoothedGap("positive", summary)(cal.predictions(probs=probs, labels=labels))
        assert found.low is None
        assert found.method.startswith("not available: the gaps of a smoothed curve")


@pytest.mark.parametrize("level", [0.5, 0.8, 0.99])
def test_a_surer_interval_holds_a_less_sure_one(rows, level):
    probs, labels, weights = rows
    data = cal.predictions(probs=probs, labels=labels, weights=weights)
    one, other = SmoothedGap()(data, level=level), SmoothedGap()(data, level=level + 0.009)
    assert other.low <= one.low <= one.high <= other.high


SETS = 80
LEAST = binom.ppf(1e-4, SETS, 0.95) / SETS  # a right interval covers less once in ten thousand


@pytest.mark.parametrize("power", [1.0, 1.4, 0.5])
def test_covers_the_gap_to_the_same_curve_of_true_shares(power):
    even = (np.arange(100_000) + 0.5) / 100_000
    true = SmoothedGap()(cal.events(probs=even, outcomes=even**power)).value
    rng = np.random.default_rng(round(10 * power))
    held, rejected = 0, 0
    for _ in range(SETS):
        probs = rng.uniform(size=600)
        found = estimate(probs, rng.binomial(1, probs**power))
        held += found.low <= true + 1e-9 <= found.high + 2e-9
        rejected += found.details["p_value"] < 0.05
    assert held / SETS >= LEAST
    if power == 1.0:
        assert rejected <= binom.ppf(1 - 1e-4, SETS, 0.05)


def clustered(rng, n_clusters, size):
    """Calibrated rows that depend on each other: half of a cluster's rows share one outcome."""
    probs = np.repeat(rng.uniform(size=n_clusters), size)
    u = np.repeat(rng.uniform(size=n_clusters), size)
    u = np.where(rng.random(len(u)) < 0.5, u, rng.uniform(size=len(u)))
    return probs, (u < probs).astype(int), np.repeat(np.arange(n_clusters), size)


def test_clusters_that_repeat_rows_have_the_interval_of_one_row_each():
    rng = np.random.default_rng(5)
    probs = rng.uniform(size=900)
    labels = rng.binomial(1, probs**1.4)
    one = SmoothedGap()(cal.predictions(probs=probs, labels=labels))
    many = [np.repeat(each, 8) for each in (probs, labels, np.arange(900))]
    rows = cal.predictions(probs=many[0], labels=many[1], clusters=many[2])
    found = SmoothedGap()(rows)
    assert found.value == pytest.approx(one.value, abs=1e-6)
    assert found.noise_floor == pytest.approx(one.noise_floor, rel=0.2)
    assert found.high == pytest.approx(one.high, rel=0.2)
    assert found.low == pytest.approx(one.low, rel=0.3, abs=0.01)
    alone = SmoothedGap()(cal.predictions(probs=many[0], labels=many[1]))  # as if independent
    assert found.high - found.low > 1.5 * (alone.high - alone.low)
    assert found.method == "clusters: test inversion, noise of blocks"


def test_calibrated_clusters_reach_0():
    rng = np.random.default_rng(6)
    held, naive = 0, 0
    for _ in range(40):
        probs, labels, clusters = clustered(rng, 150, 8)
        found = SmoothedGap()(cal.predictions(probs=probs, labels=labels, clusters=clusters))
        held += found.low == 0
        naive += SmoothedGap()(cal.predictions(probs=probs, labels=labels)).low == 0
    assert held >= binom.ppf(1e-4, 40, 0.95)
    assert held > naive


def test_few_clusters_have_none():
    rng = np.random.default_rng(7)
    probs, labels, clusters = clustered(rng, 8, 50)
    found = SmoothedGap()(cal.predictions(probs=probs, labels=labels, clusters=clusters))
    assert found.low is None
    assert found.method.startswith("not available: too few clusters")
    assert found.noise_floor is None


def test_quantiles_of_clustered_rows_say_why_they_have_none():
    probs, labels, clusters = clustered(np.random.default_rng(8), 60, 5)
    rows = cal.predictions(probs=probs, labels=labels, clusters=clusters)
    found = SmoothedGap("positive", "median")(rows)
    assert found.method.startswith("not available: the gaps of a smoothed curve")
