"""Kernel calibration error: plain loops, known means, the size and the power of its test."""

import math

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.binless.kernel import (
    KernelCalibrationError,
    SquaredKernelCalibrationError,
)

NAMES = ["kernel_calibration_error", "skce"]


def drawn(rng, n, n_classes=4, sharpness=1.5, temperature=1.0):
    """Rows whose outcomes follow their logits, stated `temperature` times too sure."""
    logits = sharpness * rng.normal(size=(n, n_classes))
    probs = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = (probs.cumsum(1) > rng.uniform(size=(n, 1))).argmax(1)
    return cal.predictions(logits=temperature * logits, labels=labels)


def by_loops(probs, truth, weights):
    """Sums over pairs of different rows and of rows with themselves, one by one."""
    n = len(probs)
    distance = [[math.dist(a, b) for b in probs] for a in probs]
    width = sum(weights[i] * weights[j] * distance[i][j] for i in range(n) for j in range(n))
    width /= sum(weights) ** 2
    different = alone = 0.0
    for i in range(n):
        for j in range(n):
            product = sum((truth[i] - probs[i]) * (truth[j] - probs[j]))
            term = weights[i] * weights[j] * math.exp(-distance[i][j] / width) * product
            different, alone = (different, alone + term) if i == j else (different + term, alone)
    return different, alone


@pytest.mark.parametrize("soft", [False, True])
def test_values_are_those_of_plain_loops(soft):
    rng = np.random.default_rng(0)
    probs, weights = rng.dirichlet(np.ones(3), 30), rng.uniform(0.5, 2, 30)
    labels = rng.integers(3, size=30)
    truth = rng.dirichlet(np.ones(3), 30) if soft else np.eye(3)[labels]
    rows = cal.predictions(probs=probs, labels=truth if soft else labels, weights=weights)
    different, alone = by_loops(probs, truth, weights)
    total, squares = weights.sum(), (weights**2).sum()
    evaluation = cal.evaluate(rows, NAMES)
    root = math.sqrt(different + alone) / total
    assert evaluation["kernel_calibration_error"].value == pytest.approx(root, rel=1e-12)
    assert evaluation["skce"].value == pytest.approx(different / (total**2 - squares), rel=1e-11)


def test_cut_into_parts_the_sums_stay(monkeypatch):
    rows = drawn(np.random.default_rng(1), 90)
    whole = cal.evaluate(rows, NAMES)
    monkeypatch.setattr("calibrant.metrics.binless.pairs.PAIRS", 700)  # seven rows at a time
    for name, estimate in cal.evaluate(rows, NAMES).items():
        assert estimate.value == pytest.approx(whole[name].value, rel=1e-12)
        assert estimate.details["p_value"] == whole[name].details["p_value"]


def test_many_classes_take_the_same_values():
    rng = np.random.default_rng(2)
    probs, labels = rng.dirichlet(np.ones(80), 40), rng.integers(80, size=40)
    different, alone = by_loops(probs, np.eye(80)[labels], np.ones(40))
    rows = cal.predictions(probs=probs, labels=labels)
    root = math.sqrt(different + alone) / 40
    assert KernelCalibrationError()(rows).value == pytest.approx(root, rel=1e-6)


def test_calibrated_rows_average_nothing_and_the_floor():
    rng = np.random.default_rng(3)
    estimates = [cal.evaluate(drawn(rng, 100), NAMES) for _ in range(200)]
    unbiased = np.array([e["skce"].value for e in estimates])
    assert abs(unbiased.mean()) < 4 * unbiased.std() / math.sqrt(200)
    squares = np.array([e["kernel_calibration_error"].value ** 2 for e in estimates])
    floors = np.array([e["kernel_calibration_error"].noise_floor ** 2 for e in estimates])
    assert abs((squares - floors).mean()) < 4 * (squares - floors).std() / math.sqrt(200)


def test_test_rejects_calibrated_models_as_often_as_it_says():
    rng = np.random.default_rng(4)
    p = [SquaredKernelCalibrationError()(drawn(rng, 60)).details["p_value"] for _ in range(400)]
    assert 0.02 < np.mean(np.array(p) <= 0.05) < 0.09  # 4 standard errors about .05
    assert 0.4 < np.mean(np.array(p) <= 0.5) < 0.6


def test_test_finds_a_model_that_is_too_sure():
    rows = drawn(np.random.default_rng(5), 400, temperature=2.5)
    estimate = KernelCalibrationError()(rows)
    assert estimate.details["p_value"] == 1 / 500
    assert estimate.value > 2 * estimate.noise_floor


def test_error_that_no_single_class_shows_is_found():
    probs = np.tile([[0.5, 0.3, 0.2], [0.5, 0.2, 0.3]], (300, 1))  # classes 1 and 2 change places
    rng = np.random.default_rng(6)
    labels = np.array([rng.choice(3, p=row[[0, 2, 1]]) for row in probs])
    assert cal.evaluate(cal.predictions(probs=probs, labels=labels), ["ece"])["ece"].value < 0.05
    estimate = KernelCalibrationError()(cal.predictions(probs=probs, labels=labels))
    assert estimate.details["p_value"] < 0.01


def test_one_row_has_no_pair():
    rows = cal.predictions(probs=[[0.75, 0.25]], labels=[0])
    evaluation = cal.evaluate(rows, NAMES)
    assert math.isnan(evaluation["skce"].value)
    assert evaluation["skce"].note == "undefined: it takes two rows"
    assert evaluation["kernel_calibration_error"].value == pytest.approx(math.sqrt(0.125))


def test_rows_of_equal_probabilities_have_a_kernel_of_one():
    rows = cal.predictions(probs=torch.full((4,), 0.5), labels=[0, 1, 1, 1])
    estimate = KernelCalibrationError()(rows)
    assert estimate.details["bandwidth"] == 0
    assert estimate.value == pytest.approx(math.sqrt(2) / 4)  # gaps add to (-1, 1), over 4 rows


def test_more_rows_than_asked_for_are_refused():
    rows = drawn(np.random.default_rng(7), 11)
    with pytest.raises(InputError, match="rows must number at most 10, since all pairs are taken"):
        KernelCalibrationError(most_rows=10)(rows)
    assert "skce" not in cal.metrics.fitting(drawn(np.random.default_rng(7), 10_001))


@pytest.mark.parametrize(
    "settings",
    [
        {"most_rows": 1},
        {"seed": -1},
        {"seed": True},
        {"seed": 2**70},
    ],
)
def test_bad_settings_are_refused(settings):
    with pytest.raises(InputError, match="must be a whole number, at least"):
        KernelCalibrationError(**settings)


@pytest.mark.parametrize(
    "name", ["kernel_calibration_error", "kernel_calibration_error_squared_debiased"]
)
def test_order_of_rows_changes_no_draw(name):
    rng = np.random.default_rng(0)
    probs, weights = rng.dirichlet(np.ones(3), 60), rng.random(60) + 0.5
    labels, order = rng.integers(0, 3, 60), rng.permutation(60)
    first, second = (
        cal.evaluate(cal.predictions(probs=probs[i], labels=labels[i], weights=weights[i]), [name])[
            name
        ]
        for i in (np.arange(60), order)
    )
    assert second.value == pytest.approx(first.value, rel=1e-12)
    assert second.details == pytest.approx(first.details, rel=1e-9)
