"""Smooth ECE against direct sums of kernels, relplot, closed forms, and simulation."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

import calibrant as cal
from calibrant.metrics.binless.smooth import SmoothCalibrationError


def at_bandwidth(probs, gaps, sigma, n_points=4001):
    """Integral of the absolute smoothed gap: every row's kernel and its mirror images."""
    t = np.linspace(0, 1, n_points)[:, None]
    images = [2 * k + sign * probs for k in (-2, -1, 0, 1, 2) for sign in (1, -1)]
    kernel = sum(np.exp(-0.5 * ((t - image) / sigma) ** 2) for image in images)
    density = (kernel * gaps).sum(axis=1) / (sigma * np.sqrt(2 * np.pi))
    return np.trapezoid(np.abs(density), t[:, 0])


def by_sums(probs, labels, weights=None):
    weights = np.ones(len(probs)) if weights is None else weights
    gaps = weights * (probs - labels) / weights.sum()
    return brentq(lambda sigma: at_bandwidth(probs, gaps, sigma) - sigma, 1e-3, 1, xtol=1e-8)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("weighted", [False, True])
def test_agrees_with_direct_sums_of_kernels(seed, weighted):
    rng = np.random.default_rng(seed)
    probs = rng.beta(0.5, 0.5, size=60)
    labels = rng.binomial(1, probs ** (1 + seed / 3))
    weights = rng.uniform(0.2, 3, size=60) if weighted else None
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    estimate = SmoothCalibrationError()(rows)
    assert estimate.value == pytest.approx(by_sums(probs, labels, weights), abs=1e-6)
    assert estimate.bound < 1e-6
    assert estimate.details["sigma"] == estimate.value


def test_agrees_with_relplot_within_its_mesh():
    i = np.arange(1, 2001)
    probs = (i * 0.6180339887498949) % 1
    labels = ((i * 0.7548776662466927) % 1 < probs**1.5).astype(int)
    rows = cal.predictions(probs=probs, labels=labels)
    # relplot 1.0.3: smECE(probs, labels, eps=1e-5, return_width=True) -> (.10333828, .10351562)
    assert SmoothCalibrationError()(rows).value == pytest.approx(0.10333827888842644, abs=3e-4)


@pytest.mark.parametrize("at", [0.0, 1 / 3, 0.5, 0.99, 1.0])
def test_constant_score_reads_its_one_gap_wherever_it_lies(at):
    rows = cal.predictions(probs=np.full(10, at), labels=[1] * 7 + [0] * 3)
    assert SmoothCalibrationError()(rows).value == pytest.approx(abs(at - 0.7), abs=1e-9)


def test_true_scores_in_two_groups_read_0():
    rows = cal.predictions(probs=[0.5] * 2 + [0.75] * 4, labels=[0, 1, 1, 1, 1, 0])
    assert SmoothCalibrationError()(rows).value == 0


def test_opposite_gaps_count_once_the_kernel_tells_them_apart():
    # gaps of .4 and -.4 at .1 and .9, half the rows each: sigma solves .4 * (1 - overlap) = sigma
    rows = cal.predictions(probs=[0.1] * 10 + [0.9] * 10, labels=[1] * 5 + [0] * 10 + [1] * 5)
    expected = by_sums(np.repeat([0.1, 0.9], 10), np.repeat([1, 0, 1], [5, 10, 5]))
    assert 0.3 < expected < 0.4
    assert SmoothCalibrationError()(rows).value == pytest.approx(expected, abs=1e-6)


def test_known_truth_is_found():
    rng = np.random.default_rng(5)
    probs = rng.uniform(size=200_000)
    rows = cal.predictions(probs=probs, labels=rng.binomial(1, probs**2))
    value = cal.evaluate(rows, ["smooth_ece"])["smooth_ece"].value
    # E|p - p^2| = 1/6 is kept by a gap of one sign, whatever the kernel
    assert value == pytest.approx(1 / 6, abs=0.004)


def test_a_narrow_wave_is_seen_dimly():
    # .1 sin(30 pi p) smoothed at sigma is damped by exp(-(30 pi sigma)^2 / 2); the fixed point of
    # sigma = (2 / pi) .1 exp(-(30 pi sigma)^2 / 2) is .0172: a quarter of the true .0637
    wave = brentq(lambda s: 0.2 / math.pi * math.exp(-((30 * math.pi * s) ** 2) / 2) - s, 1e-4, 0.1)
    rng = np.random.default_rng(6)
    probs = rng.uniform(2 / 15, 13 / 15, size=200_000)
    labels = rng.binomial(1, probs + 0.1 * np.sin(30 * np.pi * probs))
    estimate = SmoothCalibrationError()(cal.predictions(probs=probs, labels=labels))
    assert estimate.value == pytest.approx(wave, abs=0.003)
    assert estimate.value > 2 * estimate.noise_floor


@pytest.mark.parametrize("shape", [(1, 1), (0.3, 3), (20, 20)])
def test_noise_floor_is_the_mean_of_true_models(shape):
    rng = np.random.default_rng(7)
    probs = rng.beta(*shape, size=(40, 600))
    labels = rng.binomial(1, probs)
    estimates = [
        SmoothCalibrationError()(cal.predictions(probs=p, labels=y))
        for p, y in zip(probs, labels, strict=True)
    ]
    mean = np.mean([e.value for e in estimates])
    assert np.mean([e.noise_floor for e in estimates]) == pytest.approx(mean, rel=0.15)


def test_bound_covers_crowded_and_rare_scores():
    rng = np.random.default_rng(8)
    for probs in (
        0.5 + 1e-4 * rng.uniform(-1, 1, size=200),
        rng.beta(1, 99, size=200),
        rng.beta(1, 9999, size=200),
    ):
        labels = rng.binomial(1, np.minimum(1, 1.5 * probs))
        labels[0] = 1
        estimate = SmoothCalibrationError()(cal.predictions(probs=probs, labels=labels))
        gaps = (probs - labels) / len(probs)
        there = at_bandwidth(probs, gaps, estimate.value, n_points=8001)
        assert there == pytest.approx(estimate.value, abs=estimate.bound + 1e-5)


def test_bound_covers_gaps_that_cancel_on_the_nodes():
    h = 1 / 14_400
    probs = np.array([0.5 + 1e-6 * h, 0.5 + h / 2, 0.5 + h / 2, 0.5 + h * (1 - 1e-6)])
    labels = np.array([0, 1, 1, 0])
    estimate = SmoothCalibrationError()(cal.predictions(probs=probs, labels=labels))
    gaps = (probs - labels) / 4

    def excess(sigma):
        t = np.linspace(0.48, 0.52, 200_001)[:, None]  # all that the narrow kernels reach
        density = np.exp(-0.5 * ((t - probs) / sigma) ** 2) @ gaps / sigma / math.sqrt(2 * math.pi)
        return np.trapezoid(np.abs(density), t[:, 0]) - sigma

    exact = brentq(excess, 1e-5, 3e-3)
    assert exact == pytest.approx(5.22e-4, rel=0.01)
    assert abs(estimate.value - exact) <= estimate.bound < 2e-3


def test_all_wrong_and_all_right_are_the_ends():
    right = cal.predictions(probs=[0.0, 1.0], labels=[0, 1])
    assert SmoothCalibrationError()(right).value == 0
    wrong = cal.predictions(probs=[1.0, 1.0], labels=[0, 0])
    assert SmoothCalibrationError()(wrong).value == pytest.approx(1)


def test_soft_labels_have_no_noise_floor():
    estimate = SmoothCalibrationError()(cal.events(probs=[0.2, 0.2], outcomes=[0.1, 0.5]))
    assert estimate.value == pytest.approx(0.1)  # mean outcome .3
    assert estimate.noise_floor is None
