"""Difference: how far apart two models score, and how sure that is."""

import math
from dataclasses import dataclass

from scipy.special import stdtr, stdtrit

__all__ = ["Difference", "students", "unsure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A number of a first model less that of a second, on the same rows or on others.

    Attributes
    ----------
    value : float
        Below 0 the first scores lower: better, where less is better. Infinite where one alone
        is, NaN where both are.
    low, high : float or None
        Ends of the interval; None where `method` says why there is none.
    level : float or None
        Coverage of the interval.
    n : int
        Rows behind it, absent ones left out; of both models where they are not paired.
    n_effective : float
        Rows, or clusters of rows, of equal weight that would tell as much.
    p_value : float or None
        Chance of a difference at least as great in size, were there none on average.
    method : str
        How the interval was found, or ``"not available: ..."``.
    n_infinite : tuple of int
        Rows with an infinite score: of the first, of the second.
    """

    value: float
    low: float | None
    high: float | None
    level: float | None
    n: int
    n_effective: float
    p_value: float | None
    method: str
    n_infinite: tuple[int, int] = (0, 0)

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON; a value that is not finite becomes None."""
        return {
            "value": self.value if math.isfinite(self.value) else None,
            "low": self.low,
            "high": self.high,
            "level": self.level,
            "n": self.n,
            "n_effective": self.n_effective,
            "p_value": self.p_value,
            "method": self.method,
            "n_infinite": list(self.n_infinite),
        }


def students(
    value: float,
    error: float,
    freedom: float,
    *,
    n: int,
    n_effective: float,
    level: float,
    method: str,
) -> Difference:
    """Difference with Student's interval and test, of a standard error above 0."""
    half = float(stdtrit(freedom, 0.5 + level / 2)) * error
    return Difference(
        value=value,
        low=value - half,
        high=value + half,
        level=level,
        n=n,
        n_effective=n_effective,
        p_value=float(2 * stdtr(freedom, -abs(value) / error)),
        method=method,
    )


def unsure(value: float, n: int, n_effective: float, why: str) -> Difference:
    """Difference without an interval, because of `why`."""
    return Difference(
        value=value,
        low=None,
        high=None,
        level=None,
        n=n,
        n_effective=n_effective,
        p_value=None,
        method=f"not available: {why}",
    )
