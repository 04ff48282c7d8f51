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


@pytest.mark.parametrize("sharpness", [1.0, 2.0])
@pytest.mark.parametrize("error", ["ece", "ece_l2"])
def test_two_classes_are_one_event_told_twice(error, sharpness):
    probs, labels = drawn(2, n_rows=2000, n_classes=2, sharpness=sharpness)
    rows = cal.predictions(probs=probs, labels=labels)
    found = cal.evaluate(rows, [f"classwise_{error}", f"positive_{error}"])
    average, event = found[f"classwise_{error}"], found[f"positive_{error}"]
    assert average.value == pytest.approx(event.value, rel=1e-9)
    width = event.high - event.low
    assert average.low == pytest.approx(event.low, abs=0.06 * width)
    assert average.high == pytest.approx(event.high, abs=0.06 * width)
    assert average.details["p_value"] == pytest.approx(event.details["p_value"], abs=0.03)
    assert average.details["noise_floor_95"] == pytest.approx(
        event.details["noise_floor_95"], rel=0.04
    )


def test_squares_have_the_squares_of_the_ends():
    probs, labels = drawn(8, sharpness=1.5)
    found = cal.evaluate(cal.predictions(probs=probs, labels=labels), NAMES)
    root, square = found["classwise_ece_l2"], found["classwise_ece_l2_squared_debiased"]
    assert (square.low, square.high) == pytest.approx((root.low**2, root.high**2), rel=1e-12)


@pytest.mark.parametrize("name", ["classwise_ece", "classwise_ece_l2"])
def test_bins_of_one_row_or_two_do_not_hide_what_is_wrong(name):
    """Thirty classes: most bins hold hardly a row, where noise cannot be told from a gap."""
    many, labels = drawn(7, n_rows=100_000, n_classes=30, sharpness=2.0)
    true = cal.evaluate(cal.tally(cal.predictions(probs=many, labels=labels), [name]), [name])[
        name
    ].value
    covered = 0
    for seed in range(12):
        probs, labels = drawn(seed + 50, n_rows=800, n_classes=30, sharpness=2.0)
        found = cal.evaluate(cal.predictions(probs=probs, labels=labels), [name])[name]
        covered += found.low <= true <= found.high
        assert found.low > 0
    assert covered >= 10  # of 12; fewer in one of fifty runs at 95 %


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


@pytest.mark.parametrize("sharpness", [0.7, 1.5, 3.0])
def test_three_rows_a_class_are_covered(sharpness):
    """A hundred classes and 300 rows, truth from the chances of many rows and not from labels."""
    names = ["classwise_ece", "classwise_ece_l2"]
    r, tallies = np.random.default_rng(9), 0
    for _ in range(4):
        logits = 2 * r.normal(size=(20_000, 100))
        true, stated = (np.exp(t * logits) for t in (1.0, sharpness))
        true, stated = (x / x.sum(axis=1, keepdims=True) for x in (true, stated))
        tallies = cal.tally(cal.predictions(probs=stated, labels=true), names) + tallies
    truth = cal.evaluate(tallies, names)
    for n_rows in (300, 1000):
        for _ in range(4):
            logits = 2 * r.normal(size=(n_rows, 100))
            true, stated = (np.exp(t * logits) for t in (1.0, sharpness))
            true, stated = (x / x.sum(axis=1, keepdims=True) for x in (true, stated))
            labels = (true.cumsum(axis=1) > r.random((n_rows, 1))).argmax(axis=1)
            found = cal.evaluate(cal.predictions(probs=stated, labels=labels), names)
            for name in names:
                assert found[name].low <= truth[name].value <= found[name].high, (name, n_rows)


def test_shares_of_many_classes_do_not_widen_the_squares():
    """Of 5,000 rows of a hundred classes stated too sure, against what sets scatter."""
    found = []
    for seed in range(20):
        r = np.random.default_rng(seed)
        logits = 2 * r.normal(size=(5000, 100))
        true, stated = (np.exp(t * logits) for t in (1.0, 1.5))
        true, stated = (x / x.sum(axis=1, keepdims=True) for x in (true, stated))
        labels = (true.cumsum(axis=1) > r.random((5000, 1))).argmax(axis=1)
        rows = cal.predictions(probs=stated, labels=labels)
        square = cal.evaluate(rows, NAMES[2:])[NAMES[2]]
        found.append((square.value, square.low, square.high))
    value, low, high = np.array(found).T
    assert (high - low).mean() < 2.5 * 3.92 * value.std(ddof=1)  # it was more than 4


@pytest.fixture(scope="module")
def less_than_a_row_a_class():
    """Two hundred rows of three hundred classes, stated less sure than they are."""
    r = np.random.default_rng(1)
    logits = 2 * r.normal(size=(200, 300))
    true, stated = (np.exp(t * logits) for t in (1.0, 0.7))
    true, stated = (x / x.sum(axis=1, keepdims=True) for x in (true, stated))
    labels = (true.cumsum(axis=1) > r.random((200, 1))).argmax(axis=1)
    return cal.predictions(probs=stated, labels=labels)


def test_squares_of_less_than_a_row_a_class_are_refused_in_words(less_than_a_row_a_class):
    found = cal.evaluate(less_than_a_row_a_class, NAMES)
    assert found["classwise_ece"].low is not None
    for name in NAMES[1:]:
        estimate = found[name]
        assert estimate.low is estimate.high is estimate.level is None
        assert estimate.method.startswith("not available: too few rows a bin")
        assert 0 <= estimate.details["p_value"] <= 1
    assert found["classwise_ece_l2"].noise_floor > 0
    assert "too few rows a bin" in str(found)


def test_a_refusal_goes_through_a_comparison_and_a_card(less_than_a_row_a_class):
    names = ["classwise_ece_l2", "accuracy"]
    found = cal.evaluate(less_than_a_row_a_class, names)
    assert "too few rows a bin" in found._repr_html_()
    same = cal.compare(less_than_a_row_a_class, less_than_a_row_a_class, metrics=names)
    assert same["classwise_ece_l2"].difference.value == 0
