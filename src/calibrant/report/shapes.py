"""Shapes of estimates: one number, one number per class, or a matrix."""

import math
from dataclasses import dataclass

from calibrant.metrics.estimate import Estimate
from calibrant.metrics.miscalibration import p_value_of
from calibrant.report.footnotes import why_none

__all__ = ["Scalar", "matrix", "per_class", "scalar"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """One number with its interval; `low` and `high` are None where there is none.

    `floor` is what a perfectly calibrated model would show on average, for metrics that have such
    a floor, `floor_95` what it would exceed once in 20, and `p_value` the chance with which it
    shows as much as was seen. `why` says why there is no interval.
    """

    value: float
    low: float | None
    high: float | None
    level: float | None
    floor: float | None = None
    p_value: float | None = None
    floor_95: float | None = None
    why: str = ""


def scalar(estimate: Estimate) -> Scalar | None:
    """Return the number of `estimate`, or None when it holds several."""
    value, low, high = estimate.value, estimate.low, estimate.high
    if isinstance(value, tuple) or isinstance(low, tuple) or isinstance(high, tuple):
        return None
    floor, p_value = estimate.noise_floor, p_value_of(estimate)
    high_floor = _known(estimate.details.get("noise_floor_95"))
    ends, why = (_known(low), _known(high)), why_none(estimate)
    return Scalar(value, *ends, estimate.level, floor, p_value, high_floor, why)


def per_class(estimate: Estimate) -> list[Scalar] | None:
    """Numbers of `estimate`, one a class, or None when it is not a vector."""
    value, low, high = estimate.value, estimate.low, estimate.high
    if not isinstance(value, tuple):
        return None
    lows = low if isinstance(low, tuple) else (low,) * len(value)
    highs = high if isinstance(high, tuple) else (high,) * len(value)
    return [
        Scalar(v, _known(bottom), _known(top), estimate.level)
        for v, bottom, top in zip(value, lows, highs, strict=True)
        if not isinstance(v, tuple)
    ]


def matrix(estimate: Estimate) -> list[list[float]] | None:
    """Rows of `estimate`, or None when it is not a matrix."""
    if not isinstance(estimate.value, tuple):
        return None
    rows = [list(row) for row in estimate.value if isinstance(row, tuple)]
    return rows if len(rows) == len(estimate.value) else None


def _known(end: float | None) -> float | None:
    """End of an interval, or None where it is not a number."""
    return None if end is None or math.isnan(end) else end
