"""Sentence about decisions on ordered classes."""

from calibrant.report.numbers import in_percent, percents
from calibrant.report.shapes import Scalar

__all__ = ["adjacent_told"]


def adjacent_told(beside: Scalar | None) -> str:
    """Sentence about the share of rows that are right or one class off."""
    if beside is None:
        return ""
    if beside.low is None or beside.high is None:
        return f"{in_percent(beside.value)} of the rows are right or one class off."
    return (
        f"{in_percent(beside.value)} ({percents(beside.low, beside.high)}) of the rows are right "
        "or one class off."
    )
