"""Temperature first, then what the rows bear out of a scale of every class, or of a matrix."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.calibrators.base import Calibrator, FittedMap
from calibrant.calibrators.linear.checks import check_finite, check_strength
from calibrant.calibrators.linear.matrix import least_matrix, refuse_too_much
from calibrant.calibrators.linear.newton import Loss
from calibrant.calibrators.linear.rows import FitRows, floored, ruled_out
from calibrant.calibrators.linear.shapes import EachClass, Scores
from calibrant.calibrators.scores import in_form_of
from calibrant.calibrators.temperature import TemperatureScaling
from calibrant.errors import InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Form, Logits

__all__ = [
    "StructuredMatrix",
    "StructuredMatrixScaling",
    "StructuredVector",
    "StructuredVectorScaling",
]

TEMPERATURE = TemperatureScaling(bounds=(1e-3, 1e3), penalty=1.0)
_STRENGTHS = "1 is what was found to serve on many data sets."


def tempered(form: Form, value: float) -> Scores:
    """Log-probabilities after a temperature, of classes that are not below the floor."""
    return (floored(form) / value).log_softmax(dim=-1)


def temperature_of(rows: Predictions) -> float:
    """Temperature of floored log-probabilities: none is ruled out."""
    return TEMPERATURE.fitted_to(replace(rows, declared=Logits(floored(rows.declared)))).value


def _check_temperature(value: float) -> None:
    if not 0 < value < math.inf:
        remedy = "Fit the calibrator again."
        raise InputError("temperature", "be finite and above 0", f"{value}", remedy)


@dataclass(frozen=True, kw_only=True, eq=False)
class StructuredVector(FittedMap):
    """Fitted calibrator: a temperature, then a scale and an intercept of every class.

    Attributes
    ----------
    temperature : float
        What logits are divided by first.
    scale, intercept : Float64[Tensor, "class"]
        Factor and addend of the log-probability of every class after that. A probability of 0
        stays 0.
    """

    method: ClassVar[str] = "structured_vector"
    temperature: float
    scale: Float64[Tensor, " class"]
    intercept: Float64[Tensor, " class"]

    def __post_init__(self) -> None:
        _check_temperature(self.temperature)
        check_finite("scale", self.scale, (self.n_classes,))
        check_finite("intercept", self.intercept, (self.n_classes,))

    def of(self, form: Form) -> Form:
        """See `FittedMap.of`; the result is declared as logits."""
        read, out = tempered(form, self.temperature), ruled_out(form)
        made = read * self.scale.to(read.device) + self.intercept.to(read.device)
        return in_form_of(form, made if out is None else made.masked_fill(out, -torch.inf))

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        far = float((self.scale - 1).abs().max()), float(self.intercept.abs().max())
        return (
            f"temperature {self.temperature:.4f}, then scales within {far[0]:.4f} of 1 and "
            f"intercepts within {far[1]:.4f} of 0"
        )


@dataclass(frozen=True, slots=True)
class StructuredVectorScaling(Calibrator[StructuredVector]):
    r"""Temperature, then a scale and an intercept of every class that the rows bear out.

    With log-probabilities x after temperature scaling, ``softmax(v * x + b)`` has the least

    .. math:: \text{mean log loss} + \frac{K}{n} \left(
       \lambda_v \sum_k (v_k - 1)^2 + \lambda_b \sum_k b_k^2 \right)

    where n is the sum of the weights. With few rows little but the temperature is left.

    Parameters
    ----------
    diagonal, intercept : float, default 1.0
        :math:`\lambda_v` and :math:`\lambda_b`, at least 0.

    References
    ----------
    .. [1] Berta, Holzmüller, Jordan, Bach. "Structured Matrix Scaling for Multi-Class
       Calibration." AISTATS 2026, arXiv 2511.03685.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(
    ...     logits=[1.0, 1.0, 1.0, -1.0, -1.0] * 999, labels=[1, 1, 0, 0, 1] * 999
    ... )
    >>> fitted = StructuredVectorScaling().fit(rows)
    >>> [round(p, 2) for p in fitted.transform(rows).probs[2:4]]  # 2 in 3, 1 in 2
    [0.67, 0.5]
    """

    diagonal: float = 1.0
    intercept: float = 1.0

    def __post_init__(self) -> None:
        check_strength("diagonal", self.diagonal, _STRENGTHS)
        check_strength("intercept", self.intercept, _STRENGTHS)

    def fitted_to(self, rows: Predictions) -> StructuredVector:
        """See `Calibrator.fitted_to`.

        Raises
        ------
        FitError
            If a label has probability 0, or without a penalty no finite parameters are best.
        """
        k, value = rows.n_classes, temperature_of(rows)
        scores = tempered(rows.declared, value)
        fit = FitRows.of(rows, scores, ruled_out(rows.declared))
        each = 2 * k / float(rows.weight().sum())
        ones = torch.ones(k, dtype=torch.float64, device=rows.device)
        ridge = torch.cat((each * self.diagonal * ones, each * self.intercept * ones))
        start = torch.cat((ones, torch.zeros_like(ones)))
        scale, intercept = Loss(fit, EachClass(k), start, ridge).least().split(k)
        return StructuredVector(
            n_classes=k,
            n=len(rows),
            temperature=value,
            scale=scale.contiguous(),
            intercept=intercept - intercept.mean(),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class StructuredMatrix(FittedMap):
    """Fitted calibrator: a temperature, then a matrix and an intercept.

    Attributes
    ----------
    temperature : float
        What logits are divided by first.
    matrix : Float64[Tensor, "made class"]
        Row k makes the score of class k from the log-probabilities after that.
    intercept : Float64[Tensor, "class"]
        What is added to the score of every class.
    """

    method: ClassVar[str] = "structured_matrix"
    temperature: float
    matrix: Float64[Tensor, "made class"]
    intercept: Float64[Tensor, " class"]

    def __post_init__(self) -> None:
        _check_temperature(self.temperature)
        check_finite("matrix", self.matrix, (self.n_classes, self.n_classes))
        check_finite("intercept", self.intercept, (self.n_classes,))

    def of(self, form: Form) -> Form:
        """See `FittedMap.of`; the result is declared as logits."""
        read = tempered(form, self.temperature)
        made = torch.addmm(self.intercept.to(read.device), read, self.matrix.T.to(read.device))
        return in_form_of(form, made)

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        diagonal = self.matrix.diagonal()
        off = float((self.matrix - torch.diag(diagonal)).abs().max())
        return (
            f"temperature {self.temperature:.4f}, then a diagonal within "
            f"{float((diagonal - 1).abs().max()):.4f} of 1, the rest of the matrix within "
            f"{off:.4f} of 0 and intercepts within {float(self.intercept.abs().max()):.4f}"
        )


@dataclass(frozen=True, slots=True)
class StructuredMatrixScaling(Calibrator[StructuredMatrix]):
    r"""Temperature, then a matrix and an intercept, as far as the rows bear them out.

    With log-probabilities x after temperature scaling, ``softmax(W x + b)`` has the least

    .. math:: \text{mean log loss} + \frac{K}{n} \left( \lambda_v \sum_k (W_{kk} - 1)^2
       + \lambda_b \sum_k b_k^2 + (K - 1) \, \lambda_m \sum_{k \ne l} W_{kl}^2 \right)

    where n is the sum of the weights. The entries off the diagonal, of which there are most, are
    held back most.

    Parameters
    ----------
    diagonal, off_diagonal, intercept : float, default 1.0
        :math:`\lambda_v`, :math:`\lambda_m` and :math:`\lambda_b`, at least 0.

    References
    ----------
    .. [1] Berta, Holzmüller, Jordan, Bach. "Structured Matrix Scaling for Multi-Class
       Calibration." AISTATS 2026, arXiv 2511.03685.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(
    ...     logits=[1.0, 1.0, 1.0, -1.0, -1.0] * 999, labels=[1, 1, 0, 0, 1] * 999
    ... )
    >>> fitted = StructuredMatrixScaling().fit(rows)
    >>> [round(p, 2) for p in fitted.transform(rows).probs[2:4]]  # 2 in 3, 1 in 2
    [0.67, 0.5]
    """

    diagonal: float = 1.0
    off_diagonal: float = 1.0
    intercept: float = 1.0

    def __post_init__(self) -> None:
        check_strength("diagonal", self.diagonal, _STRENGTHS)
        check_strength("off_diagonal", self.off_diagonal, _STRENGTHS)
        check_strength("intercept", self.intercept, _STRENGTHS)

    def fitted_to(self, rows: Predictions) -> StructuredMatrix:
        """See `Calibrator.fitted_to`.

        Raises
        ------
        FitError
            If there are too many classes for so many rows, or without a penalty no finite
            parameters are best.
        """
        refuse_too_much(rows, "structured matrix scaling")
        k, value = rows.n_classes, temperature_of(rows)
        each = 2 * k / float(rows.weight().sum())
        off = torch.full((k, k), each * (k - 1) * self.off_diagonal, dtype=torch.float64)
        off.fill_diagonal_(each * self.diagonal)
        last = torch.full((k,), each * self.intercept, dtype=torch.float64)
        ridge = torch.cat((off.reshape(-1), last)).to(rows.device)
        fit = FitRows.of(rows, tempered(rows.declared, value))
        matrix, intercept = least_matrix(fit, ridge)
        return StructuredMatrix(
            n_classes=k, n=len(rows), temperature=value, matrix=matrix, intercept=intercept
        )
