"""Errors of every class: each as that of its events, and what they say together."""

import math

import numpy as np
import pytest

import calibrant as cal
from calibrant.metrics.binned.calibration import ExpectedCalibrationError
from calibrant.metrics.binned.per_class import PerClassCalibrationError

NAMES = ("cat", "dog", "cow", "pig")


def drawn(seed, n=900, *, wrong=False, clusters=None):
    """Rows of four classes; with `wrong` the second comes out half as often as stated."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.3, (n, 4))
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    true = probs.copy()
    if wrong:
        true[:, 1] /= 2
        true /= true.sum(axis=1, keepdims=True)
    labels = (rng.random((n, 1)) > true.cumsum(axis=1)).sum(axis=1)
    return probs, labels, clusters


def rows_of(probs, labels, clusters, **more):
    return cal.predictions(
        probs=probs, labels=[NAMES[k] for k in labels], class_names=NAMES, clusters=clusters, **more
    )


@pytest.mark.parametrize("clusters", [None, np.arange(900) // 6])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_interval_of_a_class_is_that_of_its_events(clusters, level):
    probs, labels, _ = drawn(0, wrong=True)
    found = PerClassCalibrationError()(rows_of(probs, labels, clusters), level=level)
    assert found.level == level
    for k in range(4):
        events = cal.events(probs=probs[:, k], outcomes=labels == k, clusters=clusters)
        one = ExpectedCalibrationError("positive")(events, level=level)
        assert (found.low[k], found.high[k]) == pytest.approx((one.low, one.high), rel=1e-6)


def test_p_value_is_the_smallest_times_their_number_and_the_note_names_who_is_off():
    probs, labels, _ = drawn(1, wrong=True)
    found = PerClassCalibrationError()(rows_of(probs, labels, None))
    each = [
        ExpectedCalibrationError("positive")(
            cal.events(probs=probs[:, k], outcomes=labels == k)
        ).details["p_value"]
        for k in range(4)
    ]
    assert found.details["p_value"] == pytest.approx(min(1, 4 * min(each)), rel=1e-6)
    assert "beyond chance (5 %, Bonferroni): dog" in found.note
    assert "cat" not in found.note


def test_of_true_models_classes_are_called_beyond_chance_in_one_of_twenty_at_most():
    called = 0
    for seed in range(120):
        found = PerClassCalibrationError()(rows_of(*drawn(seed, 400)))
        called += "no class is beyond chance" not in found.note
    assert called <= 13  # of 6 expected at most


def test_tallies_have_the_same_intervals_and_shards_add():
    probs, labels, _ = drawn(2)
    rows = PerClassCalibrationError()(rows_of(probs, labels, None))
    name = "classwise_ece_per_class"
    parts = [
        cal.tally(rows_of(probs[part], labels[part], None), [name])
        for part in (slice(0, 300), slice(300, 900))
    ]
    told = cal.evaluate(parts[0] + parts[1], [name])[name]
    assert told.low == pytest.approx(rows.low, abs=1e-9)
    assert told.high == pytest.approx(rows.high, abs=1e-9)


def test_few_rows_and_few_clusters_have_no_interval_and_say_why():
    probs, labels, _ = drawn(3, 15)
    found = PerClassCalibrationError()(rows_of(probs, labels, None))
    assert found.low is None
    assert "fewer than 20 effective rows" in found.method
    probs, labels, _ = drawn(4)
    few = PerClassCalibrationError()(rows_of(probs, labels, np.arange(900) % 5))
    assert few.low is None
    assert "too few clusters" in few.method
    assert "p_value" not in few.details


def test_soft_labels_have_intervals_and_no_p_value():
    probs, labels, _ = drawn(5)
    soft = 0.9 * np.eye(4)[labels] + 0.025
    found = PerClassCalibrationError()(cal.predictions(probs=probs, labels=soft))
    assert found.noise_floor is None
    assert "p_value" not in found.details
    assert all(math.isfinite(end) for end in found.high)
