"""Values read from the cells of a grid, and how far they may be off."""

import warnings
from dataclasses import replace
from decimal import ROUND_UP, Context

from calibrant.errors import CalibrantWarning
from calibrant.metrics.estimate import Estimate

__all__ = ["from_grid", "with_bound"]

WIDTH = 0.1  # of the interval, where there is none
ROUNDING = 1e-15  # a bound below it is 0


def from_grid(estimate: Estimate, bound: float, what: str) -> Estimate:
    """The estimate of `what` with its bound; warns where that is beyond a tenth of the interval.

    Without an interval, it warns where the bound is beyond .01.
    """
    low, high = estimate.low, estimate.high
    width = high - low if isinstance(low, float) and isinstance(high, float) else WIDTH
    if bound > width / 10:
        text = f"{what} from the grid may be {_up(bound)} off: scores crowd in few cells"
        warnings.warn(f"{text}. Evaluate rows in memory.", CalibrantWarning, stacklevel=3)
    return with_bound(estimate, bound)


def with_bound(estimate: Estimate, bound: float) -> Estimate:
    """The estimate with its bound, which its note tells too."""
    bound = 0.0 if bound <= ROUNDING else bound
    note = f"from the grid, at most {_up(bound)} off"
    return replace(estimate, note="; ".join(filter(None, (estimate.note, note))), bound=bound)


def _up(bound: float) -> str:
    """Two digits, rounded up."""
    rounded = Context(prec=2, rounding=ROUND_UP).create_decimal_from_float(bound)
    return f"{float(rounded):.2g}"
