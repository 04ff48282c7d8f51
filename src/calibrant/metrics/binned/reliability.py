"""The reliability table: what was stated and what came out, bin by bin."""

from dataclasses import dataclass

from calibrant.errors import InputError
from calibrant.metrics.base import LEVEL
from calibrant.metrics.intervals import wilson
from calibrant.metrics.settings import check_bins, check_view, checked_level
from calibrant.prediction.fit_rows import others_than_fit
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies, tally_rows
from calibrant.statistics.score_grid import ScoreGrid, View, coarsen
from calibrant.statistics.tally import Tally

__all__ = ["ReliabilityTable", "reliability_of", "reliability_table"]


@dataclass(frozen=True, slots=True)
class ReliabilityTable:
    """Equal-width bins ``(lower, upper]`` of stated probability.

    Attributes
    ----------
    view : str
        Event of a row: "top_label" or "positive".
    lower, upper : tuple of float
        Edges of every bin.
    n, weight : tuple
        Rows and their weight in every bin.
    stated, observed : tuple of float
        Mean stated probability and share that came out; NaN in an empty bin.
    low, high : tuple of float
        Wilson's interval of `observed`; NaN in an empty bin.
    level : float
        Coverage of the intervals, bin by bin.
    """

    view: View
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    n: tuple[int, ...]
    weight: tuple[float, ...]
    stated: tuple[float, ...]
    observed: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    level: float


def reliability_table(
    rows: Rows | Tallies,
    *,
    view: View = "top_label",
    n_bins: int = 15,
    level: float = LEVEL,
    allow_fit_rows: bool = False,
) -> ReliabilityTable:
    """Reliability table of rows, or of tallies that hold the score grid of `view`.

    Raises
    ------
    InputError
        If `n_bins` is below 1, the tallies hold no such grid, or rows that a calibrator was fitted
        on are among them and not allowed; see `calibrant.evaluate`.

    Examples
    --------
    >>> import calibrant as cal
    >>> table = reliability_table(cal.events(probs=[0.25, 0.75], outcomes=[0, 1]), n_bins=2)
    >>> table.stated, table.observed
    ((0.25, 0.75), (0.0, 1.0))
    """
    check_view(view)
    check_bins(n_bins)
    level = checked_level(level)
    rows = others_than_fit(rows, allow_fit_rows=allow_fit_rows)
    grid = ScoreGrid.holding(view, n_bins)
    tallies = rows if isinstance(rows, Tallies) else tally_rows(rows, [grid])
    if grid not in tallies.parts:
        remedy = f"Tally them with metrics=['{view}_ece_{n_bins}']."
        raise InputError("rows", f"be tallies that hold {grid}", "others", remedy)
    return reliability_of(tallies.parts[grid], view, n_bins=n_bins, level=level)


def reliability_of(tally: Tally, view: View, *, n_bins: int, level: float) -> ReliabilityTable:
    """Reliability table of the score grid of `view`, whose cells `n_bins` divide."""
    count, weight, twice, stated, came = (
        coarsen(tally, column, n_bins).tolist() for column in ("count", "w", "ww", "wp", "wy")
    )
    nan = float("nan")
    ends = [
        wilson(min(1.0, y / w), w * w / ww, level) if w else None
        for w, ww, y in zip(weight, twice, came, strict=True)
    ]
    return ReliabilityTable(
        view,
        lower=tuple(k / n_bins for k in range(n_bins)),
        upper=tuple((k + 1) / n_bins for k in range(n_bins)),
        n=tuple(round(c) for c in count),
        weight=tuple(weight),
        stated=tuple(p / w if w else nan for p, w in zip(stated, weight, strict=True)),
        observed=tuple(y / w if w else nan for y, w in zip(came, weight, strict=True)),
        low=tuple(nan if end is None or end.low is None else end.low for end in ends),
        high=tuple(nan if end is None or end.high is None else end.high for end in ends),
        level=level,
    )
