"""Expected calibration error without noise: what it reads of known truths."""

import math

import numpy as np
import pytest

import calibrant as cal
from calibrant.metrics.binned.calibration import ExpectedCalibrationError
from calibrant.metrics.binned.debiased import DebiasedCalibrationError
from calibrant.metrics.inference.firm import sum_of_true_gaps
from calibrant.metrics.inference.noise import folded_mean

POSITIVE = DebiasedCalibrationError("positive")


def drawn(seed, n, truth=lambda p: p):
    rng = np.random.default_rng(seed)
    probs = rng.uniform(size=n)
    return cal.predictions(probs=probs, labels=rng.binomial(1, truth(probs)))


def test_calibrated_rows_average_below_the_plug_in_and_below_the_promise():
    plain = ExpectedCalibrationError("positive")
    values = np.array(
        [(POSITIVE(rows).value, plain(rows).value) for rows in (drawn(s, 300) for s in range(200))]
    )
    debiased, plug_in = values.mean(axis=0)
    assert debiased < 0.015
    assert 0.06 < plug_in < 0.08
    assert 0.4 < (values[:, 0] == 0).mean() < 0.75


def test_a_large_error_is_read_whole():
    rows = drawn(0, 200_000, np.square)  # the integral of p - p^2 is 1/6
    assert POSITIVE(rows).value == pytest.approx(1 / 6, abs=0.004)


def test_never_more_than_the_plug_in():
    for seed in range(20):
        rows = drawn(seed, 500, lambda p: 0.2 + 0.6 * p)
        assert 0 <= POSITIVE(rows).value <= ExpectedCalibrationError("positive")(rows).value


def test_one_gap_beyond_noise_stands_and_the_others_go():
    # one bin, no other: the sum is |m + z|, whose median is |m| to many digits once m is 5 s
    assert sum_of_true_gaps(np.array([0.5]), np.array([0.1]), 1e9) == pytest.approx(0.5, abs=1e-3)
    gaps, noise = np.array([0.5, 0.001, -0.001]), np.array([0.01, 0.01, 0.01])
    # the two others add the noise of two gaps, about 2 * .8 * .01, which is taken off
    assert sum_of_true_gaps(gaps, noise, 1e9) == pytest.approx(0.502 - 0.016, abs=0.003)


def test_gaps_without_noise_are_left_alone():
    assert sum_of_true_gaps(np.array([0.25, -0.5]), np.zeros(2), 10.0) == 0.75
    mixed = sum_of_true_gaps(np.array([0.25, 0.0]), np.array([0.0, 0.1]), 1e9)
    assert mixed == 0.25


def test_mean_of_a_folded_normal_is_that_of_draws():
    draws = np.abs(0.3 + 0.2 * np.random.default_rng(0).normal(size=1_000_000)).mean()
    found = folded_mean(np.array([0.3]), np.array([0.2]))
    assert found[0] == pytest.approx(draws, abs=1e-3)


def test_many_bins_read_as_few_do_where_gaps_are_large():
    rows = drawn(1, 200_000, np.square)
    for n_bins in (60, 90, 480):  # on both sides of where the median becomes the mean
        found = DebiasedCalibrationError("positive", n_bins)(rows).value
        assert found == pytest.approx(1 / 6, abs=0.005), n_bins


def test_weights_shrink_the_rows_that_count():
    # 40 rows: noise .5 / sqrt(40) = .079, its middle size .053, less than the gap of .075
    even = cal.events(probs=[0.5] * 40, outcomes=[1] * 23 + [0] * 17)
    assert DebiasedCalibrationError()(even).value > 0.05
    # five of weight 6: 65^2 / 215 = 19.7 rows, .113 and .076, more than 37 / 65 - .5 = .069
    outcomes = [1] * 3 + [0] * 2 + [1] * 19 + [0] * 16
    heavy = cal.events(probs=[0.5] * 40, outcomes=outcomes, weights=[6.0] * 5 + [1.0] * 35)
    assert ExpectedCalibrationError()(heavy).value == pytest.approx(37 / 65 - 0.5)
    assert DebiasedCalibrationError()(heavy).value == 0


def test_soft_labels_that_are_stated_exactly_have_no_noise_and_no_error():
    probs = np.linspace(0.01, 0.99, 50)
    found = POSITIVE(cal.predictions(probs=probs, labels=probs))
    assert found.value == pytest.approx(0, abs=1e-15)
    assert found.note.startswith("soft labels: ")
    off = POSITIVE(cal.predictions(probs=probs, labels=probs / 2))
    assert off.value == pytest.approx(probs.mean() / 2, rel=0.03)  # all too high, none by chance


def test_shares_the_interval_of_the_plug_in_whose_truth_is_the_same():
    found, plain = (
        metric(drawn(0, 50)) for metric in (POSITIVE, ExpectedCalibrationError("positive"))
    )
    assert (found.low, found.high, found.method) == (plain.low, plain.high, plain.method)
    assert found.details["p_value"] == plain.details["p_value"]
    assert 0 < found.noise_floor < found.details["noise_floor_95"]
    assert found.noise_floor < plain.noise_floor
    assert found.details["noise_floor_95"] < plain.details["noise_floor_95"]


def test_of_no_rows_is_undefined():
    none = POSITIVE.statistic.zero(2)
    found = POSITIVE.estimate(none, level=0.95, class_names=("no", "yes"))
    assert math.isnan(found.value)
    assert found.note == "undefined: no rows"
