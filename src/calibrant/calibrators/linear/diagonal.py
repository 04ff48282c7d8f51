"""A scale, of all classes or of each, and an intercept for every class."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.calibrators.base import Calibrator, FittedMap
from calibrant.calibrators.linear.checks import (
    check_finite,
    check_strength,
    warn_if_reversed,
)
from calibrant.calibrators.linear.newton import Loss
from calibrant.calibrators.linear.rows import FitRows, centred, floored, ruled_out
from calibrant.calibrators.linear.shapes import EachClass, OneScale, Params, Shape
from calibrant.calibrators.scores import in_form_of
from calibrant.errors import FitError, InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Form

__all__ = [
    "BiasCorrectedTemperature",
    "BiasCorrectedTemperatureScaling",
    "VectorScale",
    "VectorScaling",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class BiasCorrectedTemperature(FittedMap):
    """Fitted calibrator: logits divided by a temperature, plus an intercept of every class.

    Attributes
    ----------
    value : float
        Temperature.
    intercept : Float64[Tensor, "class"]
        What is added to the logit of every class; sums to 0. A probability of 0 stays 0.
    """

    method: ClassVar[str] = "bias_corrected_temperature"
    value: float
    intercept: Float64[Tensor, " class"]

    def __post_init__(self) -> None:
        if not 0 < self.value < math.inf:
            remedy = "Fit the calibrator again."
            raise InputError("temperature", "be finite and above 0", f"{self.value}", remedy)
        check_finite("intercept", self.intercept, (self.n_classes,))

    def of(self, form: Form) -> Form:
        """See `FittedMap.of`; the result is declared as logits."""
        scale = torch.full_like(self.intercept, 1 / self.value)
        return _scaled(form, scale, self.intercept, centre=False)

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        return f"temperature {self.value:.4f} and {_intercepts(self.intercept)}"


@dataclass(frozen=True, slots=True)
class BiasCorrectedTemperatureScaling(Calibrator[BiasCorrectedTemperature]):
    r"""Temperature scaling with an intercept for every class: ``softmax(z / T + b)``.

    At the least log loss the mean probability of every class is its frequency, unless a penalty
    holds the intercepts back. Newton's method finds it exactly.

    Parameters
    ----------
    penalty : float, default 0.0
        :math:`\lambda`, at least 0: :math:`\frac\lambda2 ((1/T - 1)^2 + \sum_k b_k^2)` is added to
        the total log loss, so that it counts for less the more rows there are.

    References
    ----------
    .. [1] Alexandari et al. "Maximum Likelihood with Bias-Corrected Calibration is Hard-To-Beat at
       Label Shift Adaptation." ICML 2020.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(logits=[1.0, 1.0, 1.0, -1.0, -1.0], labels=[1, 1, 0, 0, 1])
    >>> fitted = BiasCorrectedTemperatureScaling().fit(rows)
    >>> [round(p, 4) for p in fitted.transform(rows).probs]  # 2 in 3 where 1, 1 in 2 where -1
    [0.6667, 0.6667, 0.6667, 0.5, 0.5]
    """

    penalty: float = 0.0

    def __post_init__(self) -> None:
        check_strength("penalty", self.penalty, "0 is none; 1 is mild.")

    def fitted_to(self, rows: Predictions) -> BiasCorrectedTemperature:
        """See `Calibrator.fitted_to`.

        Raises
        ------
        FitError
            If no finite parameters have the least log loss, as where a class never came out; or
            the temperature would not be above 0, for a model worse than chance.
        """
        k = rows.n_classes
        params = _least(rows, OneScale(k), [1.0] + [0.0] * k, self.penalty, centre=False)
        scale = float(params[0])
        if not scale > 1e-9:
            raise FitError(
                "no temperature above 0 has the least log loss: the model is no better than "
                "chance beside the frequencies of the classes. Leave the probabilities as they "
                "are, or use another model."
            )
        return BiasCorrectedTemperature(
            n_classes=k, n=len(rows), value=1 / scale, intercept=_balanced(params[1:])
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class VectorScale(FittedMap):
    """Fitted calibrator: a scale and an intercept for the logit of every class.

    Attributes
    ----------
    scale, intercept : Float64[Tensor, "class"]
        Factor and addend of the centred logit of every class. A probability of 0 stays 0.
    """

    method: ClassVar[str] = "vector"
    scale: Float64[Tensor, " class"]
    intercept: Float64[Tensor, " class"]

    def __post_init__(self) -> None:
        check_finite("scale", self.scale, (self.n_classes,))
        check_finite("intercept", self.intercept, (self.n_classes,))

    def of(self, form: Form) -> Form:
        """See `FittedMap.of`; the result is declared as logits."""
        return _scaled(form, self.scale, self.intercept, centre=True)

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        low, high = float(self.scale.min()), float(self.scale.max())
        return f"scales from {low:.4f} to {high:.4f} and {_intercepts(self.intercept)}"


@dataclass(frozen=True, slots=True)
class VectorScaling(Calibrator[VectorScale]):
    r"""A scale and an intercept for every class: ``softmax(v * z + b)``, with centred logits z.

    Logits are centred, for a shift of all logits of a row says nothing and must change nothing.
    At the least log loss the mean probability of every class is its frequency, unless a penalty
    holds the intercepts back.

    Parameters
    ----------
    penalty : float, default 0.0
        :math:`\lambda`, at least 0: :math:`\frac\lambda2 \sum_k ((v_k - 1)^2 + b_k^2)` is added to
        the total log loss, so that it counts for less the more rows there are.

    References
    ----------
    .. [1] Guo et al. "On Calibration of Modern Neural Networks." ICML 2017, section 4.2.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(logits=[1.0, 1.0, 1.0, -1.0, -1.0], labels=[1, 1, 0, 0, 1])
    >>> fitted = VectorScaling().fit(rows)
    >>> [round(p, 4) for p in fitted.transform(rows).probs]  # 2 in 3 where 1, 1 in 2 where -1
    [0.6667, 0.6667, 0.6667, 0.5, 0.5]
    """

    penalty: float = 0.0

    def __post_init__(self) -> None:
        check_strength("penalty", self.penalty, "0 is none; 1 is mild.")

    def fitted_to(self, rows: Predictions) -> VectorScale:
        """See `Calibrator.fitted_to`.

        Raises
        ------
        FitError
            If no finite parameters have the least log loss, as where a class never came out.

        Warns
        -----
        CalibrantWarning
            If the classes are turned round, for the model is worse than chance.
        """
        k = rows.n_classes
        start = [1.0] * k + [0.0] * k
        scale, intercept = _least(rows, EachClass(k), start, self.penalty, centre=True).split(k)
        out = ruled_out(rows.declared)
        read = centred(floored(rows.declared), out)
        read = read if out is None else read.masked_fill(out, 0)
        warn_if_reversed("vector scaling", read, read * scale, rows.weight())
        return VectorScale(
            n_classes=k, n=len(rows), scale=scale.contiguous(), intercept=_balanced(intercept)
        )


def _least(
    rows: Predictions, shape: Shape, start: list[float], penalty: float, *, centre: bool
) -> Params:
    """Parameters with the least log loss of rows whose classes of probability 0 keep it."""
    out = ruled_out(rows.declared)
    scores = floored(rows.declared)
    fit = FitRows.of(rows, centred(scores, out) if centre else scores, out)
    if not penalty:
        refuse_absent(fit, rows.class_names)
    at = torch.tensor(start, dtype=torch.float64, device=rows.device)
    ridge = torch.full_like(at, penalty / float(rows.weight().sum()))
    return Loss(fit, shape, at, ridge).least()


def refuse_absent(fit: FitRows, names: tuple[str, ...]) -> None:
    """Raise where a class that could come out never did: its intercept would fall for ever."""
    possible = torch.ones(fit.n_classes, dtype=torch.bool, device=fit.scores.device)
    if fit.out is not None:
        possible = ~fit.out.all(dim=0)
    absent = torch.nonzero(possible & (fit.frequencies() <= 0)).flatten().tolist()
    if absent:
        which = ", ".join(names[k] for k in absent[:5]) + (", ..." if len(absent) > 5 else "")
        raise FitError(
            f"no finite intercept has the least log loss: {which} never came out. Use rows of "
            "every class, or a penalty."
        )


def _balanced(intercept: Float64[Tensor, " class"]) -> Float64[Tensor, " class"]:
    """Intercepts that sum to 0, which state the same."""
    return intercept - intercept.mean()


def _scaled(
    form: Form,
    scale: Float64[Tensor, " class"],
    intercept: Float64[Tensor, " class"],
    *,
    centre: bool,
) -> Form:
    """Logits of every class times its scale plus its intercept."""
    out = ruled_out(form)
    scores = floored(form)
    read = centred(scores, out) if centre else scores
    made = read * scale.to(read.device) + intercept.to(read.device)
    return in_form_of(form, made if out is None else made.masked_fill(out, -torch.inf))


def _intercepts(intercept: Float64[Tensor, " class"]) -> str:
    """Range of intercepts, in words."""
    return f"intercepts from {float(intercept.min()):.4f} to {float(intercept.max()):.4f}"
