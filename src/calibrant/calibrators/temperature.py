"""Temperature scaling: one number that softens or sharpens every row."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from calibrant.calibrators.base import FittedMap
from calibrant.calibrators.shards import ShardedCalibrator, Shards
from calibrant.errors import FitError, InputError
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Form, Logits, PositiveLogits, PositiveProbs

__all__ = ["Temperature", "TemperatureScaling"]

CHUNK = 1 << 18  # scores that are looked at together


@dataclass(frozen=True, kw_only=True)
class Temperature(FittedMap):
    """Fitted calibrator: divides log-probabilities by `value` and renormalises.

    Attributes
    ----------
    value : float
        Temperature; above 1 softens, below 1 sharpens. Ranks of classes stay.
    """

    method: ClassVar[str] = "temperature"
    value: float

    def __post_init__(self) -> None:
        if not 0 < self.value < math.inf:
            remedy = "Fit the calibrator again."
            raise InputError("temperature", "be finite and above 0", f"{self.value}", remedy)

    def of(self, form: Form) -> Form:
        """See `FittedMap.of`; the result is declared as logits."""
        return _scaled(form, 1 / self.value)

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        if abs(math.log(self.value)) < 0.01:
            return f"temperature {self.value:.4f}, which changes next to nothing"
        effect = "softens" if self.value > 1 else "sharpens"
        return f"temperature {self.value:.4f}, which {effect} the probabilities"


@dataclass(frozen=True, slots=True)
class TemperatureScaling(ShardedCalibrator[Temperature]):
    r"""Finds the temperature with the least log loss on held-out rows.

    Log loss is convex in :math:`\beta = 1/T`: Newton's method with a bracket around the root
    of the slope finds the only minimum in a few passes, in float64, without a learning rate.
    Weights and soft labels count.

    A penalty of :math:`\lambda (\beta - 1 - \log \beta)` draws the temperature towards 1. It
    is convex, least at 1 and infinite at both ends, so that rows all classified rightly have a
    finite temperature too. It is added to the total log loss, not to the mean, and so counts
    for less the more rows there are: :math:`e^{-\lambda (\beta - 1 - \log \beta)}` is, up to a
    factor, the density of a gamma distribution of :math:`\beta` with shape
    :math:`\lambda + 1` and rate :math:`\lambda`, whose mode is 1 [2]_.

    Parameters
    ----------
    bounds : tuple of float, default (0.01, 100.0)
        Least and greatest temperature to consider; the fit fails beyond them.
    penalty : float, default 0.0
        :math:`\lambda`, in nats, at least 0. With 0 log loss alone decides; 2 keeps small
        validation parts from harm.

    References
    ----------
    .. [1] Guo et al. "On Calibration of Modern Neural Networks." ICML 2017, section 4.2.
    .. [2] Gelman et al. "Bayesian Data Analysis." 3rd edition, 2013, section 13.2: a penalty
       as a prior, the penalised optimum as a posterior mode.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(logits=[10.0] * 5, labels=[1, 1, 1, 1, 0])
    >>> round(TemperatureScaling().fit(rows).value, 4)  # 10 / ln(4): odds of 4 to 1
    7.2135
    >>> right = cal.predictions(logits=[0.0, 3.0], labels=[1, 1])  # slope: -3 / (1 + e**3b)
    >>> round(TemperatureScaling(penalty=2.0).fit(right).value, 4)  # + 2 (1 - 1/b) = 0
    0.9406
    """

    bounds: tuple[float, float] = (0.01, 100.0)
    penalty: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.bounds[0] < self.bounds[1] < math.inf:
            rule, remedy = "be two positive numbers in rising order", "(0.01, 100.0) is wide."
            raise InputError("bounds", rule, f"{self.bounds}", remedy)
        if not 0 <= self.penalty < math.inf:
            remedy = "0 is none; 2 suits a network."
            raise InputError("penalty", "be finite and at least 0", f"{self.penalty}", remedy)

    def fitted_over(self, shards: Shards) -> Temperature:
        """See `ShardedCalibrator.fitted_over`.

        Raises
        ------
        FitError
            If no temperature within `bounds` has the least log loss: rows all classified
            rightly, a model worse than chance, or labels that the model rules out. With a
            penalty, if the least penalised log loss lies beyond the bounds, or a label is
            ruled out.
        """
        _refuse_impossible(shards)
        low, high = 1 / self.bounds[1], 1 / self.bounds[0]
        why = _why_none(shards, low, high, self.penalty)
        if why:
            sought = "penalised log loss" if self.penalty else "log loss"
            raise FitError(
                f"no temperature between {self.bounds[0]:g} and {self.bounds[1]:g} has the least "
                f"{sought} on {shards.n} rows: {why}. Use more held-out rows, or leave the "
                "probabilities as they are."
            )
        value = 1 / _root(shards, low, high, self.penalty)
        return Temperature(n_classes=shards.n_classes, n=shards.n, value=value)


def _why_none(shards: Shards, low: float, high: float, penalty: float) -> str:
    """Why no inverse temperature within the bounds is best; empty where one is."""
    if not penalty:
        slope, curvature = _slope(shards, 0.0)
        if not curvature > 0:
            return "the model rates the classes of every row alike"
        if slope >= 0:
            return "the model is no better than chance, so even odds are best"
    if _penalised(shards, low, penalty)[0] >= 0:
        return "the best one is greater, for the model states far more than it knows"
    if _penalised(shards, high, penalty)[0] > 0:
        return ""
    if not penalty and _slope(shards, math.inf)[0] == 0:
        return "the model separates the classes without an error"
    return "the best one is smaller, for the model knows far more than it states"


def _root(shards: Shards, low: float, high: float, penalty: float) -> float:
    """Inverse temperature at which the penalised slope is 0, within a bracket of it."""
    beta = 1.0 if low < 1.0 < high else math.sqrt(low * high)
    for _ in range(200):
        slope, curvature = _penalised(shards, beta, penalty)
        low, high = (low, beta) if slope > 0 else (beta, high)
        step = beta - slope / curvature if curvature > 0 else math.nan
        if abs(step - beta) <= 1e-9 * beta:  # squared by the step itself: what is left is rounding
            return step
        beta = step if low < step < high else math.sqrt(low * high)
    return beta


def _penalised(shards: Shards, beta: float, penalty: float) -> tuple[float, float]:
    """First and second derivative of the total log loss with its penalty."""
    slope, curvature = _slope(shards, beta)
    return slope + penalty * (1 - 1 / beta), curvature + penalty / beta**2


def _slope(shards: Shards, beta: float) -> tuple[float, float]:
    """First and second derivative of the total log loss in the inverse temperature.

    At infinity the likeliest classes share the probability.
    """
    slope = curvature = 0.0
    for chunk in _chunks(shards):
        scores, weight = _scores(chunk.declared), chunk.weight()
        masked = scores == -torch.inf
        finite = torch.where(masked, 0, scores)
        tilted = beta * finite if math.isfinite(beta) else torch.where(finite == 0, 0, -torch.inf)
        probs = torch.where(masked, -torch.inf, tilted).softmax(dim=-1)
        mean = (probs * finite).sum(dim=-1)
        spread = (probs * (finite - mean[:, None]).square()).sum(dim=-1)
        if chunk.soft is not None:
            stated = (chunk.soft * finite).sum(dim=-1)
        else:
            hard = chunk.hard
            assert hard is not None
            stated = finite.gather(-1, hard[:, None]).squeeze(-1)
        slope += float((weight * (mean - stated)).sum())
        curvature += float((weight * spread).sum())
    return slope, curvature


def _chunks(shards: Shards) -> Iterator[Predictions]:
    """Runs of rows of all shards, small enough to be looked at together."""
    return (chunk for rows in shards for chunk in rows.chunks(CHUNK))


def _scores(form: Form) -> Float64[Tensor, "row class"]:
    """Log-probabilities up to a constant of the row, at most 0, in float64."""
    if isinstance(form, PositiveLogits):
        values = torch.stack(((-form.values).clamp(max=0), form.values.clamp(max=0)), dim=-1)
        return values.double()  # log-odds may be infinite
    if isinstance(form, Logits):
        values = form.values.double()
    else:
        values = type(form)(form.values.double()).log_probs
    return values - values.amax(dim=-1, keepdim=True)


def _scaled(form: Form, beta: float) -> Form:
    """Logits of the form, times `beta`, in float32 or the wider dtype declared."""
    wide = torch.promote_types(form.values.dtype, torch.float32)
    if isinstance(form, (Logits, PositiveLogits)):
        return type(form)(form.values * beta)
    values: Float[Tensor, "row *class"] = form.values.double()
    if isinstance(form, PositiveProbs):
        return PositiveLogits((beta * values.logit()).to(wide))
    return Logits((beta * values.log()).to(wide))


def _refuse_impossible(shards: Shards) -> None:
    """Raise where a label has probability 0: log loss is infinite at every temperature."""
    impossible = 0
    for chunk in _chunks(shards):
        masked = _scores(chunk.declared) == -torch.inf
        if chunk.soft is not None:
            out = (masked & (chunk.soft > 0)).any(dim=-1)
        else:
            hard = chunk.hard
            assert hard is not None
            out = masked.gather(-1, hard[:, None]).squeeze(-1)
        impossible += int(out.sum())
    if impossible:
        raise FitError(
            f"log loss is infinite at every temperature: {impossible} of {shards.n} rows give "
            "probability 0 to what came out. Use a model that rules nothing out."
        )
