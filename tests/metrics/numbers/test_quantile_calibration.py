"""Calibration of quantiles: shares by NumPy, simulated noise floor, levels that come back."""

import math

import numpy as np
import pytest
from scipy import stats

import calibrant as cal
from calibrant.metrics.numbers.quantile_calibration import (
    QuantileCalibration,
    QuantileCalibrationError,
)


def drawn(n, seed=0, spread=1.0):
    random = np.random.default_rng(seed)
    mean = random.normal(size=n)
    return mean, mean + spread * random.normal(size=n)


@pytest.mark.parametrize("weighted", [False, True])
def test_shares_are_those_of_numpy(weighted):
    mean, targets = drawn(400)
    weights = np.random.default_rng(1).uniform(0.5, 2, 400) if weighted else np.ones(400)
    levels = [1 / 101, 0.1, 1 / 3, 0.5, 0.975]
    stated = {q: mean + stats.norm.ppf(q) for q in levels}
    rows = cal.numbers(quantiles=stated, targets=targets, weights=weights)
    shares = [np.average(targets <= stated[q], weights=weights) for q in levels]
    found = QuantileCalibration()(rows)
    assert found.value == pytest.approx(shares, rel=1e-12)
    assert [float(name) for name in found.names] == pytest.approx(levels, rel=1e-8)
    error = QuantileCalibrationError()(rows).value
    assert error == pytest.approx(np.abs(np.subtract(shares, levels)).mean(), rel=1e-12)


def test_normals_are_counted_at_nineteen_levels():
    mean, targets = drawn(300)
    rows = cal.numbers(predicted=mean, std=np.full(300, 2.0), targets=targets)
    levels = np.arange(1, 20) / 20
    expected = [(targets <= mean + 2 * stats.norm.ppf(q)).mean() for q in levels]
    found = QuantileCalibration()(rows)
    assert found.value == pytest.approx(expected, abs=1e-12)
    assert [float(name) for name in found.names] == pytest.approx(list(levels))


def test_members_count_by_rank():
    """One member below the target: it takes (.5, 1], of which .75 holds a half."""
    rows = cal.numbers(members=[[0.0]], targets=[1.0])
    shares = dict(
        zip(*(getattr(QuantileCalibration()(rows), f) for f in ("names", "value")), strict=True)
    )
    assert (shares["0.5"], shares["0.75"]) == (0.0, pytest.approx(0.5))


@pytest.mark.parametrize("n", [30, 300])
def test_a_calibrated_model_shows_the_noise_floor(n):
    found = []
    for seed in range(300):
        mean, targets = drawn(n, seed)
        rows = cal.numbers(predicted=mean, std=np.ones(n), targets=targets)
        found.append(QuantileCalibrationError()(rows))
    mean_error = np.mean([each.value for each in found])
    assert found[0].noise_floor == pytest.approx(mean_error, rel=0.1)  # standard error 3 %
    assert found[0].low is None


def test_narrow_spreads_stand_out():
    mean, targets = drawn(2000)
    narrow = cal.numbers(predicted=mean, std=np.full(2000, 0.5), targets=targets)
    estimate = QuantileCalibrationError()(narrow)
    levels = np.arange(1, 20) / 20
    truth = np.abs(stats.norm.cdf(0.5 * stats.norm.ppf(levels)) - levels).mean()
    assert estimate.value == pytest.approx(truth, abs=0.015)
    assert estimate.value > 5 * estimate.noise_floor


def test_batches_that_state_other_levels_are_counted_at_theirs():
    first = cal.numbers(quantiles={0.5: [1.0], 0.9: [2.0]}, targets=[0.0])
    second = cal.numbers(quantiles={0.5: [1.0]}, targets=[3.0])
    tallies = sum(cal.tally(rows, ["quantile_calibration"]) for rows in (first, second))
    found = cal.evaluate(tallies, ["quantile_calibration"])["quantile_calibration"]
    assert (found.value, found.support, found.n) == ((0.5, 1.0), (2.0, 1.0), 2)


def test_levels_too_near_to_each_other_and_points_alone_are_refused():
    near = cal.numbers(quantiles={0.5: [1.0], 0.50001: [1.0]}, targets=[0.0])
    with pytest.raises(cal.InputError, match=r"levels at least 0.0001 apart .*; got 2 levels"):
        QuantileCalibration()(near)
    with pytest.raises(cal.InputError, match="a spread must be stated for quantile_calibration"):
        QuantileCalibrationError()(cal.numbers(predicted=[1.0], targets=[1.0]))


def test_no_rows_are_undefined():
    metric = QuantileCalibrationError()
    nothing = metric.estimate(metric.statistic.zero(0), level=0.95, class_names=())
    assert math.isnan(nothing.value)
    assert nothing.note == "undefined: no rows"
