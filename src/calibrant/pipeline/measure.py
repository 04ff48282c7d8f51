"""Calibrate on the validation rows, evaluate on the test rows, before and after."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Int64

from calibrant.calibrators.base import Calibrator, FittedCalibrator
from calibrant.calibrators.named import get
from calibrant.calibrators.temperature import TemperatureScaling
from calibrant.errors import FitError
from calibrant.metrics.evaluate import evaluate
from calibrant.metrics.evaluation import Evaluation
from calibrant.pipeline.recipe_parts import CalibrationPart
from calibrant.prediction.base import Predictions
from calibrant.prediction.codes import encode
from calibrant.prediction.rows import Rows
from calibrant.selection.auto import AutoCalibration
from calibrant.selection.chosen import Chosen

__all__ = ["Calibration", "Measurement", "calibrate", "measure", "uncalibrated"]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted calibrator, or none, and the evidence for it.

    Attributes
    ----------
    fitted : FittedCalibrator or None
        None leaves probabilities as they are.
    why : str
        Sentences: the evidence for the calibrator, or why there is none.
    n : int
        Rows that it was fitted on.
    """

    fitted: FittedCalibrator | None
    why: str
    n: int

    def transform(self, rows: Rows) -> Rows:
        """`rows` calibrated, or themselves."""
        if self.fitted is None:
            return rows
        assert isinstance(rows, Predictions)  # no calibrator is fitted on anything else
        return self.fitted.transform(rows)

    @property
    def name(self) -> str:
        """Name of the method, of an automatic choice with what was chosen."""
        if isinstance(self.fitted, Chosen):
            return f"{self.fitted.name}, chosen by {self.fitted.method}"
        return "none" if self.fitted is None else self.fitted.method

    @property
    def how(self) -> str:
        """Sentences for people."""
        if self.fitted is None:
            told = self.why.startswith("Left uncalibrated")
            return self.why if told else f"Left uncalibrated. {self.why}"
        found = self.why or f"Fitted: {self.fitted.found}."
        return f"Calibrated on {self.n:,} validation rows. {found}"

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON: what was found and why, without the parameters of the fit."""
        if self.fitted is None:
            return {"method": "none", "n": self.n, "reason": self.why}
        return {
            "method": self.fitted.method,
            "found": self.fitted.found,
            "n": self.fitted.n,
            "reason": self.why,
        }


@dataclass(frozen=True, slots=True)
class Measurement:
    """Test rows as predicted and as measured, before and after calibration."""

    predicted: Rows
    calibrated: Rows
    before: Evaluation
    after: Evaluation


def calibrate(
    validation: Predictions,
    part: CalibrationPart,
    *,
    seed: int,
    units: Int64[np.ndarray, " row"],
) -> Calibration:
    """Calibrator fitted on `validation`, or why the probabilities stay as they are."""
    n = len(validation)
    if part.method == "none":
        return uncalibrated("The recipe asks for none.", n)
    calibrator = _calibrator(part)
    together = replace(validation, clusters=encode("units", units, validation.layout))
    if part.method == "auto":
        chosen = AutoCalibration(seed=seed).fit(together)
        return Calibration(None if chosen.is_identity else chosen, chosen.why, n)
    if part.adopt == "cross-validated":
        rule = AutoCalibration(candidates=(calibrator,), seed=seed, standard_errors=0.0)
        chosen = rule.fit(together)
        return Calibration(None if chosen.is_identity else chosen.winner, chosen.why, n)
    try:
        return Calibration(calibrator.fit(validation), "", n)
    except FitError as error:
        return uncalibrated(f"{str(error).split('. ')[0].capitalize()}.", n)


def uncalibrated(why: str, n: int) -> Calibration:
    """No calibrator, for the reason `why`."""
    return Calibration(None, why, n)


def measure(test: Rows, calibrated: Rows, metrics: tuple[str, ...], *, level: float) -> Measurement:
    """`test` evaluated before and after calibration; once where it is the same object."""
    before = evaluate(test, list(metrics), level=level)
    if calibrated is test:
        return Measurement(test, test, before, before)
    return Measurement(test, calibrated, before, evaluate(calibrated, list(metrics), level=level))


def _calibrator(part: CalibrationPart) -> Calibrator[FittedCalibrator]:
    """Calibrator of the part's method and settings."""
    if part.method == "temperature":
        return TemperatureScaling(penalty=part.penalty)
    return get(part.method)
