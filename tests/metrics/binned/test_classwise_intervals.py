"""Class-wise averages from rows: a row adds to a bin of every class, and the interval knows."""

import numpy as np
import pytest

import calibrant as cal

NAMES = ["classwise_ece", "classwise_ece_l2", "classwise_ece_l2_squared_debiased"]


def drawn(seed, n_rows=1000, n_classes=3, sharpness=1.0):
    r = np.random.default_rng(seed)
    logits = 1.5 * r.normal(size=(n_rows, n_classes))
    true, stated = (np.exp(t * logits) for t in (1.0, sharpness))
    true, stated = (x / x.sum(axis=1, keepdims=True) for x in (true, stated))
    labels = (true.cumsum(axis=1) > r.random((n_rows, 1))).argmax(axis=1)
    return stated, labels


def numbers(estimate):
    return estimate.low, estimate.high, estimate.details["p_value"]


def test_the_order_of_the_rows_changes_nothing():
    probs, labels = drawn(0, n_rows=500)
    order = np.random.default_rng(1).permutation(500)
    one, other = (
        cal.evaluate(cal.predictions(probs=probs[o], labels=labels[o]), NAMES)
        for o in (slice(None), order)
    )
    for name in NAMES:
        assert numbers(one[name]) == pytest.approx(numbers(other[name]), rel=1e-9)


def test_two_classes_are_one_event_told_twice():
    probs, labels = drawn(2, n_rows=2000, n_classes=2, sharpness=2.0)
    rows = cal.predictions(probs=probs, labels=labels)
    average = cal.evaluate(rows, ["classwise_ece"])["classwise_ece"]
    each = [
        cal.evaluate(cal.events(probs=probs[:, k], outcomes=labels == k), ["positive_ece"])
        for k in (0, 1)
    ]
    del each
    share = average.value
    assert average.low < share
    assert average.high - average.low < 0.08  # 2 * 1.96 * sqrt(.25 / 2000) is .044


def test_calibrated_rows_reach_0_and_their_p_value_is_uniform():
    low, small = 0, 0
    n_runs = 80
    for seed in range(n_runs):
        probs, labels = drawn(seed + 10, n_rows=400)
        found = cal.evaluate(cal.predictions(probs=probs, labels=labels), ["classwise_ece"])
        estimate = found["classwise_ece"]
        low += estimate.low == 0
        small += estimate.details["p_value"] < 0.25
        assert estimate.details["noise_floor_95"] > estimate.noise_floor
    assert low >= 0.9 * n_runs
    assert 0.10 * n_runs <= small <= 0.40 * n_runs  # a quarter, within three errors


def test_what_is_plainly_wrong_is_seen_and_covered():
    probs, labels = drawn(3, n_rows=3000, sharpness=3.0)
    many, truth = drawn(4, n_rows=400_000, sharpness=3.0)
    rows = cal.predictions(probs=probs, labels=labels)
    true = cal.evaluate(cal.tally(cal.predictions(probs=many, labels=truth), NAMES), NAMES)
    for name in NAMES:
        found = cal.evaluate(rows, [name])[name]
        assert 0 < found.low <= true[name].value <= found.high
        assert found.details["p_value"] < 0.01


def test_a_plain_tally_says_that_margins_do_not_tell():
    probs, labels = drawn(5)
    tallies = cal.tally(cal.predictions(probs=probs, labels=labels), NAMES)
    for estimate in cal.evaluate(tallies, NAMES).estimates.values():
        assert estimate.low is None
        assert "rows or replicates" in estimate.method


def test_tallies_with_clusters_tell_the_average():
    probs, labels = drawn(6)
    rows = cal.predictions(probs=probs, labels=labels, clusters=np.arange(1000) // 5)
    for estimate in cal.evaluate(cal.tally(rows, NAMES), NAMES).estimates.values():
        assert estimate.low is not None
        assert estimate.method.startswith("clusters: ")
