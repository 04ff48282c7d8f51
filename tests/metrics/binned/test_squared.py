"""Squared calibration error without bias: against exact arithmetic and over many samples."""

import math
from itertools import product

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.metrics.binned.calibration import RootMeanSquaredCalibrationError
from calibrant.metrics.binned.squared import (
    DebiasedRootMeanSquaredCalibrationError,
    SquaredCalibrationError,
)


def drawn(seed, n, truth=lambda p: p):
    rng = np.random.default_rng(seed)
    probs = rng.uniform(size=n)
    return probs, rng.binomial(1, truth(probs))


def by_loop(probs, labels, n_bins, of):
    """Squared gap less its variance, bin by bin, from the textbook formulas."""
    total, held_rows = 0.0, 0
    bins = np.ceil(probs * n_bins).astype(int).clip(1) - 1
    for k in range(n_bins):
        p, y = probs[bins == k], labels[bins == k]
        if len(p) > 1:
            values = p - y if of == "gaps" else y
            variance = np.var(values, ddof=1) / len(p)
            total += len(p) * ((p.mean() - y.mean()) ** 2 - variance)
            held_rows += len(p)
    return total / held_rows


@pytest.mark.parametrize("of", ["gaps", "outcomes"])
@pytest.mark.parametrize("n_bins", [1, 7, 15, 100])
def test_is_the_squared_gap_less_the_variance_of_the_gap(of, n_bins):
    probs, labels = drawn(0, 400)  # with 100 bins some hold one row
    rows = cal.predictions(probs=probs, labels=labels)
    found = SquaredCalibrationError("positive", n_bins, variance=of)(rows).value
    assert found == pytest.approx(by_loop(probs, labels, n_bins, of), abs=1e-12)


def test_outcomes_alone_give_what_software_after_kumar_gives():
    # uncertainty-calibration 0.1.4: unbiased_square_ce(bin_equal(...))'s formula, by hand:
    # bin (0, .5]: .25 stated, 1 of 3; bin (.5, 1]: .75 stated, 3 of 4
    rows = cal.events(probs=[0.25] * 3 + [0.75] * 4, outcomes=[1, 0, 0, 1, 1, 1, 0])
    first = (1 / 3 - 1 / 4) ** 2 - (1 / 3) * (2 / 3) / 2
    second = 0 - (3 / 4) * (1 / 4) / 3
    found = SquaredCalibrationError("positive", 2, variance="outcomes")(rows).value
    assert found == pytest.approx((3 * first + 4 * second) / 7, abs=1e-15)
    assert SquaredCalibrationError("positive", 2)(rows).value == pytest.approx(found, abs=1e-15)


@pytest.mark.parametrize("n_bins", [5, 15])
def test_calibrated_samples_average_to_nothing(n_bins):
    metric = SquaredCalibrationError("positive", n_bins)
    values = []
    for seed in range(200):
        probs, labels = drawn(seed, 300)
        values.append(metric(cal.predictions(probs=probs, labels=labels)).value)
    error = np.std(values) / 200**0.5
    assert abs(np.mean(values)) < min(0.001, 4 * error)
    assert 0.3 < np.mean(np.array(values) < 0) < 0.7


def test_miscalibrated_samples_average_to_the_squared_gap_of_the_bins():
    # p uniform, E[y|p] = p^2, one bin: gap 1/2 - 1/3, squared 1/36
    metric, values = SquaredCalibrationError("positive", 1), []
    for seed in range(200):
        probs, labels = drawn(seed, 100, np.square)
        values.append(metric(cal.predictions(probs=probs, labels=labels)).value)
    assert np.mean(values) == pytest.approx(1 / 36, abs=4 * np.std(values) / 200**0.5)


def test_known_truth_of_a_large_sample():
    probs, labels = drawn(0, 400_000, np.square)  # the integral of (p - p^2)^2 is 1/30
    rows = cal.predictions(probs=probs, labels=labels)
    root = math.sqrt(1 / 30)
    metric = DebiasedRootMeanSquaredCalibrationError("positive", 100)
    assert metric(rows).value == pytest.approx(root, abs=0.002)
    plain = RootMeanSquaredCalibrationError("positive", 100)
    assert plain(rows).value == pytest.approx(root, abs=0.003)
    assert plain(rows).value > metric(rows).value


@pytest.mark.parametrize("variance", ["gaps", "outcomes"])
def test_unequal_weights_leave_no_bias(variance):
    metric = SquaredCalibrationError(n_bins=1, variance=variance)
    p, w = np.array([0.5, 0.5, 0.5]), [1.0, 9.0, 3.0]
    values = [  # eight samples that are equally likely if the model is calibrated
        metric(cal.events(probs=p, outcomes=y, weights=w)).value for y in product((0, 1), repeat=3)
    ]
    assert np.mean(values) == pytest.approx(0, abs=1e-15)
    assert np.std(values) > 0.05


def test_unequal_weights_average_to_the_true_square():
    metric, truth = SquaredCalibrationError(n_bins=1), np.array([0.2, 0.7, 0.4])
    p, w = np.array([0.3, 0.4, 0.6]), np.array([1.0, 2.0, 4.0])
    mean = 0.0
    for y in product((0, 1), repeat=3):
        chance = np.prod(np.where(y, truth, 1 - truth))
        mean += chance * metric(cal.events(probs=p, outcomes=y, weights=w)).value
    gap = w * (p - truth)  # products of different rows, over all pairs
    pairs = (gap.sum() ** 2 - (gap**2).sum()) / (w.sum() ** 2 - (w**2).sum())
    assert mean == pytest.approx(pairs, abs=1e-15)


def test_root_is_cut_at_nothing_and_says_so():
    rows = cal.events(probs=[0.5] * 4, outcomes=[1, 1, 0, 0])
    square = SquaredCalibrationError()(rows)
    root = DebiasedRootMeanSquaredCalibrationError()(rows)
    assert square.value == pytest.approx(-0.25 / 3)
    assert root.value == 0
    assert root.note == "cut at 0: the squared error without noise is -0.083"
    clear = DebiasedRootMeanSquaredCalibrationError()(cal.events(probs=[0.9] * 9, outcomes=[0] * 9))
    assert clear.value == pytest.approx(0.9)
    assert not clear.note


def test_rows_alone_in_their_bins_tell_nothing():
    for metric in (SquaredCalibrationError(), DebiasedRootMeanSquaredCalibrationError()):
        found = metric(cal.events(probs=[0.1, 0.9], outcomes=[0, 1]))
        assert math.isnan(found.value)
        assert found.note == "undefined: no bin holds two rows, and one tells nothing of its noise"


def test_of_a_constant_prediction_all_numbers_of_bins_agree():
    rows = cal.events(probs=torch.full((30,), 0.3), outcomes=torch.arange(30) % 2)
    values = {round(SquaredCalibrationError(n_bins=k)(rows).value, 12) for k in (1, 7, 15, 480)}
    assert len(values) == 1
