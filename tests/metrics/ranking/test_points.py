"""Points of curves against every threshold tried by hand, scikit-learn and SciPy."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp
from sklearn.metrics import precision_recall_curve, roc_auc_score, roc_curve

import calibrant as cal
from calibrant.errors import CalibrantWarning, InputError
from calibrant.metrics.ranking.best_f1 import BestF1
from calibrant.metrics.ranking.gains import Captured, Lift
from calibrant.metrics.ranking.points import (
    PrecisionAtRecall,
    RecallAtFalseAlarms,
    RecallAtPrecision,
    SpecificityAtRecall,
)
from calibrant.metrics.ranking.roc_points import EqualErrorRate, Gini, YoudenMax
from calibrant.metrics.ranking.top_share import check_share

METRICS = [
    *(PrecisionAtRecall(r) for r in (0.5, 0.9, 1.0)),
    *(RecallAtPrecision(p) for p in (0.3, 0.5, 0.9)),
    *(RecallAtFalseAlarms(f) for f in (0.0, 0.05, 0.5)),
    *(SpecificityAtRecall(0.8), BestF1(), YoudenMax(), EqualErrorRate(), Gini()),
    *(Captured(0.1), Captured(0.5), Captured(1.0), Lift(0.2)),
]


def drawn(n=400, decimals=None):
    rng = np.random.default_rng(n)
    probs = rng.beta(1, 3, size=n)
    labels = (rng.uniform(size=n) < probs).astype(int)
    probs = probs if decimals is None else probs.round(decimals)
    return probs, labels, rng.integers(1, 5, n) / 2


@pytest.mark.parametrize("decimals", [None, 1])
@pytest.mark.parametrize("weighted", [False, True])
def test_best_points_are_those_of_the_curves_of_scikit_learn(decimals, weighted):
    probs, labels, weights = drawn(decimals=decimals)
    weights = weights if weighted else None
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    precision, recall, at = precision_recall_curve(labels, probs, sample_weight=weights)
    precision, recall = precision[:-1], recall[:-1]  # without the point that no threshold gives
    alarms, hits, _ = roc_curve(labels, probs, sample_weight=weights, drop_intermediate=False)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-300)
    expected = {
        PrecisionAtRecall(0.8): precision[recall >= 0.8].max(),
        RecallAtPrecision(0.4): recall[precision >= 0.4].max(),
        RecallAtFalseAlarms(0.1): hits[alarms <= 0.1].max(),
        SpecificityAtRecall(0.8): 1 - alarms[hits >= 0.8].min(),
        BestF1(): f1.max(),
        YoudenMax(): (hits - alarms).max(),
        Gini(): 2 * roc_auc_score(labels, probs, sample_weight=weights) - 1,
    }
    for metric, value in expected.items():
        assert metric(rows).value == pytest.approx(value, abs=1e-12), metric
    assert BestF1()(rows).details["threshold"] == pytest.approx(at[f1.argmax()])


def test_youdens_index_is_the_two_sample_statistic_of_scipy():
    probs, labels, _ = drawn()
    expected = ks_2samp(probs[labels == 1], probs[labels == 0], alternative="less").statistic
    assert YoudenMax()(cal.predictions(probs=probs, labels=labels)).value == pytest.approx(expected)


def test_precision_and_recall_at_the_threshold_are_told():
    probs, labels, weights = drawn(decimals=2)
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    for metric in (PrecisionAtRecall(0.7), RecallAtPrecision(0.4), BestF1()):
        details = metric(rows).details
        chosen = probs >= details["threshold"]
        hits = (weights * labels)[chosen].sum()
        assert details["precision"] == pytest.approx(hits / weights[chosen].sum())
        assert details["recall"] == pytest.approx(hits / (weights * labels).sum())


def test_threshold_of_logits_is_a_probability():
    rows = cal.predictions(logits=[-1.0, 0.0, 2.0], labels=[0, 1, 1])
    assert BestF1()(rows).details["threshold"] == 0.5


def test_equal_error_rate_lies_on_the_line_between_thresholds():
    # from .6 up 1 of 3 positives is missed and no alarm raised; from .4 up none and 1 of 2:
    # 1/3 - t/3 = t/2, t = 2/5
    rows = cal.predictions(probs=[0.8, 0.6, 0.4, 0.4, 0.1], labels=[1, 1, 1, 0, 0])
    estimate = EqualErrorRate()(rows)
    assert estimate.value == pytest.approx(0.2)
    assert estimate.details == {"threshold": 0.4}


@pytest.mark.parametrize(("labels", "value"), [([0, 0, 1, 1], 0.0), ([1, 1, 0, 0], 1.0)])
def test_equal_error_rate_of_perfect_and_reversed_orders(labels, value):
    rows = cal.predictions(probs=[0.1, 0.2, 0.8, 0.9], labels=labels)
    assert EqualErrorRate()(rows).value == pytest.approx(value)


def test_equal_error_rate_of_one_score_is_one_half():
    rows = cal.predictions(probs=[0.3] * 5, labels=[1, 1, 0, 0, 0])
    assert EqualErrorRate()(rows).value == pytest.approx(0.5)


@pytest.mark.filterwarnings("ignore::calibrant.errors.CalibrantWarning")
def test_grid_is_off_by_no_more_than_it_states(hard_rows):
    exact, read = (
        cal.evaluate(hard_rows, METRICS),
        cal.evaluate(cal.tally(hard_rows, METRICS), METRICS),
    )
    for name, estimate in read.items():
        assert abs(estimate.value - exact[name].value) <= estimate.bound + 1e-12, name


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=2, max_size=10))
def test_any_order_inside_few_cells_is_within_the_bound(rows):
    labels = [int(hit) for _, hit in rows]
    if not 0 < sum(labels) < len(labels):
        return
    spread = np.random.default_rng(0).permutation(len(rows)) * 1e-7
    probs = (np.array([cell for cell, _ in rows]) + 0.5) / 14_400 * 3 + spread
    stated = cal.predictions(probs=probs, labels=labels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CalibrantWarning)
        read = cal.evaluate(cal.tally(stated, METRICS), METRICS)
    for name, exact in cal.evaluate(stated, METRICS).items():
        assert abs(read[name].value - exact.value) <= read[name].bound + 1e-12, name


def test_gini_has_the_interval_of_the_area_stretched():
    probs, labels, weights = drawn()
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    area = cal.metrics.PositiveAUROC()(rows)
    gini = Gini()(rows)
    expected = [2 * number - 1 for number in (area.value, area.low, area.high)]
    assert [gini.value, gini.low, gini.high] == pytest.approx(expected)


def test_ties_at_the_end_of_a_share_are_shared_out():
    rows = cal.predictions(probs=[0.9, 0.4, 0.4, 0.4, 0.1], labels=[1, 1, 0, 0, 1])
    # two fifths: .9, and one of three at .4, a third of a positive
    assert Captured(0.4)(rows).value == pytest.approx((1 + 1 / 3) / 3)
    assert Lift(0.4)(rows).value == pytest.approx((1 + 1 / 3) / 3 / 0.4)
    assert Captured(1.0)(rows).value == 1
    assert Lift(1.0)(rows).value == 1


def test_without_a_threshold_as_asked_recall_is_0_and_says_so():
    rows = cal.predictions(probs=[0.9, 0.8, 0.1], labels=[0, 1, 1])
    for metric in (RecallAtPrecision(0.99), RecallAtFalseAlarms(0.5)):
        estimate = metric(rows)
        assert estimate.value == 0
        assert estimate.note.endswith("0 where no threshold is as asked")
        assert estimate.details == {}


def test_labels_of_one_class_are_undefined_where_that_side_is_needed():
    rows = cal.predictions(probs=[0.25, 0.75], labels=[0, 0])
    for form in (rows, cal.tally(rows, METRICS)):
        for estimate in cal.evaluate(form, METRICS).estimates.values():
            assert math.isnan(estimate.value)
            assert estimate.note.startswith("undefined: it takes positive")


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan, "0.5", None])
def test_shares_lie_between_0_and_1(share):
    with pytest.raises(InputError, match="recall must lie between 0 and 1; got "):
        check_share("recall", share)
    with pytest.raises(InputError, match="share must lie above 0, up to 1; got 0"):
        check_share("share", 0.0, zero=False)
