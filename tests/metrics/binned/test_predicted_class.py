"""Calibration error by predicted class against loops over classes and bins."""

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.binned.calibration import ExpectedCalibrationError
from calibrant.metrics.binned.predicted_class import PredictedClassCalibrationError


def drawn(n_classes=4, n=900):
    generator = torch.Generator().manual_seed(0)
    logits = 2 * torch.randn(n, n_classes, generator=generator, dtype=torch.float64)
    return logits.softmax(-1), torch.randint(n_classes, (n,), generator=generator)


@pytest.mark.parametrize("n_bins", [1, 7, 15])
@pytest.mark.parametrize("soft", [False, True])
def test_is_the_mean_over_predicted_classes_of_their_own_errors(n_bins, soft):
    probs, labels = drawn()
    weights = (torch.arange(len(labels)) % 3).double()
    truth = probs.roll(1, dims=0) if soft else labels
    guess, total = probs.argmax(-1), 0.0
    for k in range(4):
        given = guess == k
        outcome = truth[given, k] if soft else truth[given] == k
        events = cal.events(probs=probs[given, k], outcomes=outcome, weights=weights[given])
        own = ExpectedCalibrationError("positive", n_bins)(events).value
        total += own * float(weights[given].sum())
    rows = cal.predictions(probs=probs, labels=truth, weights=weights)
    found = PredictedClassCalibrationError(n_bins)(rows)
    assert found.value == pytest.approx(total / float(weights.sum()), abs=1e-12)
    assert (found.noise_floor is None) == soft
    assert found.value >= ExpectedCalibrationError(n_bins=n_bins)(rows).value - 1e-12


def test_faults_of_classes_that_cancel_are_seen():
    # .8 for class 0 is right in 10 of 10, .8 for class 1 in 6 of 10: of both 16 of 20
    probs = np.repeat([[0.8, 0.2], [0.2, 0.8]], 10, axis=0)
    labels = [0] * 10 + [1] * 6 + [0] * 4
    rows = cal.predictions(probs=probs, labels=labels)
    assert ExpectedCalibrationError()(rows).value == pytest.approx(0, abs=1e-15)
    assert PredictedClassCalibrationError()(rows).value == pytest.approx(0.2, abs=1e-15)


def test_one_number_a_row_is_as_good_as_two():
    probs, labels = drawn(2)
    whole = PredictedClassCalibrationError()(cal.predictions(probs=probs, labels=labels))
    single = PredictedClassCalibrationError()(cal.predictions(probs=probs[:, 1], labels=labels))
    assert single.value == pytest.approx(whole.value, abs=1e-12)


def test_calibrated_rows_read_about_their_floor():
    probs, _ = drawn(10, 3000)
    labels = torch.multinomial(probs, 1, generator=torch.Generator().manual_seed(1)).squeeze(-1)
    found = PredictedClassCalibrationError()(cal.predictions(probs=probs, labels=labels))
    assert found.value == pytest.approx(found.noise_floor, rel=0.2)
    plain = ExpectedCalibrationError()(cal.predictions(probs=probs, labels=labels))
    assert found.noise_floor > 2 * plain.noise_floor


def test_refuses_no_bins():
    with pytest.raises(InputError, match="n_bins must be a whole number, at least 1; got 0"):
        PredictedClassCalibrationError(0)
