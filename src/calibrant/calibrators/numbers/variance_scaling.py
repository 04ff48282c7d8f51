"""Variance scaling: one factor that widens or narrows all standard deviations."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar

from calibrant.calibrators.numbers.base import FittedNumberCalibrator, NumberCalibrator
from calibrant.errors import FitError, InputError
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.spreads import NormalSpread

__all__ = ["ScaledSpread", "VarianceScaling"]


@dataclass(frozen=True, kw_only=True)
class ScaledSpread(FittedNumberCalibrator):
    """Fitted calibrator: standard deviations times `factor`; points stay.

    Attributes
    ----------
    factor : float
        Above 1 widens, below 1 narrows.
    """

    method: ClassVar[str] = "variance_scaling"
    factor: float

    def __post_init__(self) -> None:
        if not 0 < self.factor < math.inf:
            remedy = "Fit the calibrator again."
            raise InputError("factor", "be finite and above 0", f"{self.factor}", remedy)

    def of(self, numbers: Numbers) -> Numbers:
        """See `FittedNumberCalibrator.of`."""
        return replace(numbers, spread=NormalSpread(_normal(numbers).std * self.factor))

    @property
    def found(self) -> str:
        """See `FittedNumberCalibrator.found`."""
        effect = "wider" if self.factor > 1 else "narrower"
        return f"standard deviations times {self.factor:.4f}, {effect} than stated"


@dataclass(frozen=True, slots=True)
class VarianceScaling(NumberCalibrator[ScaledSpread]):
    r"""Finds the factor of stated standard deviations with the greatest normal likelihood.

    It has a closed form: :math:`s^2` is the weighted mean of the squared errors, each divided by
    the variance stated for it. Afterwards squared errors are on average what is stated.

    References
    ----------
    .. [1] Laves, Ihler, Fast, Kahrs, Ortmaier. "Well-Calibrated Regression Uncertainty in
       Medical Imaging with Deep Learning." MIDL 2020.
    .. [2] Levi, Gispan, Giladi, Fetaya. "Evaluating and Calibrating Uncertainty Prediction in
       Regression Tasks." Sensors 22, 2022.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(predicted=[0.0, 0.0], targets=[3.0, -4.0], std=[1.0, 2.0])
    >>> round(VarianceScaling().fit(rows).factor, 4)  # sqrt((9 / 1 + 16 / 4) / 2)
    2.5495
    """

    def fitted_to(self, rows: Numbers) -> ScaledSpread:
        """See `NumberCalibrator.fitted_to`.

        Raises
        ------
        FitError
            If all predictions are exact: no factor above 0 is best.
        """
        weight = rows.weight()
        ratio = (rows.errors / _normal(rows).std).square()
        factor = math.sqrt(float((weight * ratio).sum() / weight.sum()))
        if not 0 < factor < math.inf:
            raise FitError(
                f"no factor of the standard deviations is best on {len(rows)} rows: all "
                "predictions are exact, or beyond all that was stated. Use rows that the model "
                "has not seen."
            )
        return ScaledSpread(n=len(rows), factor=factor)


def _normal(numbers: Numbers) -> NormalSpread:
    if not isinstance(numbers.spread, NormalSpread):
        got = "none" if numbers.spread is None else numbers.spread.what
        remedy = "Pass std=; for quantiles use QuantileRecalibration."
        raise InputError("spread", "be a standard deviation (std)", got, remedy)
    return numbers.spread
