"""Calibrate on the validation rows, evaluate on the test rows, before and after."""

from dataclasses import dataclass

from calibrant.calibrators.base import FittedCalibrator
from calibrant.calibrators.registry import resolve
from calibrant.errors import FitError
from calibrant.metrics.evaluate import evaluate
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.registry import defaults
from calibrant.pipeline.recipe import EvaluationPart, Recipe
from calibrant.prediction.base import Predictions

__all__ = ["Calibration", "Measurement", "calibrate", "measure"]

_BY_CLASS = ("precision_per_class", "recall_per_class", "f1_per_class")


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted calibrator, or the reason why there is none.

    Attributes
    ----------
    fitted : FittedCalibrator or None
        None leaves probabilities as they are.
    why_not : str
        Why there is none; empty where there is one.
    n : int
        Rows that it was fitted on.
    """

    fitted: FittedCalibrator | None
    why_not: str
    n: int

    def transform(self, predictions: Predictions) -> Predictions:
        """`predictions` calibrated, or themselves."""
        return predictions if self.fitted is None else self.fitted.transform(predictions)

    @property
    def how(self) -> str:
        """Sentence for people."""
        if self.fitted is None:
            return f"Left uncalibrated, because {self.why_not}."
        return f"Calibrated on {self.n:,} validation rows: {self.fitted.found}."

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON."""
        if self.fitted is None:
            return {"method": "none", "temperature": None, "n": self.n, "reason": self.why_not}
        return dict(self.fitted.to_dict())


@dataclass(frozen=True, slots=True)
class Measurement:
    """Test rows as predicted and as measured, before and after calibration."""

    predicted: Predictions
    calibrated: Predictions
    before: Evaluation
    after: Evaluation


def calibrate(validation: Predictions, recipe: Recipe) -> Calibration:
    """Calibrator fitted on `validation`, or why the probabilities stay as they are."""
    n = len(validation)
    if recipe.calibration.method == "none":
        return Calibration(None, "the recipe asks for none", n)
    try:
        return Calibration(resolve(recipe.calibration.method).fit(validation), "", n)
    except FitError as error:
        return Calibration(None, str(error).split(". ")[0], n)


def measure(test: Predictions, calibration: Calibration, part: EvaluationPart) -> Measurement:
    """`test` evaluated before and after `calibration`; the same object twice without one."""
    usual = (*defaults("predictions", test.n_classes), *_BY_CLASS)
    metrics = list(usual if part.metrics is None else part.metrics)
    before = evaluate(test, metrics=metrics, level=part.level)
    if calibration.fitted is None:
        return Measurement(test, test, before, before)
    calibrated = calibration.transform(test)
    after = evaluate(calibrated, metrics=metrics, level=part.level)
    return Measurement(test, calibrated, before, after)
