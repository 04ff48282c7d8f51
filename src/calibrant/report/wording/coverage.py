"""Sentences about leaving the least sure rows to others, chosen by intervals."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float64

from calibrant.report.numbers import in_percent, percents
from calibrant.report.shapes import Scalar

__all__ = ["accepted_told", "drawn_told"]

_MANY = 0.02  # share of the rows from which on a late start of the curve is told of


def accepted_told(right: Scalar | None, accepted: Mapping[float, Scalar], *, share: float) -> str:
    """Sentence about the accuracy of the surest `share` of rows beside that of all.

    The surest rows are among all, so that two intervals apart from each other are more than is
    needed: the sentence claims less often than it could.
    """
    part = accepted.get(share)
    if right is None or part is None:
        return "Where the curve falls to the left, the rows stated most surely hold fewer errors."
    most = f"Of the surest {100 * share:g}\N{NO-BREAK SPACE}% of the rows"
    surest = f"{most} {_told(part)} are right, of all {_told(right)}"
    if part.low is None or part.high is None or right.low is None or right.high is None:
        return f"{surest}. Without both intervals nothing more can be said."
    if part.low > right.high:
        return f"{surest}: confidence tells which rows to leave to others."
    if part.high < right.low:
        return f"{surest}: what is stated most surely is wrong more often than the rest."
    return f"{surest}: no evidence that leaving out the least sure rows would help."


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


def _told(share: Scalar) -> str:
    """Share with its interval, in percent."""
    if share.low is None or share.high is None:
        return in_percent(share.value)
    return f"{in_percent(share.value)} ({percents(share.low, share.high)})"
