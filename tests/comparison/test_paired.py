"""A paired difference is the mean of the rows' own differences, with Student's interval."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import log_loss

import calibrant as cal
from calibrant.comparison.paired import paired_difference, paired_difference_of
from calibrant.errors import InputError

RNG = np.random.default_rng(0)
FIRST, SECOND = RNG.normal(size=50), RNG.normal(0.3, size=50)
WEIGHTS = RNG.integers(0, 4, size=50).astype(float)
UNITS = RNG.integers(0, 12, size=50)


def numbers(found):
    return found.value, found.low, found.high, found.p_value


def drawn(n=400, seed=0, n_classes=3):
    """Two models' logits for the same labels."""
    rng = np.random.default_rng(seed)
    true = rng.normal(size=(n, n_classes))
    labels = (true + rng.gumbel(size=true.shape)).argmax(axis=1)
    return true + 0.3 * rng.normal(size=true.shape), 2 * true, labels


def test_swapping_the_two_turns_the_sign_and_nothing_else():
    there = paired_difference_of(FIRST, SECOND, weights=WEIGHTS, clusters=UNITS)
    back = paired_difference_of(SECOND, FIRST, weights=WEIGHTS, clusters=UNITS)
    assert numbers(back) == (-there.value, -there.high, -there.low, there.p_value)


def test_value_is_that_of_repeated_rows_and_all_is_blind_to_the_scale_of_weights():
    times = WEIGHTS.astype(int)
    weighted = paired_difference_of(FIRST, SECOND, weights=WEIGHTS)
    repeated = paired_difference_of(np.repeat(FIRST, times), np.repeat(SECOND, times))
    assert weighted.value == pytest.approx(repeated.value, rel=1e-12)
    scaled = paired_difference_of(FIRST, SECOND, weights=WEIGHTS * 1e-120)
    assert numbers(scaled) == pytest.approx(numbers(weighted), rel=1e-12)


def test_rows_repeated_within_their_cluster_tell_no_more_than_once():
    once = paired_difference_of(FIRST, SECOND)
    units = np.tile(np.arange(50), 3)
    thrice = paired_difference_of(np.tile(FIRST, 3), np.tile(SECOND, 3), clusters=units)
    assert numbers(thrice) == pytest.approx(numbers(once), rel=1e-12)
    naive = paired_difference_of(np.tile(FIRST, 3), np.tile(SECOND, 3))
    assert naive.high - naive.low < 0.6 * (once.high - once.low)


def test_weights_repeat_rows_of_a_cluster():
    times = WEIGHTS.astype(int)
    weighted = paired_difference_of(FIRST, SECOND, weights=WEIGHTS, clusters=UNITS)
    repeated = paired_difference_of(
        np.repeat(FIRST, times), np.repeat(SECOND, times), clusters=np.repeat(UNITS, times)
    )
    assert numbers(weighted) == pytest.approx(numbers(repeated), rel=1e-12)
    assert weighted.n_effective == pytest.approx(repeated.n_effective, rel=1e-12)


def test_names_and_order_of_clusters_do_not_matter():
    by_number = paired_difference_of(FIRST, SECOND, clusters=UNITS)
    order = RNG.permutation(50)
    names = [f"unit {99 - u}" for u in UNITS[order]]
    by_name = paired_difference_of(FIRST[order], SECOND[order], clusters=names)
    assert numbers(by_name) == pytest.approx(numbers(by_number), rel=1e-12)
    each = paired_difference_of(FIRST, SECOND, clusters=np.arange(50))
    assert numbers(each) == pytest.approx(numbers(paired_difference_of(FIRST, SECOND)), rel=1e-12)


def test_rows_of_weight_zero_are_absent_whatever_they_hold():
    spoilt = np.where(WEIGHTS == 0, math.inf, FIRST)
    found = paired_difference_of(spoilt, SECOND, weights=WEIGHTS, clusters=UNITS)
    kept = WEIGHTS > 0
    expected = paired_difference_of(
        FIRST[kept], SECOND[kept], weights=WEIGHTS[kept], clusters=UNITS[kept]
    )
    assert found == expected
    assert found.n == kept.sum()


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 30), st.floats(0.5, 0.999), st.integers(0, 1000))
def test_agrees_with_the_paired_t_test_of_scipy(n, level, seed):
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=n), rng.normal(size=n)
    found = paired_difference_of(first, second, level=level)
    oracle = stats.ttest_rel(first, second)
    ends = oracle.confidence_interval(level)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), rel=1e-9)
    assert found.p_value == pytest.approx(oracle.pvalue, rel=1e-9)
    assert found.n_effective == pytest.approx(n)


def test_clusters_of_one_size_agree_with_the_t_test_of_their_means():
    first, second = FIRST.reshape(10, 5), SECOND.reshape(10, 5)
    found = paired_difference_of(FIRST, SECOND, clusters=np.repeat(np.arange(10), 5))
    oracle = stats.ttest_rel(first.mean(axis=1), second.mean(axis=1))
    ends = oracle.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), rel=1e-9)
    assert found.p_value == pytest.approx(oracle.pvalue, rel=1e-9)
    assert found.method == "paired moments (t), rows by clusters"


@pytest.mark.parametrize("n_units", [None, 20])
def test_interval_covers_the_true_difference_as_often_as_it_says(n_units):
    rng, covered, n_draws = np.random.default_rng(1), 0, 1000
    units = None if n_units is None else np.repeat(np.arange(n_units), 5)
    for _ in range(n_draws):
        noise = rng.normal(size=100)
        if units is not None:
            noise = 0.5 * noise + rng.normal(size=n_units)[units]
        found = paired_difference_of(noise + 1, np.zeros(100), clusters=units)
        covered += found.low <= 1 <= found.high
    assert covered / n_draws == pytest.approx(0.95, abs=0.021)  # three standard errors


@pytest.mark.parametrize("form", ["logits", "probs"])
def test_log_loss_agrees_with_scikit_learn(form):
    first, second, labels = drawn()
    first, second = (np.exp(z) / np.exp(z).sum(1, keepdims=True) for z in (first, second))
    given_ = [np.log(p) if form == "logits" else p for p in (first, second)]
    a, b = (cal.predictions(**{form: values}, labels=labels) for values in given_)
    found = paired_difference(a, b)
    assert found.value == pytest.approx(log_loss(labels, first) - log_loss(labels, second))
    assert found.low < found.value < found.high


def test_brier_is_the_sum_over_classes():
    first, second, labels = drawn()
    a, b = (cal.predictions(logits=z, labels=labels) for z in (first, second))
    truth = np.eye(3)[labels]
    squares = [np.square(r.probs - truth).sum(axis=1) for r in (a, b)]
    found = paired_difference(a, b, score="brier")
    assert numbers(found) == pytest.approx(numbers(paired_difference_of(*squares)), rel=1e-9)


def test_values_are_the_differences_of_the_two_metrics():
    first, second, labels = drawn(n_classes=2)
    weights = np.arange(400) % 3
    a, b = (cal.predictions(logits=z, labels=labels, weights=weights) for z in (first, second))
    for score in ("log_loss", "brier"):
        apart = cal.evaluate(a, [score])[score].value - cal.evaluate(b, [score])[score].value
        assert paired_difference(a, b, score=score).value == pytest.approx(apart, abs=1e-12)


def test_soft_labels_are_scored_too():
    first, second, _ = drawn()
    soft = np.exp(first) / np.exp(first).sum(axis=1, keepdims=True)
    a, b = (cal.predictions(logits=z, labels=soft) for z in (first, second))
    assert paired_difference(a, b).high < 0  # who states the labels has the least cross entropy


def test_clusters_come_from_the_predictions_or_from_the_call():
    first, second, labels = drawn()
    units = np.arange(400) % 40
    a = cal.predictions(logits=first, labels=labels, clusters=units)
    b = cal.predictions(logits=second, labels=labels)
    carried = paired_difference(a, b)
    assert carried == paired_difference(b.restated(a.declared), b, clusters=units)
    assert carried.n_effective == pytest.approx(40)
    assert paired_difference(a, b, clusters=np.arange(400)).n_effective == pytest.approx(400)


def test_ignored_rows_have_no_effect_whatever_they_hold():
    first, second, labels = drawn()
    holes, spoilt = labels.copy(), first.copy()
    holes[::4], spoilt[::4] = -1, np.nan
    kept = np.arange(400) % 4 > 0
    units = np.arange(400) % 40
    a, b = (
        cal.predictions(logits=z, labels=holes, ignore_index=-1, clusters=units)
        for z in (spoilt, second)
    )
    c, d = (cal.predictions(logits=z[kept], labels=labels[kept]) for z in (first, second))
    assert paired_difference(a, b) == paired_difference(c, d, clusters=units[kept])


def test_four_rows_by_hand():
    # differences -1, -2, -3, -2: mean -2, variance (1 + 0 + 1 + 0) / 3, error sqrt(2/3/4) = .4082;
    # t of 3 degrees at .975 is 3.1824: half width 1.2992; t = -4.899 gives p = .0163
    found = paired_difference_of([0.0, 0.0, 0.0, 1.0], [1.0, 2.0, 3.0, 3.0])
    assert numbers(found) == pytest.approx((-2.0, -3.2992, -0.7008, 0.0163), abs=5e-5)
    assert (found.n, found.level, found.method) == (4, 0.95, "paired moments (t)")


def test_three_weighted_rows_by_hand():
    # weights 1, 2 and 1, differences 4, 0 and 0: mean 1; sum w^2 (d - 1)^2 = 9 + 4 + 1 = 14, over
    # 4^2: .875; m = 16 / 6, m / (m - 1) = 1.6: variance 1.4
    found = paired_difference_of([4.0, 0.0, 0.0], [0.0, 0.0, 0.0], weights=[1.0, 2.0, 1.0])
    half = float(stats.t.ppf(0.975, 5 / 3)) * math.sqrt(1.4)
    assert (found.value, found.n_effective) == pytest.approx((1.0, 8 / 3))
    assert found.high - found.value == pytest.approx(half, rel=1e-9)


NO_INTERVAL = {
    "same": (([1.0, 2.0], [1.0, 2.0]), 0.0, "both score every row the same"),
    "shifted": (([1.0, 2.0], [0.0, 1.0]), 1.0, "all rows differ alike"),
    "one row": (([1.0], [3.0]), -2.0, "one row tells nothing of the spread"),
    "first infinite": (([math.inf, 1.0], [1.0, 1.0]), math.inf, "some scores are infinite"),
    "second infinite": (([1.0, 1.0], [math.inf, 1.0]), -math.inf, "some scores are infinite"),
}


@pytest.mark.parametrize("case", NO_INTERVAL.values(), ids=NO_INTERVAL)
def test_without_an_interval_there_is_a_reason(case):
    columns, value, why = case
    found = paired_difference_of(*columns)
    assert numbers(found) == (value, None, None, None)
    assert found.level is None
    assert found.method.startswith(f"not available: {why}")


def test_rounding_is_not_taken_for_spread():
    first = np.array([0.1, 0.2, 0.3, 0.7]) + 0.4
    found = paired_difference_of(first, np.array([0.1, 0.2, 0.3, 0.7]))
    assert found.low is None


def test_one_cluster_tells_nothing_of_the_spread():
    found = paired_difference_of(FIRST, SECOND, clusters=np.zeros(50))
    assert found.value == pytest.approx((FIRST - SECOND).mean())
    assert found.method == "not available: one cluster tells nothing of the spread"


def test_both_infinite_have_no_difference_and_json_holds_null():
    found = paired_difference_of([math.inf, 1.0, 1.0], [1.0, math.inf, math.inf])
    assert math.isnan(found.value)
    assert found.n_infinite == (1, 2)
    assert found.to_dict()["value"] is None
    finite = paired_difference_of([1.0, 2.0], [2.0, 2.0]).to_dict()
    assert (finite["value"], finite["n_infinite"]) == (-0.5, [0, 0])


def predicted(**columns):
    return cal.predictions(**{"probs": [0.5, 0.75], "labels": [0, 1]} | columns)


OTHER_ROWS = {
    "labels": ({"labels": [1, 1]}, "have the same labels; got 0 and 1 at row 0"),
    "length": ({"probs": [0.5], "labels": [0]}, "have as many rows; got 2 and 1"),
    "classes": ({"class_names": ["no", "yes"]}, "have the same classes; got 0, 1 and no, yes"),
    "weights": ({"weights": [1.0, 2.0]}, r"have the same weights; got 1.0 and 2.0 at row 1"),
    "kind": ({"labels": [0.0, 0.9]}, "have the same labels; got hard and soft ones"),
    "no labels": ({"labels": None}, "have labels; got none"),
}


@pytest.mark.parametrize("case", OTHER_ROWS.values(), ids=OTHER_ROWS)
def test_other_rows_are_refused(case):
    columns, message = case
    with pytest.raises(InputError, match=f"a and b must {message}"):
        paired_difference(predicted(), predicted(**columns))


def test_soft_labels_that_differ_are_refused():
    a = predicted(labels=torch.tensor([0.5, 1.0]))
    with pytest.raises(InputError, match=r"have the same labels; got .* at row 1"):
        paired_difference(a, predicted(labels=torch.tensor([0.5, 0.9])))


BAD = {
    "lengths": (([1.0, 2.0], [1.0]), {}, r"per_row_b must have shape \(2,\)"),
    "nan": (([math.nan], [1.0]), {}, "per_row_a must be scores; got nan at row 0"),
    "minus": (([1.0], [-math.inf]), {}, "per_row_b must be scores; got -inf at row 0"),
    "none": (([], []), {}, "per_row_a must have shape"),
    "weight": (([1.0], [1.0]), {"weights": [-1.0]}, "weights must be finite and at least 0; got -"),
    "zeros": (([1.0], [1.0]), {"weights": [0.0]}, "weights must not all be 0"),
    "few weights": (([1.0, 1.0], [1.0, 2.0]), {"weights": [1.0]}, "weights must have shape"),
    "clusters": (([1.0, 1.0], [1.0, 2.0]), {"clusters": [1]}, "clusters must have shape"),
    "level": (([1.0], [1.0]), {"level": 95.0}, "level must lie between 0 and 1; got 95"),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_bad_input_is_refused(case):
    columns, options, message = case
    with pytest.raises(InputError, match=message):
        paired_difference_of(*columns, **options)


def test_unknown_scores_and_other_things_than_predictions_are_refused():
    with pytest.raises(InputError, match="score must be a known choice; got 'auc'"):
        paired_difference(predicted(), predicted(), score="auc")
