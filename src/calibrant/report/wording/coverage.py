"""Sentences about leaving the least sure rows to others, chosen by intervals."""

from collections.abc import Mapping

from calibrant.report.numbers import in_percent, percents
from calibrant.report.shapes import Scalar

__all__ = ["accepted_told"]


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


def _told(share: Scalar) -> str:
    """Share with its interval, in percent."""
    if share.low is None or share.high is None:
        return in_percent(share.value)
    return f"{in_percent(share.value)} ({percents(share.low, share.high)})"
