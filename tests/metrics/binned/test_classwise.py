"""Class-wise calibration error as the mean of one-vs-rest errors."""

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.binned.calibration import (
    ExpectedCalibrationError,
    RootMeanSquaredCalibrationError,
)
from calibrant.metrics.binned.classwise import (
    ClasswiseCalibrationError,
    ClasswiseRootMeanSquaredCalibrationError,
    ClasswiseSquaredCalibrationError,
)
from calibrant.metrics.binned.per_class import PerClassCalibrationError
from calibrant.metrics.binned.squared import SquaredCalibrationError


def drawn(n_classes, n=600):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(n, n_classes, generator=generator, dtype=torch.float64)
    return logits.softmax(-1), torch.randint(n_classes, (n,), generator=generator)


@pytest.mark.parametrize("n_bins", [1, 7, 15])
@pytest.mark.parametrize("soft", [False, True])
def test_is_the_mean_of_the_errors_of_every_class_against_the_rest(n_bins, soft):
    probs, labels = drawn(5)
    weights = torch.arange(len(labels)) % 3
    truth = probs.roll(1, dims=0) if soft else labels
    each = [
        ExpectedCalibrationError("positive", n_bins)(
            cal.events(
                probs=probs[:, k],
                outcomes=truth[:, k] if soft else truth == k,
                weights=weights,
            )
        )
        for k in range(5)
    ]
    rows = cal.predictions(probs=probs, labels=truth, weights=weights)
    estimate = ClasswiseCalibrationError(n_bins)(rows)
    assert estimate.value == pytest.approx(np.mean([one.value for one in each]), abs=1e-12)
    if soft:
        assert estimate.noise_floor is None
        assert estimate.note.startswith("no noise floor: soft labels")
    else:
        floor = np.mean([one.noise_floor for one in each])
        assert estimate.noise_floor == pytest.approx(floor, abs=1e-12)
    assert estimate.n == int((weights > 0).sum())


def test_of_two_classes_is_the_error_of_the_positive_one():
    probs, labels = drawn(2)
    for given in (probs, probs[:, 1]):
        rows = cal.predictions(probs=given, labels=labels)
        expected = ExpectedCalibrationError("positive")(rows).value
        assert ClasswiseCalibrationError()(rows).value == pytest.approx(expected, abs=1e-12)


def test_perfect_classifier_that_is_sure_has_none():
    assert ClasswiseCalibrationError()(cal.predictions(probs=np.eye(4), labels=range(4))).value == 0


def test_refuses_no_bins():
    with pytest.raises(InputError, match="n_bins must be a whole number, at least 1; got -1"):
        ClasswiseCalibrationError(n_bins=-1)


def one_vs_rest(metric, n_bins):
    """Values of every class against the rest, and the rows."""
    probs, labels = drawn(4)
    each = [
        metric("positive", n_bins)(cal.events(probs=probs[:, k], outcomes=labels == k)).value
        for k in range(4)
    ]
    return each, cal.predictions(probs=probs, labels=labels)


@pytest.mark.parametrize("n_bins", [7, 15])
def test_vector_squares_and_roots_are_those_of_every_class(n_bins):
    each, rows = one_vs_rest(ExpectedCalibrationError, n_bins)
    vector = PerClassCalibrationError(n_bins)(rows)
    assert vector.value == pytest.approx(tuple(each), abs=1e-12)
    assert vector.names == rows.class_names
    assert sum(vector.support) == pytest.approx(600)
    whole = ClasswiseCalibrationError(n_bins)(rows)
    assert vector.noise_floor == pytest.approx(whole.noise_floor, abs=1e-12)
    each, rows = one_vs_rest(RootMeanSquaredCalibrationError, n_bins)
    root = ClasswiseRootMeanSquaredCalibrationError(n_bins)(rows).value
    assert root == pytest.approx(np.sqrt(np.mean(np.square(each))), abs=1e-12)
    each, rows = one_vs_rest(SquaredCalibrationError, n_bins)
    square = ClasswiseSquaredCalibrationError(n_bins)(rows).value
    assert square == pytest.approx(np.mean(each), abs=1e-12)


def test_squares_of_calibrated_samples_average_to_nothing():
    generator, values = torch.Generator().manual_seed(0), []
    for _ in range(100):
        probs = torch.randn(300, 3, generator=generator, dtype=torch.float64).softmax(-1)
        labels = torch.multinomial(probs, 1, generator=generator).squeeze(-1)
        rows = cal.predictions(probs=probs, labels=labels)
        values.append(ClasswiseSquaredCalibrationError()(rows).value)
    assert abs(np.mean(values)) < min(0.001, 4 * np.std(values) / 10)
