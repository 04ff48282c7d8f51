"""Intervals in closed form against SciPy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm, ttest_1samp

import calibrant as cal
from calibrant.metrics.intervals import logit_interval, mean_interval, wilson


@given(n=st.integers(1, 500), share=st.floats(0, 1), level=st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_wilson_is_that_of_scipy(n, share, level):
    hits = round(share * n)
    interval = binomtest(hits, n).proportion_ci(level, method="wilson")
    ends = wilson(hits / n, float(n), level)
    assert (ends.low, ends.high) == pytest.approx(tuple(interval), abs=1e-12)


def test_wilson_never_leaves_the_unit_interval():
    none, all_of_them = wilson(0.0, 3.0, 0.95), wilson(1.0, 3.0, 0.95)
    assert (none.low, all_of_them.high) == (0, 1)
    assert none.high == pytest.approx(1 - all_of_them.low)


def test_wilson_of_no_rows_is_not_available():
    assert wilson(0.5, 0.0, 0.95).method == "not available: no rows to take a share of"


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_mean_interval_is_students(level):
    rows = np.random.default_rng(0).exponential(size=20) + 1
    interval = ttest_1samp(rows, 0).confidence_interval(level)
    ends = mean_interval(float(rows.mean()), float(rows.var(ddof=1)) / 20, 20.0, level)
    assert (ends.low, ends.high) == pytest.approx(tuple(interval), rel=1e-12)


def test_mean_interval_of_a_loss_does_not_fall_below_zero():
    assert mean_interval(0.1, 1.0, 5.0, 0.95).low == 0


@pytest.mark.parametrize(("variance", "n"), [(0.0, 5.0), (1.0, 1.0)])
def test_mean_interval_needs_two_rows_that_differ(variance, n):
    ends = mean_interval(0.5, variance, n, 0.95)
    assert (ends.low, ends.high) == (None, None)
    assert ends.method.startswith("not available: ")


@pytest.mark.parametrize("heavy", [30.0, 1e3, 1e8])
def test_weights_that_leave_fewer_than_two_effective_rows_leave_no_interval(heavy):
    columns = {"probs": [0.7, 0.2, 0.6, 0.4, 0.9, 0.3], "labels": [1, 0, 0, 1, 1, 1]}
    rows = cal.predictions(**columns, weights=[heavy, 1, 1, 1, 1, 1])
    for name, found in cal.evaluate(rows, ["log_loss", "brier", "log_loss_refinement"]).items():
        assert (found.low, found.high) == (None, None), name
        assert found.method == "not available: the weights leave fewer than two effective rows"


def test_two_rows_of_any_scale_of_weights_are_two_effective_rows():
    for scale in (1.0, 0.1, 1e-9, 3e7):
        rows = cal.predictions(probs=[0.7, 0.6], labels=[1, 0], weights=[scale, scale])
        assert cal.evaluate(rows, ["brier"])["brier"].low is not None


def test_logit_interval_is_symmetric_in_log_odds():
    ends = logit_interval(0.8, 0.01, 0.9, "some method")
    half = norm.ppf(0.95) * 0.1 / (0.8 * 0.2)  # the slope of the log-odds is 1 / (a (1 - a))
    assert math.log(ends.high / (1 - ends.high)) == pytest.approx(math.log(4) + half)
    assert math.log(ends.low / (1 - ends.low)) == pytest.approx(math.log(4) - half)
    assert ends.method == "some method"


@pytest.mark.parametrize(("value", "variance"), [(0.0, 0.1), (1.0, 0.1), (0.5, 0.0)])
def test_logit_interval_says_why_there_is_none(value, variance):
    ends = logit_interval(value, variance, 0.95, "some method")
    assert ends.low is None
    assert ends.method.startswith("not available: ")
