"""Rankings of what was declared: no tie is made by rounding, and none is broken by it."""

import warnings

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

import calibrant as cal
from calibrant.errors import CalibrantWarning

CLASSES = ("auroc_macro", "auroc_weighted", "auroc_per_class", "average_precision_per_class")
PAIRS = ("auroc_micro", "average_precision_micro")
CONFIDENCE = (
    *("aurc", "eaurc", "augrc", "accuracy_at_coverage_0.4", "coverage_at_accuracy_0.6"),
    *("top_label_brier_reliability", "top_label_brier_resolution"),
    *("top_label_brier_miscalibration", "top_label_ks_calibration_error"),
    *("top_label_kuiper_calibration_error", "top_label_ece_equal_mass"),
)
POSITIVE = (
    *("auroc_positive", "average_precision_positive", "best_f1", "youden_max"),
    *("specificity_at_recall_0.6", "positive_brier_miscalibration", "positive_brier_resolution"),
)


def assert_within_bounds(rows, names):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CalibrantWarning)
        read = cal.evaluate(cal.tally(rows, names), names)
    for name, exact in cal.evaluate(rows, names).items():
        off = np.abs(np.array(read[name].value) - np.array(exact.value)).max()
        assert off <= read[name].bound + 1e-12, (name, exact.value, read[name].value)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_small_probabilities_are_told_apart_for_the_other_class_too(dtype):
    rng = np.random.default_rng(0)
    low = -30 if dtype == "f4" else -200
    probs = (10 ** rng.uniform(low, low / 2, 200)).astype(dtype)
    labels = (rng.random(200) < np.argsort(np.argsort(probs)) / 200).astype(int)
    assert len(np.unique(1 - probs)) == 1
    rows = cal.predictions(probs=probs, labels=labels)
    found = cal.evaluate(rows, [*CLASSES, "auroc_ovo"])
    area = roc_auc_score(labels, np.argsort(np.argsort(probs)))
    assert found["auroc_per_class"].value == pytest.approx((area, area), abs=1e-12)
    for name in ("auroc_macro", "auroc_weighted", "auroc_ovo"):
        assert found[name].value == pytest.approx(area, abs=1e-12)
    of_none = average_precision_score(1 - labels, -np.argsort(np.argsort(probs)))
    assert found["average_precision_per_class"].value[0] == pytest.approx(of_none, abs=1e-12)
    assert len(cal.metrics.threshold_table(rows, class_name=0).threshold) == len(np.unique(probs))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("pair", [(0.07, 0.93), (0.3, 0.7), (1 / 7, 6 / 7), (0.001, 0.999)])
def test_confidences_that_are_stated_alike_are_tied(pair, dtype):
    rows = cal.predictions(probs=np.array(pair, dtype), labels=[0, 0])  # one right, one wrong
    found = cal.evaluate(rows, CONFIDENCE)
    assert found["aurc"].value == 0.5
    assert found["accuracy_at_coverage_0.4"].value == 0.5
    (gap,) = cal.evaluate(rows, ["top_label_brier_reliability"]).estimates.values()
    assert gap.value == pytest.approx((pair[1] - 0.5) ** 2, abs=1e-7)
    # all pairs: of .93 one of two came out, of .07 as well
    assert cal.evaluate(rows, ["auroc_micro"])["auroc_micro"].value == pytest.approx(0.5)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("n", [10, 30, 100, 1000, 14_400])
def test_one_column_of_short_fractions_ranks_as_two_whole_numbers(n, dtype):
    rng = np.random.default_rng(n)
    part = rng.integers(0, n + 1, 400)
    labels = (rng.random(400) < part / n).astype(int)
    one = cal.predictions(probs=(part / n).astype(dtype), labels=labels)
    likely = 2 * part >= n
    sure = np.maximum(part, n - part)
    right = (likely == labels).astype(int)
    # as events whose confidences are the exact fractions in float64
    expected = cal.evaluate(cal.events(probs=sure / n, outcomes=right), CONFIDENCE[:5])
    found = cal.evaluate(one, CONFIDENCE)
    for name, exact in expected.items():
        assert found[name].value == pytest.approx(exact.value, abs=1e-12), name
    pairs = np.concatenate((n - part, part)), np.concatenate((1 - labels, labels))
    micro = cal.evaluate(one, ["auroc_micro"])["auroc_micro"].value
    assert micro == pytest.approx(roc_auc_score(pairs[1], pairs[0]), abs=1e-12)


@pytest.mark.parametrize("kind", ["two decimals", "saturated", "tails", "edges", "ends"])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("weighted", [False, True])
def test_one_column_is_read_within_the_bounds(kind, dtype, weighted):
    rng = np.random.default_rng(1)
    probs = {
        "two decimals": rng.integers(0, 101, 300) / 100,
        "saturated": 1 / (1 + np.exp(-rng.normal(0, 30, 300).astype(dtype))),
        "tails": 10 ** rng.uniform(-14, 0, 300),
        "edges": rng.integers(0, 14_401, 300) / 14_400,
        "ends": rng.choice([0.0, 1.0, 0.5], 300),
    }[kind].astype(dtype)
    if kind == "edges":
        probs = np.clip(np.nextafter(probs, rng.choice([0, 0.5, 1], 300).astype(dtype)), 0, 1)
    labels = (rng.random(300) < 0.1 + 0.8 * probs).astype(int)
    weights = rng.choice([0.1, 1.0, 10.0], 300) if weighted else None
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    assert_within_bounds(rows, (*CLASSES, *PAIRS, *CONFIDENCE, *POSITIVE))


@pytest.mark.parametrize("seed", range(3))
def test_two_columns_of_logits_with_offsets_are_read_within_the_bounds(seed):
    rng = np.random.default_rng(seed)
    probs = rng.choice([0.5, 0.25, 0.3, 0.75, 0.1], 40)
    shift = rng.normal(0, 3, 40)
    logits = np.stack((shift, shift + np.log(probs) - np.log1p(-probs)), axis=1).astype("f4")
    rows = cal.predictions(logits=logits, labels=rng.integers(0, 2, 40))
    assert_within_bounds(rows, (*CLASSES, *PAIRS, *CONFIDENCE, *POSITIVE))


def test_logits_are_widened_before_they_are_subtracted():
    logits = np.array([[-(2.0**-25), 1.0], [0.0, 1.0]], dtype="f4")  # gaps 1 + 2**-25 and 1
    rows = cal.predictions(logits=logits, labels=[1, 0])
    found = cal.evaluate(rows, ["auroc_positive", "auroc_macro", "gini"])
    assert [one.value for one in found.estimates.values()] == [1, 1, 1]
