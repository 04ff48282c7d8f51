"""Calibration on validation rows, evaluation on test rows."""

import pytest
import torch

from calibrant.calibrators.temperature import TemperatureScaling
from calibrant.pipeline.measure import calibrate, measure
from calibrant.pipeline.recipe import EvaluationPart
from calibrant.pipeline.recipe_file import build_recipe
from calibrant.prediction.door import predictions


def overconfident(seed):
    generator = torch.Generator().manual_seed(seed)
    logits = 4 * torch.randn(400, 2, generator=generator, dtype=torch.float64)
    probs = (logits / 3).softmax(dim=-1)[:, 1]
    labels = (torch.rand(400, generator=generator, dtype=torch.float64) < probs).long()
    return predictions(logits=logits, labels=labels)


def recipe(method="temperature"):
    return build_recipe(
        {"data": {"path": "a.csv", "target": "y"}, "calibration": {"method": method}}
    )


def test_the_temperature_is_that_of_the_validation_rows():
    validation, test = overconfident(0), overconfident(1)
    calibration = calibrate(validation, recipe())
    expected = TemperatureScaling().fit(validation).value
    assert calibration.to_dict() == {"method": "temperature", "temperature": expected, "n": 400}
    measured = measure(test, calibration, EvaluationPart())
    assert measured.after["log_loss"].value < measured.before["log_loss"].value
    assert measured.after["accuracy"].value == measured.before["accuracy"].value


def test_without_an_optimum_the_probabilities_stay_and_the_reason_is_told():
    separable = predictions(logits=torch.tensor([[5.0, 0.0], [0.0, 5.0]]), labels=[0, 1])
    calibration = calibrate(separable, recipe())
    assert calibration.fitted is None
    assert calibration.how.startswith("Left uncalibrated, because no temperature between")
    assert calibration.to_dict()["method"] == "none"
    test = overconfident(1)
    measured = measure(test, calibration, EvaluationPart())
    assert measured.calibrated is test
    assert measured.after.to_dict() == measured.before.to_dict()


def test_a_recipe_can_ask_for_no_calibration():
    calibration = calibrate(overconfident(0), recipe("none"))
    assert calibration.how == "Left uncalibrated, because the recipe asks for none."


def test_the_recipe_chooses_metrics_and_level():
    calibration = calibrate(overconfident(0), recipe())
    measured = measure(overconfident(1), calibration, EvaluationPart(metrics=("brier",), level=0.5))
    assert list(measured.after) == ["brier"]
    assert measured.after["brier"].level == pytest.approx(0.5)
