"""The root of a rising function of which slope and value cost a pass over the rows."""

import math
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["root_of"]

MOST_STEPS = 200
PRECISE = 1e-12


@dataclass(frozen=True, slots=True)
class _Point:
    """Where a function was looked at: place, value and slope."""

    at: float
    value: float
    slope: float

    @property
    def newton(self) -> float:
        """Root of the tangent; NaN where it has none."""
        return self.at - self.value / self.slope if self.slope > 0 else math.nan

    def cubic(self, other: "_Point") -> float:
        """Root near this point of the cubic with values and slopes of both points."""
        width = other.at - self.at
        rise = other.value - self.value
        square = (3 * rise / width - 2 * self.slope - other.slope) / width
        cube = (self.slope + other.slope - 2 * rise / width) / width**2
        step = self.newton - self.at
        for _ in range(8):
            slope = self.slope + step * (2 * square + 3 * step * cube)
            if not slope > 0:
                return math.nan
            step -= (self.value + step * (self.slope + step * (square + step * cube))) / slope
        return self.at + step


def root_of(
    look: Callable[[float], tuple[float, float]],
    low: float,
    high: float,
    start: float,
    precise: float = PRECISE,
) -> float | None:
    """Place between `low` and `high` at which a rising function is 0; None where there is none.

    Newton's method within a bracket. The ends are looked at only when the steps lead there. From
    two points on, the cubic through both tells how far Newton's last step is off: one pass less.

    Parameters
    ----------
    look : callable
        Value and slope of the function at a place.
    low, high, start : float
        Positive; the root is sought strictly between the first two.
    precise : float, default 1e-12
        How far off the root may be, in proportion to it; in practice it is far nearer.

    Examples
    --------
    >>> round(root_of(lambda x: (x * x - 4, 2 * x), 0.5, 9.0, 1.0), 12)
    2.0
    >>> root_of(lambda x: (x * x - 400, 2 * x), 0.5, 9.0, 1.0) is None
    True
    """
    below, above = low, high
    seen: set[float] = set()
    last: _Point | None = None
    at, step = start, math.inf
    for _ in range(MOST_STEPS):
        point = _Point(at, *look(at))
        seen.add(at)
        if (at == high and not point.value > 0) or (at == low and not point.value < 0):
            return None
        below, above = (below, at) if point.value > 0 else (at, above)
        found, error = _estimate(point, last, precise)
        if low < found < high and below <= found <= above and error <= precise * found:
            return found
        slow = abs(found - at) > step / 2
        if not below < found < above or slow:
            end = below if point.value > 0 else above
            found = math.sqrt(below * above) if end in seen else end
        step, last, at = abs(found - at), point, found
    return at


def _estimate(point: _Point, last: _Point | None, precise: float) -> tuple[float, float]:
    """The root as far as two points tell, and how far off it may be."""
    newton = point.newton
    if abs(newton - point.at) <= 0.1 * math.sqrt(precise) * point.at:  # which the step squares
        return newton, 0.0
    if last is None:
        return newton, math.inf
    near = abs(last.at - point.at) / point.at
    cubic = point.cubic(last)
    if near > 0.1 or math.isnan(cubic):
        return newton, math.inf
    return cubic, abs(cubic - newton) * (10 * near) ** 2
