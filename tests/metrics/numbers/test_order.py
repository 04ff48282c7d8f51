"""Median and greatest error: NumPy, rows repeated by weight, simulated coverage, edges."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import max_error, median_absolute_error

import calibrant as cal
from calibrant.metrics.numbers.order import MaxError, MedianAbsoluteError


@pytest.mark.parametrize("n", [1, 2, 7, 100])
def test_values_are_those_of_scikit_learn(n):
    random = np.random.default_rng(n)
    predicted, targets = random.normal(size=(2, n))
    rows = cal.numbers(predicted=predicted, targets=targets)
    expected = median_absolute_error(targets, predicted)
    assert MedianAbsoluteError()(rows).value == pytest.approx(expected, rel=1e-14)
    assert MaxError()(rows).value == pytest.approx(max_error(targets, predicted), rel=1e-14)


@pytest.mark.parametrize("scale", [1.0, 1e-3, 7.0])
def test_a_weighted_median_is_that_of_rows_repeated(scale):
    random = np.random.default_rng(0)
    for _ in range(20):
        errors, times = random.integers(0, 9, 12).astype(float), random.integers(0, 5, 12)
        rows = cal.numbers(predicted=errors, targets=np.zeros(12), weights=scale * times)
        assert MedianAbsoluteError()(rows).value == np.median(np.repeat(errors, times))


def test_woodruffs_interval_by_hand():
    """100 rows of errors 1 to 100: Wilson's interval of one half is [.40383, .59617]."""
    errors = np.random.default_rng(0).permutation(np.arange(1.0, 101))
    estimate = MedianAbsoluteError()(cal.numbers(predicted=errors, targets=np.zeros(100)))
    assert (estimate.low, estimate.value, estimate.high) == (40.0, 50.5, 61.0)
    assert estimate.method.startswith("Woodruff")


@pytest.mark.parametrize("n", [50, 500])
def test_the_interval_holds_the_true_median_as_often_as_it_says(n):
    random = np.random.default_rng(1)
    truth, held = stats.norm.ppf(0.75), 0
    for _ in range(600):
        rows = cal.numbers(predicted=random.normal(size=n), targets=np.zeros(n))
        estimate = MedianAbsoluteError()(rows)
        held += estimate.low <= truth <= estimate.high
    assert 0.935 < held / 600 < 0.985, held  # standard error .9 %


def test_few_rows_and_equal_errors_have_no_interval():
    few = MedianAbsoluteError()(cal.numbers(predicted=[1.0, 2.0, 3.0], targets=[0.0, 0.0, 0.0]))
    assert few.method == "not available: fewer than six rows tell no such interval"
    same = MedianAbsoluteError()(cal.numbers(predicted=np.ones(9), targets=np.zeros(9)))
    assert (same.value, same.low) == (1.0, None)
    assert "the same error" in same.method


def test_the_greatest_error_leaves_out_rows_of_weight_zero():
    rows = cal.numbers(predicted=[1.0, 9.0, -4.0], targets=[0.0, 0.0, 0.0], weights=[1.0, 0.0, 0.1])
    estimate = MaxError()(rows)
    assert (estimate.value, estimate.low, estimate.n) == (4.0, None, 2)


@pytest.mark.parametrize("name", ["max_error", "median_absolute_error"])
def test_tallies_refuse_what_no_sum_holds(name):
    with pytest.raises(cal.InputError, match="such as sums can tell"):
        cal.tally(cal.numbers(predicted=[1.0], targets=[1.0]), [name])
