"""Calibration on validation rows, evaluation on test rows."""

import math

import numpy as np
import pytest
import torch

from calibrant.calibrators.named import get
from calibrant.calibrators.temperature import TemperatureScaling
from calibrant.metrics.evaluate import evaluate
from calibrant.pipeline.class_task import ClassTask
from calibrant.pipeline.measure import calibrate, measure
from calibrant.pipeline.recipe_parts import CalibrationPart
from calibrant.prediction.door import predictions


def overconfident(seed):
    generator = torch.Generator().manual_seed(seed)
    logits = 4 * torch.randn(400, 2, generator=generator, dtype=torch.float64)
    probs = (logits / 3).softmax(dim=-1)[:, 1]
    labels = (torch.rand(400, generator=generator, dtype=torch.float64) < probs).long()
    return predictions(logits=logits, labels=labels)


def calibrated(validation, **settings):
    units = np.arange(len(validation))
    return calibrate(validation, CalibrationPart(**settings), seed=0, units=units)


def measured(test, calibration, metrics=("log_loss", "accuracy"), level=0.95):
    return measure(test, calibration.transform(test), metrics, level=level)


def test_a_temperature_that_helps_is_adopted_with_the_small_penalty():
    validation, test = overconfident(0), overconfident(1)
    calibration = calibrated(validation)
    expected = TemperatureScaling(penalty=2.0).fit(validation).value
    record = calibration.to_dict()
    assert (record["method"], calibration.fitted.value) == ("temperature", expected)
    assert (record["n"], record["found"]) == (400, calibration.fitted.found)
    found = measured(test, calibration)
    assert found.after["log_loss"].value < found.before["log_loss"].value
    assert found.after["accuracy"].value == found.before["accuracy"].value


def test_a_temperature_that_cross_validation_does_not_prefer_is_left_out():
    logits = torch.tensor([1.0, -1.0], dtype=torch.float64).repeat_interleave(100) * math.log(3)
    labels = [1] * 75 + [0] * 25 + [0] * 75 + [1] * 25  # three of four, as stated
    true = predictions(logits=logits, labels=labels)
    calibration = calibrated(true)
    always = calibrated(true, adopt="always")
    assert calibration.fitted is None
    assert calibration.how.startswith("Left uncalibrated. ")
    assert calibration.to_dict()["method"] == "none"
    assert always.fitted is not None
    found = measured(true, calibration)
    assert found.calibrated is true
    assert found.after is found.before


def test_without_an_optimum_the_probabilities_stay_and_the_reason_is_told():
    separable = predictions(logits=torch.tensor([[5.0, 0.0], [0.0, 5.0]]), labels=[0, 1])
    calibration = calibrated(separable, penalty=0.0, adopt="always")
    assert calibration.fitted is None
    assert calibration.how.startswith("Left uncalibrated. No temperature between")


def test_a_recipe_can_ask_for_no_calibration():
    calibration = calibrated(overconfident(0), method="none")
    assert calibration.how == "Left uncalibrated. The recipe asks for none."


def test_the_recipe_chooses_metrics_and_level():
    found = measured(overconfident(1), calibrated(overconfident(0)), ("brier",), level=0.5)
    assert list(found.after) == ["brier"]
    assert found.after["brier"].level == pytest.approx(0.5)


def test_parts_are_joined_whatever_their_calibrators_declare(small_recipe):
    fit, first, second = (overconfident(seed) for seed in range(3))
    parts = [
        get("isotonic").fit(fit).transform(first),  # declared as probabilities
        TemperatureScaling().fit(fit).transform(second),  # declared as logits
    ]
    order = np.arange(800)[::-1].copy()
    for some in (parts, parts[:1] * 2, parts[1:] * 2):
        joined = ClassTask(small_recipe, torch.device("cpu")).join(some, order)
        expected = np.concatenate([part.full_probs.numpy() for part in some])[::-1]
        np.testing.assert_allclose(joined.full_probs, expected, rtol=1e-12)
        losses = [evaluate(part, ["log_loss"])["log_loss"].value for part in some]
        found = evaluate(joined, ["log_loss"])["log_loss"].value
        assert found == pytest.approx(np.mean(losses), rel=1e-12)
