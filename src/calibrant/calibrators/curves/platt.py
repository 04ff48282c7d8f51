"""Platt scaling: log-odds stretched and shifted."""

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float64
from torch import Tensor

from calibrant.calibrators.curves.base import LogOddsCurves, check_curves, refused
from calibrant.calibrators.curves.bending import BendingLoss, fitted_parameters
from calibrant.calibrators.curves.outcomes import class_weights, targets_of
from calibrant.calibrators.shards import ShardedCalibrator, Shards

__all__ = ["Platt", "PlattScaling"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Platt(LogOddsCurves):
    r"""Fitted calibrator: log-odds :math:`z` become :math:`a z + b`.

    Attributes
    ----------
    slope : Float64[Tensor, "curve"]
        :math:`a`, at least 0; one curve for two classes, one a class beyond.
    shift : Float64[Tensor, "curve"]
        :math:`b`.
    """

    method: ClassVar[str] = "platt"
    slope: Float64[Tensor, " curve"]
    shift: Float64[Tensor, " curve"]

    def __post_init__(self) -> None:
        check_curves(self.n_classes, self.n, self.slope, self.shift)
        if bool((self.slope < 0).any()):
            raise refused("not fall", f"a slope of {float(self.slope.min())}")

    def curves(self, odds: Float64[Tensor, "row curve"]) -> Float64[Tensor, "row curve"]:
        """See `LogOddsCurves.curves`."""
        return self.slope.to(odds.device) * odds + self.shift.to(odds.device)

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        flat = int((self.slope == 0).sum())
        if len(self.slope) == 1:
            if flat:
                return "slope 0, for the model ranks no better than chance: one probability for all"
            return f"log-odds times {float(self.slope):.4f} plus {float(self.shift):.4f}"
        low, high = float(self.slope.min()), float(self.slope.max())
        none = f", {flat} of them 0 for want of rank" if flat else ""
        return f"{len(self.slope)} curves, slopes {low:.4f} to {high:.4f}{none}"


@dataclass(frozen=True, slots=True)
class PlattScaling(ShardedCalibrator[Platt]):
    r"""Finds the slope and the shift of log-odds with the least log loss on held-out rows.

    For more than two classes one curve a class is fitted against the rest, and probabilities are
    divided by their sum. Log loss is convex in both numbers; Newton's method finds the one
    minimum in a few passes, over shards too. A slope is at least 0: where the model ranks worse
    than chance it is 0, and the mean target is stated for all rows.

    Parameters
    ----------
    smoothing : bool, default True
        Platt's targets :math:`(N_+ + 1)/(N_+ + 2)` and :math:`1/(N_- + 2)` in the place of 1 and
        0 [1]_: a fit then exists whatever the rows. Without it, the fit of separated rows fails.

    Notes
    -----
    Probabilities of 0 and 1 stay, and tell a fit nothing, unless the class that came out has 0:
    then it fails. Where all rows have one score, any slope fits, and the fit stays near 1.

    References
    ----------
    .. [1] Platt. "Probabilistic Outputs for Support Vector Machines and Comparisons to
       Regularized Likelihood Methods." Advances in Large Margin Classifiers, 1999.
    .. [2] Lin, Lin, Weng. "A Note on Platt's Probabilistic Outputs for Support Vector Machines."
       Machine Learning 68, 2007: Newton's method for it.

    Examples
    --------
    >>> import calibrant as cal
    >>> logits, labels = [0.0] * 4 + [2.0] * 4, [1, 0, 0, 0, 1, 1, 1, 0]
    >>> rows = cal.predictions(logits=logits, labels=labels)
    >>> fitted = PlattScaling(smoothing=False).fit(rows)  # odds 1:3 at 0, 3:1 at 2
    >>> fitted.slope, fitted.shift  # ln 3 and -ln 3
    (tensor([1.0986], dtype=torch.float64), tensor([-1.0986], dtype=torch.float64))
    """

    smoothing: bool = True

    def fitted_over(self, shards: Shards) -> Platt:
        """See `ShardedCalibrator.fitted_over`.

        Raises
        ------
        FitError
            If a class that came out has probability 0, or, without smoothing, if the model
            separates a class from the rest.
        """
        targets = targets_of(*class_weights(shards), smoothing=self.smoothing)
        loss = BendingLoss(shards, lambda odds, _: (odds, None), targets)
        best = fitted_parameters(loss, (1.0, 0.0), n_floored=1)
        return Platt(n_classes=shards.n_classes, n=shards.n, slope=best[:, 0], shift=best[:, 1])
