"""Class-wise calibration error as the mean of one-vs-rest errors."""

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.binned.calibration import ExpectedCalibrationError
from calibrant.metrics.binned.classwise import ClasswiseCalibrationError


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
