"""Reliability tables to choose from: of several events, groups and ways to bin."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from calibrant.metrics.binned.reliability import Binning, ReliabilityTable, reliability_table
from calibrant.metrics.binned.reliability_clusters import Grid, binned_sums
from calibrant.prediction.base import Predictions
from calibrant.prediction.rows import Rows
from calibrant.report.evidence.worst_classes import worst_classes
from calibrant.statistics.bundle import Tallies, tally_rows
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.score_grid import ScoreGrid, View

__all__ = ["Choice", "choices_of"]

BINNINGS: tuple[tuple[int, Binning], ...] = (
    (15, "mass"),
    (10, "width"),
    (15, "width"),
    (30, "width"),
)
MOST = 8  # classes, and groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A table, and the words by which it is chosen."""

    of: str  # "the likeliest class"
    bins: str  # "15 of equal mass"
    table: ReliabilityTable


def choices_of(rows: Rows | Tallies, views: Sequence[View], *, level: float) -> list[Choice]:
    """Tables of every view, of up to eight classes of more than two, and of up to eight groups.

    Of more classes those are taken of which the smallest share of rows was recognised, of more
    groups the largest.
    """
    found: list[Choice] = []
    for of, tallies, view, k in _events(rows, views):
        for n_bins, bins in BINNINGS:
            table = reliability_table(
                tallies, view=view, class_name=k, n_bins=n_bins, bins=bins, level=level
            )
            found.append(Choice(of=of, bins=f"{n_bins} of equal {bins}", table=table))
    return found


def _events(
    rows: Rows | Tallies, views: Sequence[View]
) -> Iterator[tuple[str, Tallies, View, int | None]]:
    """What is looked at: its name, its sums, and the view or the class."""
    classes = _classes(rows)
    wanted = [ScoreGrid(view) for view in views] + ([ClassGrids()] if classes else [])
    names = rows.class_names
    whole = _summed(rows, wanted)
    likeliest = "the likeliest class" if len(views) > 1 or classes else "all rows"
    for view in views:
        yield (f"the class {names[-1]}" if view == "positive" else likeliest), whole, view, None
    for k in classes:
        yield f"the class {names[k]}", whole, views[0], k
    if isinstance(rows, Tallies):
        parts = [(name, part, part.n) for name, part in rows.slices.items()]
    else:
        parts = [(name, part, part.n_present) for name, part in rows.by_group()]
    for name, part, _ in sorted(parts, key=lambda one: -one[2])[:MOST]:
        yield f"the group {name}", _summed(part, [ScoreGrid(views[-1])]), views[-1], None


def _summed(rows: Rows | Tallies, grids: Sequence[Grid]) -> Tallies:
    """Sums from which all tables are read."""
    if isinstance(rows, Tallies):
        return rows
    return tally_rows(rows, binned_sums(rows, grids, BINNINGS))


def _classes(rows: Rows | Tallies) -> list[int]:
    """Classes to choose from, of more than two."""
    told = (
        ClassGrids() in rows.parts if isinstance(rows, Tallies) else isinstance(rows, Predictions)
    )
    n_classes = len(rows.class_names)
    if not told or n_classes < 3:
        return []
    return list(range(n_classes)) if n_classes <= MOST else worst_classes(rows, at_most=MOST)
