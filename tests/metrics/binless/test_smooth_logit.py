"""Smooth ECE on log-odds: direct sums of kernels, closed forms, what stands at the ends."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

import calibrant as cal
from calibrant.metrics.binless.smooth_logit import LogitSmoothCalibrationError


def by_sums(probs, labels, weights):
    """Fixed point of the trapezoidal integral of the plain sum of kernels."""
    at = np.log(probs / (1 - probs))
    gaps = weights * (probs - labels) / weights.sum()
    z = np.linspace(at.min() - 8, at.max() + 8, 40_001)[:, None]

    def excess(sigma):
        kernel = np.exp(-0.5 * ((z - at) / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi))
        return np.trapezoid(np.abs(kernel @ gaps), z[:, 0]) - sigma

    return brentq(excess, 1e-3, 1, xtol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_direct_sums_of_kernels(seed):
    rng = np.random.default_rng(seed)
    probs, weights = rng.beta(0.5, 0.5, size=40), rng.uniform(0.2, 3, size=40)
    labels = rng.binomial(1, probs**1.5)
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    estimate = LogitSmoothCalibrationError()(rows)
    assert estimate.value == pytest.approx(by_sums(probs, labels, weights), abs=1e-5)
    assert estimate.bound < 1e-4
    assert estimate.details["sigma"] == estimate.value


def test_logits_and_their_probabilities_agree():
    rng = np.random.default_rng(3)
    logits = 2 * rng.normal(size=200)
    labels = rng.binomial(1, 1 / (1 + np.exp(-logits)))
    values = [
        LogitSmoothCalibrationError()(rows).value
        for rows in (
            cal.predictions(logits=logits, labels=labels),
            cal.predictions(probs=1 / (1 + np.exp(-logits)), labels=labels),
            cal.predictions(logits=np.stack((0 * logits, logits), 1), labels=labels),
        )
    ]
    assert values == pytest.approx([values[0]] * 3, abs=1e-9)


def test_rows_at_the_ends_stand_by_themselves():
    rows = cal.predictions(probs=[0.0, 0.0, 1.0, 1.0], labels=[1, 0, 0, 1])
    assert LogitSmoothCalibrationError()(rows).value == 0.5  # 1/4 at either end
    right = cal.predictions(probs=[0.0, 1.0], labels=[0, 1])
    assert LogitSmoothCalibrationError()(right).value == 0
    some = cal.predictions(probs=[1.0, 0.5], labels=[0, 0])  # 1/2 at the end, 1/4 in the middle
    assert LogitSmoothCalibrationError()(some).value == pytest.approx(0.75, abs=1e-6)


def test_a_logit_of_a_thousand_is_kept_apart_from_the_middle():
    rows = cal.predictions(logits=[1000.0, 0.0], labels=[0, 1])
    assert LogitSmoothCalibrationError()(rows).value == pytest.approx(0.75, abs=1e-6)


def test_noise_floor_is_what_calibrated_rows_show():
    rng = np.random.default_rng(4)
    estimates = []
    for _ in range(60):
        probs = rng.beta(0.7, 0.7, size=400)
        rows = cal.predictions(probs=probs, labels=rng.binomial(1, probs))
        estimates.append(LogitSmoothCalibrationError()(rows))
    mean, floor = (np.mean([getattr(e, f) for e in estimates]) for f in ("value", "noise_floor"))
    assert mean == pytest.approx(floor, rel=0.15)


def test_gaps_of_rare_events_do_not_cancel():
    probs = np.repeat([0.001, 0.02], 5000)
    labels = np.zeros(10_000)
    labels[:50], labels[5000:5050] = 1, 1  # .01 for either: .009 under, .01 over
    rows = cal.predictions(probs=probs, labels=labels.astype(int))
    near, apart = cal.evaluate(rows, ["smooth_ece", "smooth_ece_logit"]).estimates.values()
    assert apart.value == pytest.approx(0.0095, rel=1e-3)
    assert near.value < 0.8 * apart.value
