"""Accuracy of the surest rows beside that of the others, which are not among them."""

import math
from dataclasses import dataclass

from calibrant.metrics.base import LEVEL
from calibrant.metrics.intervals import newcombe
from calibrant.metrics.ranking.curve_point import FEWEST
from calibrant.metrics.ranking.of_class import no_spread, steps_of_view
from calibrant.metrics.ranking.steps import Steps
from calibrant.metrics.ranking.top_share import positives_in, step_of_share
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies

__all__ = ["Kept", "kept_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Accuracy of the surest share of rows, and of the rest.

    Attributes
    ----------
    share : float
        Share of the rows that is kept, by weight, in (0, 1).
    kept, left : float
        Accuracy of the rows that are kept, and of those left out, in [0, 1].
    low, high : float or None
        Interval of the first less the second; None where it cannot be told.
    level : float
        Coverage of that interval.
    why : str
        Why there is none; empty where there is one.
    """

    share: float
    kept: float
    left: float
    low: float | None = None
    high: float | None = None
    level: float = LEVEL
    why: str = ""


def kept_of(rows: Rows | Tallies, share: float, *, level: float = LEVEL) -> Kept:
    r"""Accuracy of the surest `share` of rows and of the others, and how far these are apart.

    Parameters
    ----------
    rows : Predictions, Events or Tallies
        Labelled rows, or tallies that hold the score grid of the likeliest class.
    share : float
        Share of the rows that is kept, by weight, in (0, 1).
    level : float, default 0.95
        Coverage of the interval.

    Notes
    -----
    No row is in both parts, and given the confidences the outcomes of rows are independent: the
    interval is Newcombe's of two independent shares, of :math:`(\sum w)^2 / \sum w^2` rows each.
    Rows of one confidence that straddle the share are shared out evenly, as on average over random
    choices. What the parts have in common then makes their difference scatter less, so that the
    interval is too wide rather than too narrow.

    Examples
    --------
    >>> import calibrant as cal
    >>> probs = [0.9] * 80 + [0.6] * 20
    >>> rows = cal.events(probs=probs, outcomes=[True] * 72 + [False] * 8 + [True, False] * 10)
    >>> found = kept_of(rows, 0.8)
    >>> [round(one, 4) for one in (found.kept, found.left, found.low, found.high)]
    [0.9, 0.5, 0.182, 0.6065]
    """
    steps = steps_of_view(rows, "top_label")
    mass = steps.up + steps.down
    total, right = float(mass.sum()), float(steps.up.sum())
    hits = float(positives_in(steps, mass.new_tensor([share]))[0])
    shares = tuple(
        min(1.0, max(0.0, part / (of * total)))
        for part, of in ((hits, share), (right - hits, 1 - share))
    )
    numbers = _effective(steps, share)
    why = no_spread(rows, steps)
    if not why and min(numbers) < FEWEST - 1e-9:
        part = "left out" if numbers[1] < numbers[0] else "kept"
        why = f"too few rows are {part}: an interval takes {FEWEST} effective ones"
    kept, left = shares
    if why:
        return Kept(share=share, kept=kept, left=left, level=level, why=why)
    ends = newcombe((kept, left), numbers, level)
    return Kept(share=share, kept=kept, left=left, low=ends.low, high=ends.high, level=level)


def _effective(steps: Steps, share: float) -> tuple[float, float]:
    """Effective rows of both parts."""
    mass, square = steps.up + steps.down, steps.up_twice + steps.down_twice
    total = float(mass.sum())
    k = int(step_of_share(steps, mass.new_tensor([share]))[0])
    before, of_step = float(mass[:k].sum()), float(mass[k])
    taken = min(1.0, max(0.0, (share * total - before) / of_step)) if of_step > 0 else 1.0
    kept = float(square[:k].sum()) + taken * float(square[k])
    left = math.fsum(square.tolist()) - kept
    parts = ((share * total, kept), ((1 - share) * total, left))
    first, second = (weight**2 / twice if twice > 0 else 0.0 for weight, twice in parts)
    return first, second
