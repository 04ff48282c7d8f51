"""Beta calibration: the two sides of log-odds stretched apart, and shifted."""

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import torch
from jaxtyping import Float64
from torch import Tensor
from torch.nn import functional as F

from calibrant.calibrators.curves.base import LogOddsCurves, check_curves, refused
from calibrant.calibrators.curves.bending import BendingLoss, Features, fitted_parameters
from calibrant.calibrators.curves.outcomes import class_weights, targets_of
from calibrant.calibrators.shards import ShardedCalibrator, Shards
from calibrant.errors import InputError

__all__ = ["Beta", "BetaCalibration"]

Parameters = Literal["abm", "am", "ab"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Beta(LogOddsCurves):
    r"""Fitted calibrator: log-odds become :math:`a \ln p - b \ln(1 - p) + c`.

    Attributes
    ----------
    a, b : Float64[Tensor, "curve"]
        At least 0; one curve for two classes, one a class beyond.
    c : Float64[Tensor, "curve"]
        Shift.
    """

    method: ClassVar[str] = "beta"
    a: Float64[Tensor, " curve"]
    b: Float64[Tensor, " curve"]
    c: Float64[Tensor, " curve"]

    def __post_init__(self) -> None:
        check_curves(self.n_classes, self.n, self.a, self.b, self.c)
        if bool((torch.minimum(self.a, self.b) < 0).any()):
            raise refused("not fall", "a or b below 0")

    def curves(self, odds: Float64[Tensor, "row curve"]) -> Float64[Tensor, "row curve"]:
        """See `LogOddsCurves.curves`."""
        a, b, c = (each.to(odds.device) for each in (self.a, self.b, self.c))
        return a * F.logsigmoid(odds) - b * F.logsigmoid(-odds) + c

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        flat = int(((self.a == 0) & (self.b == 0)).sum())
        if len(self.a) == 1:
            if flat:
                return "a = b = 0, for the model ranks no better than chance"
            return f"a = {float(self.a):.4f}, b = {float(self.b):.4f}, c = {float(self.c):.4f}"
        spans = (
            f"{name} {float(each.min()):.4f} to {float(each.max()):.4f}"
            for name, each in (("a", self.a), ("b", self.b))
        )
        none = f", {flat} of them flat for want of rank" if flat else ""
        return f"{len(self.a)} curves, {', '.join(spans)}{none}"


@dataclass(frozen=True, slots=True)
class BetaCalibration(ShardedCalibrator[Beta]):
    r"""Finds the beta calibration map with the least log loss on held-out rows.

    The map is that of scores that are beta distributed in either class [1]_. It holds the
    identity, a = b = 1 and c = 0, and both S-shaped and inverse S-shaped curves. Log loss is
    convex in the three numbers; Newton's method finds the minimum over a, b >= 0 in a few passes,
    over shards too. For more than two classes one curve a class is fitted against the rest, and
    probabilities are divided by their sum.

    Parameters
    ----------
    parameters : "abm", "am" or "ab", default "abm"
        What is free: all three; one number for a and b, which is Platt scaling; no shift.
    smoothing : bool, default True
        Platt's targets in the place of 1 and 0, as in `PlattScaling`: a fit then exists whatever
        the rows. The paper fits without.

    References
    ----------
    .. [1] Kull, Silva Filho, Flach. "Beyond Sigmoids: How to Obtain Well-Calibrated Probabilities
       from Binary Classifiers with Beta Calibration." Electronic Journal of Statistics 11, 2017.

    Examples
    --------
    >>> import calibrant as cal
    >>> probs, labels = [0.5] * 4 + [0.8] * 5, [1, 0, 0, 0, 1, 1, 1, 1, 0]
    >>> rows = cal.predictions(probs=probs, labels=labels)
    >>> fitted = BetaCalibration("am", smoothing=False).fit(rows)
    >>> fitted.a, fitted.c  # odds 1:3 at 1:1, 4:1 at 4:1: (ln 4 + ln 3) / ln 4, and -ln 3
    (tensor([1.7925], dtype=torch.float64), tensor([-1.0986], dtype=torch.float64))
    """

    parameters: Parameters = "abm"
    smoothing: bool = True

    def __post_init__(self) -> None:
        if self.parameters not in get_args(Parameters):
            rule, got = "be 'abm', 'am' or 'ab'", f"{self.parameters!r}"
            raise InputError("parameters", rule, got, "'abm' is the full map.")

    def fitted_over(self, shards: Shards) -> Beta:
        """See `ShardedCalibrator.fitted_over`.

        Raises
        ------
        FitError
            If a class that came out has probability 0, or, without smoothing, if the model
            separates a class from the rest.
        """
        targets = targets_of(*class_weights(shards), smoothing=self.smoothing)
        features, start = _model(self.parameters)
        loss = BendingLoss(shards, features, targets)
        best = fitted_parameters(loss, start, n_floored=1 if self.parameters == "am" else 2)
        a = best[:, 0]
        b = a if self.parameters == "am" else best[:, 1]
        c = torch.zeros_like(a) if self.parameters == "ab" else best[:, -1]
        return Beta(n_classes=shards.n_classes, n=shards.n, a=a, b=b, c=c)


def _model(parameters: Parameters) -> tuple[Features, tuple[float, ...]]:
    """What the free parameters multiply, and where they start: at the identity."""
    if parameters == "am":
        return lambda odds, _: (odds, None), (1.0, 0.0)
    if parameters == "ab":
        return lambda odds, _: (F.logsigmoid(odds), -F.logsigmoid(-odds)), (1.0, 1.0)
    return lambda odds, _: (F.logsigmoid(odds), -F.logsigmoid(-odds), None), (1.0, 1.0, 0.0)
