"""Errors of logarithms against scikit-learn; log-cosh against NumPy."""

import numpy as np
import pytest
from sklearn.metrics import mean_squared_log_error

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.numbers.logarithmic import (
    LogCosh,
    MeanSquaredLogError,
    RootMeanSquaredLogError,
)

GENERATOR = np.random.default_rng(0)
PREDICTED, TARGETS = GENERATOR.exponential(size=(2, 100))
WEIGHTS = GENERATOR.random(100)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_errors_of_logarithms_are_those_of_scikit_learn(weights):
    rows = cal.numbers(predicted=PREDICTED, targets=TARGETS, weights=weights)
    expected = mean_squared_log_error(TARGETS, PREDICTED, sample_weight=weights)
    square, root = MeanSquaredLogError()(rows), RootMeanSquaredLogError()(rows)
    assert square.value == pytest.approx(expected, rel=1e-13)
    assert root.value == pytest.approx(expected**0.5, rel=1e-13)
    assert (root.low**2, root.high**2) == pytest.approx((square.low, square.high))


def test_log_cosh_is_the_log_of_the_cosh():
    rows = cal.numbers(predicted=PREDICTED, targets=TARGETS)
    expected = np.log(np.cosh(PREDICTED - TARGETS)).mean()
    assert LogCosh()(rows).value == pytest.approx(expected, rel=1e-13)
    far = cal.numbers(predicted=[1e6], targets=[0.0])  # beyond the greatest cosh
    assert LogCosh()(far).value == pytest.approx(1e6 - np.log(2))


@pytest.mark.parametrize("column", ["predicted", "targets"])
def test_logarithms_need_numbers_above_minus_one(column):
    columns = {"predicted": [1.0], "targets": [1.0], column: [-1.0]}
    with pytest.raises(InputError, match=f"{column} must lie above -1 for msle; got -1"):
        MeanSquaredLogError()(cal.numbers(**columns))
