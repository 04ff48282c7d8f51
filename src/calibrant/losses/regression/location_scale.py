"""Location and scale of a target, the scale as itself or as its logarithm."""

from typing import Literal, NamedTuple

from calibrant.losses.number_loss import Parameters, PerTarget, Targets
from calibrant.losses.regression.normal import inverse_of_exp

__all__ = ["ScaleForm", "Standardised", "standardised"]

ScaleForm = Literal["scale", "log_scale"]
"""What the second parameter is. It is declared: a number does not show which."""


class Standardised(NamedTuple):
    """Error in units of the scale, and the log of the scale."""

    error: PerTarget
    log_scale: Targets


def standardised(predicted: Parameters, targets: Targets, scale: ScaleForm) -> Standardised:
    """Errors of targets whose location and scale lie at axis 1."""
    location, spread = predicted.unbind(1)
    error = targets - location
    if scale == "scale":
        return Standardised(error / spread, spread.log())
    return Standardised(error * inverse_of_exp(spread), spread)
