"""Where a monotone function crosses 0, or the end of its range that is nearer to it."""

from collections.abc import Callable

from scipy.optimize import brentq

__all__ = ["crossing", "settled"]

STEPS = 12  # of a guess, before the whole range is searched


def crossing(
    of: Callable[[float], float], low: float, high: float, *, accuracy: float = 1e-12
) -> float:
    """Place in [low, high] where a function that rises, or falls, is 0; else the nearer end.

    Ends of intervals are such places: a test that accepts everywhere ends where it stops.

    Examples
    --------
    >>> crossing(lambda x: x - 0.25, 0.0, 1.0), crossing(lambda x: x - 2.0, 0.0, 1.0)
    (0.25, 1.0)
    """
    first, last = of(low), of(high)
    if first * last >= 0:
        return low if abs(first) < abs(last) else high
    return float(brentq(of, low, high, xtol=1e-15, rtol=accuracy))  # pyright: ignore[reportArgumentType]


def settled(
    of: Callable[[float], float],
    guesses: tuple[float, float],
    low: float,
    high: float,
    *,
    accuracy: float = 1e-12,
) -> float | None:
    """Place within (low, high) where a function is 0, by a few secants; None if they do not settle.

    Examples
    --------
    >>> round(settled(lambda x: x * x - 0.25, (0.4, 0.45), 0.0, 1.0), 12)
    0.5
    >>> settled(lambda x: x - 2.0, (0.4, 0.45), 0.0, 1.0)
    """
    before, at = (min(max(guess, low), high) for guess in guesses)
    was, value = of(before), of(at)
    for _ in range(STEPS):
        if value == was:
            break
        step = value * (at - before) / (value - was)
        before, at, was = at, at - step, value
        if not low < at < high:
            break
        if abs(step) <= accuracy * abs(at):
            return at
        value = of(at)
    return None
