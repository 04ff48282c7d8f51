"""Sums of errors over sums of targets: NumPy, the interval by simulation, zeros."""

import math

import numpy as np
import pytest

import calibrant as cal
from calibrant.metrics.numbers.weighted_relative import WeightedAbsolutePercentageError


@pytest.mark.parametrize("weighted", [False, True])
def test_is_the_ratio_of_two_sums(weighted):
    generator = np.random.default_rng(0)
    predicted, targets = generator.normal(size=(2, 200))
    weights = generator.random(200) if weighted else np.ones(200)
    rows = cal.numbers(predicted=predicted, targets=targets, weights=weights)
    expected = (weights @ abs(predicted - targets)) / (weights @ abs(targets))
    assert WeightedAbsolutePercentageError()(rows).value == pytest.approx(expected, rel=1e-13)


def test_interval_covers_what_it_promises():
    generator, hits = np.random.default_rng(1), []
    for _ in range(400):
        targets = generator.exponential(size=50)
        predicted = targets + 0.5 * generator.normal(size=50)
        estimate = WeightedAbsolutePercentageError()(
            cal.numbers(predicted=predicted, targets=targets)
        )
        hits.append(estimate.low <= 0.5 * math.sqrt(2 / math.pi) <= estimate.high)
    assert 0.92 < np.mean(hits) < 0.98


def test_targets_of_zero_do_no_harm_unless_all_are():
    rows = cal.numbers(predicted=[1.0, 5.0], targets=[0.0, 8.0])
    assert WeightedAbsolutePercentageError()(rows).value == 0.5
    estimate = WeightedAbsolutePercentageError()(cal.numbers(predicted=[1.0], targets=[0.0]))
    assert math.isnan(estimate.value)
    assert estimate.note == "undefined: all targets are 0"


def test_rows_that_are_off_alike_have_no_interval():
    same = cal.numbers(predicted=[2.0, 4.0, 6.0], targets=[1.0, 2.0, 3.0])
    exact = cal.numbers(predicted=[2.0, 4.0], targets=[2.0, 4.0])
    for rows, why in ((same, "off by the same share"), (exact, "no row is off")):
        estimate = WeightedAbsolutePercentageError()(rows)
        assert estimate.low is None
        assert why in estimate.method
