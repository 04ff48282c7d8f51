"""Relative errors: scikit-learn, the formula, zeros."""

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_percentage_error

import calibrant as cal
from calibrant.metrics.numbers.errors import MeanError
from calibrant.metrics.numbers.relative import MeanAbsolutePercentageError, SymmetricPercentageError

PREDICTED, TARGETS = np.array([2.5, -0.5, 2.0, 8.0]), np.array([3.0, 0.5, 2.0, -7.0])
WEIGHTS = np.array([1.0, 0.5, 2.0, 3.0])


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_mape_is_that_of_scikit_learn(weights):
    expected = mean_absolute_percentage_error(TARGETS, PREDICTED, sample_weight=weights)
    rows = cal.numbers(predicted=PREDICTED, targets=TARGETS, weights=weights)
    assert MeanAbsolutePercentageError()(rows).value == pytest.approx(expected, rel=1e-14)


def test_worked_symmetric_error():
    rows = cal.numbers(predicted=PREDICTED, targets=TARGETS)
    expected = (2 * 0.5 / 5.5 + 2 + 0 + 2) / 4  # unlike signs: 2
    assert SymmetricPercentageError()(rows).value == pytest.approx(expected, rel=1e-14)


def test_rows_of_zero_and_zero_are_exact_and_zeros_alone_cost_two():
    rows = cal.numbers(predicted=[0.0, 0.0, 1e-9], targets=[0.0, 1e-9, 0.0])
    assert SymmetricPercentageError()(rows).value == pytest.approx(4 / 3)


def test_a_target_of_zero_has_no_relative_error():
    rows = cal.numbers(predicted=[1.0, 1.0], targets=[1.0, 0.0])
    with pytest.raises(cal.InputError, match=r"targets must not be 0 for mape.*; got 0\. Use mae"):
        MeanAbsolutePercentageError()(rows)
    left_out = cal.numbers(predicted=[2.0, 1.0], targets=[1.0, 0.0], weights=[1.0, 0.0])
    assert MeanAbsolutePercentageError()(left_out).value == 1.0


def test_the_mean_error_is_signed_and_so_is_its_interval():
    low = MeanError()(cal.numbers(predicted=PREDICTED - 50, targets=TARGETS, weights=WEIGHTS))
    expected = np.average(PREDICTED - 50 - TARGETS, weights=WEIGHTS)
    assert low.value == pytest.approx(expected, rel=1e-14)
    assert low.low < low.value < low.high < 0


def test_the_interval_of_the_mean_error_is_students():
    """Errors 1, 2, 3: mean 2, standard error 1 / sqrt(3), t of two degrees of freedom 4.302653."""
    estimate = MeanError()(cal.numbers(predicted=[1.0, 2.0, 3.0], targets=[0.0, 0.0, 0.0]))
    half = 4.302653 / np.sqrt(3)
    assert (estimate.low, estimate.high) == pytest.approx((2 - half, 2 + half), abs=1e-6)
