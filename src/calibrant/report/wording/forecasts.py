"""Sentences about stated distributions of numbers, chosen by the intervals of what came out."""

from collections.abc import Sequence

from calibrant.report.numbers import in_percent, percents
from calibrant.report.shapes import Scalar

__all__ = ["coverage_told", "levels_apart"]


def coverage_told(coverage: Scalar, *, stated: float) -> str:
    """Sentence about how many targets lie inside of the intervals that state `stated` of them."""
    what = f"Intervals that state to hold {100 * stated:g}\N{NO-BREAK SPACE}% of the targets hold"
    if coverage.low is None or coverage.high is None:
        return f"{what} {in_percent(coverage.value)}, without an interval for that share."
    told = f"{what} {in_percent(coverage.value)} ({percents(coverage.low, coverage.high)})"
    if coverage.high < stated:
        return f"{told}: too narrow."
    if coverage.low > stated:
        return f"{told}: too wide."
    return f"{told}: no sign that they are too narrow or too wide."


def levels_apart(expected: Sequence[float], found: Sequence[Scalar], *, what: str) -> str:
    """Sentence about the shares whose interval does not hold what calibrated ones would have.

    `what` names them: "bars" or "levels".
    """
    pairs = [(at, one) for at, one in zip(expected, found, strict=True) if one.low is not None]
    if not pairs:
        return f"The {what} have no intervals, so there is no verdict."
    apart = sum(
        not (one.low or 0.0) <= at <= (1.0 if one.high is None else one.high) for at, one in pairs
    )
    level = next((one.level for _, one in pairs if one.level is not None), 0.95)
    if not apart:
        return (
            f"The intervals of all {len(pairs)} {what} hold what calibrated distributions would "
            "show."
        )
    return (
        f"The intervals of {apart} of {len(pairs)} {what} do not hold what calibrated "
        f"distributions would show; chance alone would put about {(1 - level) * len(pairs):.1f} "
        "there."
    )
