"""Error that bins hide: found where it is, seldom where it is not, and said beside `ece`."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.metrics.binned.calibration import ExpectedCalibrationError
from calibrant.metrics.binned.debiased import DebiasedCalibrationError
from calibrant.metrics.binned.finer import hidden_error
from calibrant.metrics.binned.multiresolution import MultiResolutionCalibrationError

METRIC = MultiResolutionCalibrationError("positive")


def wave(p):
    return p + 0.1 * np.sin(30 * np.pi * p)


def drawn(seed, n, truth=lambda p: p, low=0.0, high=1.0):
    rng = np.random.default_rng(seed)
    probs = rng.uniform(low, high, size=n)
    return cal.predictions(probs=probs, labels=rng.binomial(1, truth(probs)))


@pytest.fixture(scope="module")
def wavy():
    return drawn(0, 200_000, wave, 2 / 15, 13 / 15)


def test_wave_that_bins_hide_is_read(wavy):
    assert ExpectedCalibrationError("positive")(wavy).value < 0.005
    found = METRIC(wavy)
    assert found.value == pytest.approx(0.2 / np.pi, abs=0.008)  # .1 times the mean of |sin|
    assert found.details["n_bins"] > 15


def test_errors_of_bins_say_what_they_hide(wavy):
    for metric in (ExpectedCalibrationError("positive"), DebiasedCalibrationError("positive")):
        assert metric(wavy).note.startswith("bins hide error: ")
        assert " finer ones show 0.06" in metric(wavy).note
    assert not ExpectedCalibrationError("positive", 240)(wavy).note  # as fine as the wave
    assert not ExpectedCalibrationError("positive", 7)(wavy).note  # no grid that holds finer ones


@pytest.mark.parametrize("closed", ["right", "left"])
def test_either_side_may_be_closed(wavy, closed):
    assert "bins hide error" in ExpectedCalibrationError("positive", 15, closed)(wavy).note


def test_error_of_one_sign_in_every_bin_is_not_hidden():
    rows = drawn(1, 200_000, np.square)  # the integral of p - p^2 is 1/6
    found = METRIC(rows)
    assert found.value == pytest.approx(1 / 6, abs=0.004)
    assert found.details["n_bins"] == 15
    assert not ExpectedCalibrationError("positive")(rows).note


@pytest.mark.parametrize("n", [300, 3000])
def test_calibrated_rows_read_about_nothing_and_raise_no_alarm(n):
    values, alarms = [], 0
    for seed in range(60):
        rows = drawn(seed, n)
        found = METRIC(rows)
        values.append(found.value)
        alarms += found.details["n_bins"] != 15
    assert np.mean(values) < {300: 0.015, 3000: 0.006}[n]
    assert alarms <= 1  # one in a hundred at most


def test_weights_of_rows_raise_the_noise_and_not_the_alarm():
    rng, alarms = np.random.default_rng(0), 0
    for _ in range(30):
        probs = rng.uniform(size=3000)
        weights = rng.exponential(size=3000) ** 2
        rows = cal.predictions(probs=probs, labels=rng.binomial(1, probs), weights=weights)
        alarms += METRIC(rows).details["n_bins"] != 15
    assert alarms <= 1


def test_scores_in_few_places_hide_nothing():
    rng = np.random.default_rng(0)
    probs = rng.choice([0.2, 0.5, 0.9], size=50_000)
    rows = cal.predictions(probs=probs, labels=rng.binomial(1, probs * 0.8))
    assert hidden_error(cal.tally(rows, [METRIC]).tally_of(METRIC.statistic), 15) is None


def test_two_scores_of_one_bin_whose_faults_cancel_are_told_apart():
    # .41 comes out in .51, .45 in .35: one bin of 15, and .1 off both ways
    probs = np.repeat([0.41, 0.45], 2000)
    labels = np.concatenate([np.arange(2000) < 1020, np.arange(2000) < 700])
    rows = cal.predictions(probs=probs, labels=labels)
    assert ExpectedCalibrationError("positive")(rows).value < 1e-12
    assert METRIC(rows).value == pytest.approx(0.1, abs=0.005)


def test_soft_labels_and_no_rows_say_so():
    probs = np.linspace(0.01, 0.99, 50)
    soft = METRIC(cal.predictions(probs=probs, labels=probs))
    assert soft.value == pytest.approx(0, abs=1e-15)
    assert soft.note.startswith("soft labels: ")
    none = METRIC.estimate(METRIC.statistic.zero(2), level=0.95, class_names=("no", "yes"))
    assert np.isnan(none.value)
    assert none.note == "undefined: no rows"


def test_few_rows_bear_no_cut():
    # 39 rows hold at most 39 / 4 of p (1 - p), and a cut takes 10
    rows = cal.events(probs=[0.45] * 20 + [0.55] * 19, outcomes=[1] * 20 + [0] * 19)
    tally = cal.tally(rows, ["positive_ece_1"])
    assert hidden_error(next(iter(tally.parts.values())), 1) is None
    rows = cal.events(probs=[0.45] * 40 + [0.55] * 40, outcomes=[1] * 40 + [0] * 40)
    tally = cal.tally(rows, ["positive_ece_1"])
    assert hidden_error(next(iter(tally.parts.values())), 1) is not None
