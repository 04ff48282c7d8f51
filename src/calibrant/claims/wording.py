"""Sentences of claims, each chosen by its interval and none stronger than it."""

import math

from calibrant.claims.tails import Tail

__all__ = ["sentence"]

MOST = 6  # decimals of percents


def sentence(
    tail: Tail,
    ends: tuple[float | None, float | None],
    found: tuple[str, str],
    *,
    view: str,
    coverage: float,
) -> str:
    """Claim in words.

    Parameters
    ----------
    tail : Tail
        Rows behind it.
    ends : tuple of float or None
        Interval of the share that came out.
    found : tuple of str
        Verdict and leaning.
    view : str
        Event of a row.
    coverage : float
        Of the interval.
    """
    says = f"it says {'more than' if tail.beyond else 'at least'} {_percent(tail.threshold)}"
    if view not in ("top_label", "positive"):
        says += f" of {view!r}"
    low, high = ends
    if low is None or high is None:
        return f"No row where {says}: not shown."
    verdict, leaning = found
    came = "were right" if view == "top_label" else "came out"
    decimals = _decimals(high - low)
    share, stated = (_average(x, decimals) for x in (tail.observed, tail.stated))
    first, last = (_end(x, decimals) for x in (low, high))
    rows = f"{tail.n:,} row{'' if tail.n == 1 else 's'}"
    told = f"Of {rows} where {says}, {share} % {came} ({100 * coverage:g} %: {first} to {last})"
    lean = "" if leaning == "in line" else f": {leaning}"
    return f"{told}: {verdict}. On average it stated {stated} %{lean}."


def _percent(share: float) -> str:
    """Share in percent, with the digits that it has, six at most."""
    return f"{100 * share:.6g} %"


def _average(share: float, decimals: int) -> str:
    """Share in percent; less than all does not read as all."""
    told = f"{100 * share:.{decimals}f}"
    if share < 1 and float(told) >= 100:
        return f"more than {100 - 10.0**-decimals:.{decimals}f}"
    return told


def _end(share: float, decimals: int) -> str:
    """End of an interval in percent; less than all reads as less, if it takes more decimals."""
    while decimals < MOST and share < 1 <= float(f"{share:.{decimals + 2}f}"):
        decimals += 1
    return f"{100 * share:.{decimals}f}"


def _decimals(width: float) -> int:
    """Decimals of percents that show an interval with two digits, at least 1 at most 6."""
    if width <= 0:
        return 1
    return min(MOST, max(1, 1 - math.floor(math.log10(100 * width / 2))))
