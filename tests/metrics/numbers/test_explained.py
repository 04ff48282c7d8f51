"""Explained variance: scikit-learn, its relation to R2, undefined where nothing varies."""

import math

import numpy as np
import pytest
from sklearn.metrics import explained_variance_score

import calibrant as cal
from calibrant.metrics.numbers.explained import ExplainedVariance, RSquared


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("bias", [0.0, 3.0, -1e3])
def test_values_are_those_of_scikit_learn(weighted, bias):
    random = np.random.default_rng(0)
    targets = random.normal(size=300) + 5
    predicted = 0.7 * targets + random.normal(size=300) + bias
    weights = random.uniform(0.1, 3, 300) if weighted else None
    expected = explained_variance_score(targets, predicted, sample_weight=weights)
    rows = cal.numbers(predicted=predicted, targets=targets, weights=weights)
    assert ExplainedVariance()(rows).value == pytest.approx(expected, abs=1e-9)


def test_it_is_r2_of_predictions_without_their_mean_error():
    random = np.random.default_rng(1)
    predicted, targets = random.normal(size=(2, 50))
    centred = predicted - (predicted - targets).mean()
    explained = ExplainedVariance()(cal.numbers(predicted=predicted, targets=targets)).value
    r2 = RSquared()(cal.numbers(predicted=centred, targets=targets)).value
    assert explained == pytest.approx(r2, abs=1e-12)
    assert explained >= RSquared()(cal.numbers(predicted=predicted, targets=targets)).value


def test_an_error_that_is_the_same_everywhere_explains_all():
    targets = np.arange(5.0)
    assert ExplainedVariance()(cal.numbers(predicted=targets + 7, targets=targets)).value == 1.0


def test_equal_targets_leave_it_undefined():
    estimate = ExplainedVariance()(cal.numbers(predicted=[1.0, 2.0], targets=[3.0, 3.0]))
    assert math.isnan(estimate.value)
    assert estimate.note.startswith("undefined: all targets are equal")


def test_error_over_spread_is_the_root_of_what_r2_leaves():
    generator = np.random.default_rng(0)
    predicted, targets = generator.normal(size=(2, 60))
    rows = cal.numbers(predicted=predicted, targets=targets)
    found = cal.evaluate(rows, ["nrmse", "r2", "rmse"])
    nrmse, r2 = found["nrmse"], found["r2"]
    assert nrmse.value == pytest.approx(found["rmse"].value / targets.std(), rel=1e-12)
    assert (nrmse.low**2, nrmse.high**2) == pytest.approx((1 - r2.high, 1 - r2.low))
    flat = cal.evaluate(cal.numbers(predicted=[1.0, 2.0], targets=[1.0, 1.0]), ["nrmse"])["nrmse"]
    assert math.isnan(flat.value)
