"""Spline calibration: a smooth curve of log-odds that rises everywhere."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float64
from scipy.special import logit
from torch import Tensor

from calibrant.calibrators.curves.base import LogOddsCurves, check_curves, refused
from calibrant.calibrators.curves.bending import BendingLoss, fitted_parameters
from calibrant.calibrators.curves.bins import mass_cuts
from calibrant.calibrators.curves.class_scores import n_curves
from calibrant.calibrators.curves.groups import Groups, groups_of
from calibrant.calibrators.curves.outcomes import class_weights, targets_of
from calibrant.calibrators.shards import ShardedCalibrator, Shards
from calibrant.errors import InputError

__all__ = ["Spline", "SplineCalibration"]

OUTER = 0.05  # share of the weight beyond the outer knots, on either side


@dataclass(frozen=True, kw_only=True, eq=False)
class Spline(LogOddsCurves):
    """Fitted calibrator: a quadratic spline of log-odds, straight beyond its outer knots.

    Attributes
    ----------
    knot : Float64[Tensor, "curve knot"]
        Log-odds, rising; one curve for two classes, one a class beyond.
    slope : Float64[Tensor, "curve knot"]
        Slope of the curve at every knot, above 0; straight lines join them.
    shift : Float64[Tensor, "curve"]
        Height of the curve at its first knot.
    """

    method: ClassVar[str] = "spline"
    knot: Float64[Tensor, "curve knot"]
    slope: Float64[Tensor, "curve knot"]
    shift: Float64[Tensor, " curve"]

    def __post_init__(self) -> None:
        check_curves(self.n_classes, self.n, self.shift)
        if self.knot.shape != self.slope.shape or len(self.knot) != n_curves(self.n_classes):
            raise refused("hold a slope for every knot", f"{tuple(self.slope.shape)}")
        if not bool(self.knot.isfinite().all() and (self.knot.diff(dim=-1) >= 0).all()):
            raise refused("hold knots that rise", "others")
        if not bool((self.slope > 0).all() and self.slope.isfinite().all()):
            raise refused("rise", "a slope that is not above 0")

    def curves(self, odds: Float64[Tensor, "row curve"]) -> Float64[Tensor, "row curve"]:
        """See `LogOddsCurves.curves`."""
        knot, slope = self.knot.to(odds.device), self.slope.to(odds.device)
        bent = self.shift.to(odds.device).expand_as(odds)
        for k, each in enumerate(_areas(odds, knot)):
            bent = bent + slope[:, k] * each
        return bent

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        low, high = float(self.slope.min()), float(self.slope.max())
        count = len(self.slope)
        each = f"{count} curves with " if count > 1 else ""
        return f"{each}slopes of log-odds from {low:.4f} to {high:.4f}"


@dataclass(frozen=True, slots=True)
class SplineCalibration(ShardedCalibrator[Spline]):
    r"""Finds a smooth rising curve of log-odds with little log loss on held-out rows.

    The slope of the curve is given at knots, by the weight of the rows, and goes straight from
    one to the next: so the curve is a quadratic spline, which rises everywhere if, and only if,
    its slopes at the knots are above 0 [1]_. To the log loss, which is convex in the slopes
    :math:`c` and in the height, :math:`\lambda (c - 1 - \log c)` is added for each knot, the
    penalty of `TemperatureScaling`: it keeps slopes above 0 and draws them to 1, which leaves
    the log-odds as they are but for a shift. Newton's method finds the one minimum. For more
    than two classes one curve a class is fitted against the rest, and probabilities are divided
    by their sum.

    Parameters
    ----------
    n_knots : int, default 5
        Knots from the 5 % to the 95 % quantile of log-odds, at least 2.
    penalty : float, default 1.0
        :math:`\lambda`, in nats, above 0; added to the total log loss, so that it counts for less
        the more rows there are.
    smoothing : bool, default True
        Platt's targets in the place of 1 and 0, as in `PlattScaling`. Without it a class that
        never came out has no fit.

    References
    ----------
    .. [1] Ramsay. "Monotone Regression Splines in Action." Statistical Science 3, 1988.

    Examples
    --------
    >>> import calibrant as cal
    >>> odds = torch.linspace(-3, 3, 2001, dtype=torch.float64)
    >>> rows = cal.predictions(logits=2 * odds, labels=odds.sigmoid())  # twice too sure
    >>> SplineCalibration(n_knots=2).fit(rows).slope.round(decimals=1)
    tensor([[0.5000, 0.5000]], dtype=torch.float64)
    """

    n_knots: int = 5
    penalty: float = 1.0
    smoothing: bool = True

    def __post_init__(self) -> None:
        if self.n_knots < 2:
            raise InputError("n_knots", "be at least 2", f"{self.n_knots}", "5 is usual.")
        if not 0 < self.penalty < math.inf:
            remedy = "1 is gentle."
            raise InputError("penalty", "be finite and above 0", f"{self.penalty}", remedy)

    def fitted_over(self, shards: Shards) -> Spline:
        """See `ShardedCalibrator.fitted_over`.

        Raises
        ------
        FitError
            If a class that came out has probability 0, or, without smoothing, if a class never
            came out.
        """
        targets = targets_of(*class_weights(shards), smoothing=self.smoothing)
        knot = torch.stack([_quantiles(groups, self.n_knots) for groups in groups_of(shards)])
        loss = BendingLoss(
            shards,
            lambda odds, curves: (*_areas(odds, knot[curves]), None),
            targets,
            barrier=self.penalty,
            n_barred=self.n_knots,
        )
        best = fitted_parameters(loss, (1.0,) * self.n_knots + (0.0,), n_floored=0)
        return Spline(
            n_classes=shards.n_classes,
            n=shards.n,
            knot=knot,
            slope=best[:, :-1].contiguous(),
            shift=best[:, -1].contiguous(),
        )


def _quantiles(groups: Groups, n_knots: int) -> Float64[Tensor, " knot"]:
    """Knots of a curve: finite log-odds of the groups at even shares of their weight."""
    score = groups.scores().astype(np.float64)
    odds = score if groups.scale == "log-odds" else logit(score)
    finite = np.isfinite(odds)
    if not finite.any():
        return torch.zeros(n_knots, dtype=torch.float64)
    some = replace(groups, key=odds[finite], w=groups.w[finite], wy=groups.wy[finite])
    cuts = mass_cuts(some, np.linspace(OUTER, 1 - OUTER, n_knots))
    return torch.from_numpy(some.key[np.minimum(cuts, len(some.w) - 1)])


def _areas(
    odds: Float64[Tensor, "row curve"], knot: Float64[Tensor, "curve knot"]
) -> list[Float64[Tensor, "row curve"]]:
    """What the slope at each knot adds to the height, from the first knot to `odds`."""
    areas = [torch.zeros_like(odds) for _ in range(knot.shape[1])]
    areas[0] = (odds - knot[:, 0]).clamp(max=0)
    for k in range(knot.shape[1] - 1):
        width = knot[:, k + 1] - knot[:, k]
        inside = torch.minimum((odds - knot[:, k]).clamp(min=0), width)
        rest = inside.square() / (2 * torch.where(width > 0, width, 1))
        areas[k] = areas[k] + inside - rest
        areas[k + 1] = areas[k + 1] + rest
    areas[-1] = areas[-1] + (odds - knot[:, -1]).clamp(min=0)
    return areas
