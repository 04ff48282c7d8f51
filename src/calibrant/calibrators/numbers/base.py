"""Calibrators of numbers: settings that are fitted, and the fitted value that transforms."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar, final

from torch import Tensor

from calibrant.calibrators.plain import record_of
from calibrant.errors import InputError
from calibrant.prediction.numbers import Numbers

__all__ = ["FittedNumberCalibrator", "NumberCalibrator"]


@dataclass(frozen=True, kw_only=True)
class FittedNumberCalibrator(ABC):
    """What a fit found: a transform of numbers. Subclasses are frozen dataclasses.

    Attributes
    ----------
    n : int
        Rows of the fit, absent ones left out.
    """

    method: ClassVar[str]  # as it is named in files and reports
    n: int

    @final
    def transform(self, numbers: Numbers) -> Numbers:
        """Recalibrated numbers; targets, weights, groups and clusters stay.

        Raises
        ------
        InputError
            If `numbers` are none, or say nothing of how sure they are that the method reads.
        """
        check_numbers(numbers)
        return self.of(numbers)

    @abstractmethod
    def of(self, numbers: Numbers) -> Numbers:
        """What `transform` returns."""

    @property
    @abstractmethod
    def found(self) -> str:
        """What the fit found, in words, without a full stop."""

    @final
    def to_dict(self, arrays: dict[str, Tensor] | None = None) -> dict[str, object]:
        """Plain data that describes the fit, for JSON; see `FittedCalibrator.to_dict`."""
        return record_of(self, arrays)


Fitted_co = TypeVar("Fitted_co", bound=FittedNumberCalibrator, covariant=True)


class NumberCalibrator(ABC, Generic[Fitted_co]):
    """Settings of a calibration method of numbers. Subclasses are frozen dataclasses."""

    @final
    def fit(self, numbers: Numbers) -> Fitted_co:
        """Fit on rows with targets that the model was not trained on; weights count.

        Raises
        ------
        InputError
            If `numbers` are none, have no targets, or no spread that the method reads.
        FitError
            If the rows do not determine the fit.
        """
        check_numbers(numbers)
        if numbers.targets is None:
            raise InputError("targets", "be given to fit on", "none", "Pass what came out.")
        return self.fitted_to(numbers.present())

    @abstractmethod
    def fitted_to(self, rows: Numbers) -> Fitted_co:
        """What `fit` returns, of rows that have targets and are all present."""


def check_numbers(rows: object) -> None:
    """Raise `InputError` unless `rows` came through `calibrant.numbers`."""
    if not isinstance(rows, Numbers):
        remedy = "Declare them: calibrant.numbers(predicted=..., targets=..., std=...)."
        raise InputError("numbers", "be numbers", type(rows).__name__, remedy)
