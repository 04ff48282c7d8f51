"""Calibrator: settings that are fitted, and the fitted value that transforms."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from calibrant.errors import InputError
from calibrant.prediction.base import Predictions

__all__ = ["Calibrator", "FittedCalibrator", "check_predictions"]


class FittedCalibrator(ABC):
    """What a fit found: a transform of predictions. Subclasses are frozen dataclasses."""

    method: ClassVar[str]  # as it is named in files and reports

    @abstractmethod
    def transform(self, predictions: Predictions) -> Predictions:
        """Recalibrated predictions; labels, weights, groups and the array kind stay."""

    @property
    @abstractmethod
    def found(self) -> str:
        """What the fit found, in words, without a full stop."""

    @abstractmethod
    def to_dict(self) -> dict[str, float | int | str]:
        """Plain data that describes the fit, for JSON."""

    @classmethod
    @abstractmethod
    def from_dict(cls, record: Mapping[str, object]) -> "FittedCalibrator":
        """Return what `to_dict` described; InputError where `record` says something else."""


class Calibrator(ABC):
    """Settings of a calibration method. Subclasses are frozen dataclasses."""

    @abstractmethod
    def fit(self, predictions: Predictions) -> FittedCalibrator:
        """Fit on rows that the model was not trained on.

        Raises
        ------
        FitError
            If the rows do not determine the fit.
        """


def check_predictions(rows: object) -> None:
    """Raise `InputError` unless `rows` came through `calibrant.predictions`."""
    if not isinstance(rows, Predictions):
        remedy = "Declare them: calibrant.predictions(probs=...) or (logits=...)."
        raise InputError("predictions", "be predictions", type(rows).__name__, remedy)
