"""Sentences about leaving the least sure rows to others, chosen by the interval."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float64

from calibrant.report.evidence.kept import Kept
from calibrant.report.numbers import in_percent, percents
from calibrant.report.shapes import Scalar

__all__ = ["accepted_told", "drawn_told"]

_MANY = 0.02  # share of the rows from which on a late start of the curve is told of


def accepted_told(right: Scalar | None, accepted: Mapping[float, Scalar], kept: Kept | None) -> str:
    """Sentence about the accuracy of the surest rows beside that of those left out.

    The surest rows are among all: whether their interval reaches that of all says little. No row
    is among the surest and among those left out, and the claim is that of the difference of these.
    """
    part = None if kept is None else accepted.get(kept.share)
    if kept is None or part is None:
        return "Where the curve falls to the left, the rows stated most surely hold fewer errors."
    surest, others = (f"{100 * one:g}\N{NO-BREAK SPACE}%" for one in (kept.share, 1 - kept.share))
    told = (
        f"Of the surest {surest} of the rows {_told(part)} are right, of the other {others} "
        f"{in_percent(kept.left)}{'' if right is None else f', of all {_told(right)}'}"
    )
    if kept.low is None or kept.high is None:
        why = f": {kept.why}" if kept.why else ""
        return f"{told}. No interval tells how much of the difference is chance{why}."
    ends = kept.low, kept.high
    if ends[0] > 0:
        apart = f"The surest are right more often by {_points(kept.kept - kept.left, *ends)}"
        return f"{told}. {apart}: confidence tells which rows to leave to others."
    if ends[1] < 0:
        down = -ends[1], -ends[0]
        apart = f"The surest are right less often by {_points(kept.left - kept.kept, *down)}"
        return f"{told}. {apart}: what is stated most surely is wrong more often than the rest."
    apart = f"The difference is {_points(kept.kept - kept.left, *ends)}"
    return f"{told}. {apart}: no evidence that leaving out the least sure rows would help."


def drawn_told(
    coverage: Sequence[float] | Float64[np.ndarray, " threshold"], level: float | None
) -> str:
    """What the bars of the picture are, and why its curve starts where it does.

    Examples
    --------
    >>> "The curve starts at 31.0" in drawn_told([0.31, 0.5, 1.0], None)
    True
    >>> drawn_told([0.001, 1.0], 0.95)
    'Bars are 95 % intervals, at the shares in the table.'
    """
    told = [f"Bars are {100 * level:g} % intervals, at the shares in the table."] if level else []
    if len(coverage) and coverage[0] >= _MANY:
        told.append(
            f"The curve starts at {in_percent(float(coverage[0]))}: so many rows share the highest "
            "confidence, and are accepted together."
        )
    return " ".join(told)


def _points(value: float, low: float, high: float) -> str:
    """Difference of two shares with its interval, in percentage points."""
    value, low, high = (round(100 * one, 1) + 0.0 for one in (value, low, high))
    return f"{value:.1f} percentage points ({low:.1f} to {high:.1f})"


def _told(share: Scalar) -> str:
    """Share with its interval, in percent."""
    if share.low is None or share.high is None:
        return in_percent(share.value)
    return f"{in_percent(share.value)} ({percents(share.low, share.high)})"
