"""The reliability table: what was stated and what came out, bin by bin."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import torch

from calibrant.errors import InputError
from calibrant.metrics.base import LEVEL
from calibrant.metrics.binned.bins import equal_width
from calibrant.metrics.binned.equal_mass import bin_of_groups
from calibrant.metrics.class_index import index_of_class
from calibrant.metrics.intervals import wilson
from calibrant.metrics.settings import check_bins, check_choice, check_view, checked_level
from calibrant.prediction.fit_rows import others_than_fit
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies, tally_rows
from calibrant.statistics.cells import N_TAIL, tail_edges
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.score_grid import ScoreGrid, View
from calibrant.statistics.tally import Tally

__all__ = ["Binning", "ReliabilityTable", "reliability_of", "reliability_table"]

Binning = Literal["width", "mass"]
Parted = tuple[list[tuple[float, float]], Callable[[str], list[float]]]  # edges; sums of a column


@dataclass(frozen=True, slots=True)
class ReliabilityTable:
    """Bins of stated probability, of equal width or of equal mass.

    Attributes
    ----------
    view : str
        Event of a row: "top_label" or "positive", or "class" for one against the rest.
    lower, upper : tuple of float
        Edges of every bin ``(lower, upper]``; of equal mass those of its outermost cells with
        rows, and NaN in an empty bin.
    n, weight : tuple
        Rows and their weight in every bin.
    stated, observed : tuple of float
        Mean stated probability and share that came out; NaN in an empty bin.
    low, high : tuple of float
        Wilson's interval of `observed`; NaN in an empty bin.
    level : float
        Coverage of the intervals, bin by bin.
    """

    view: View | Literal["class"]
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
    class_name: str | int | None = None,
    n_bins: int = 15,
    bins: Binning = "width",
    level: float = LEVEL,
    allow_fit_rows: bool = False,
) -> ReliabilityTable:
    """Reliability table of rows, or of tallies that hold the score grid of `view`.

    Parameters
    ----------
    rows : Predictions, Events or Tallies
        Labelled rows, or tallies that hold the score grid of `view`.
    view : "top_label" or "positive", default "top_label"
        Event of a row: its likeliest class is right, or the positive class of two came out.
    class_name : str or int, optional
        A class against the rest, by name or index, in place of `view`; from tallies that hold
        the grids of every class.
    n_bins : int, default 15
        Number of bins.
    bins : "width" or "mass", default "width"
        Equally wide, or of nearly as much weight each: cells of the score grid (14,400; 600 of a
        class; finer next to 0 and 1) go to bins by the middle of their weight and are never split.
    level : float, default 0.95
        Coverage of the intervals, bin by bin.
    allow_fit_rows : bool, default False
        Accept rows that a calibrator was fitted on; see `calibrant.evaluate`.

    Raises
    ------
    InputError
        If `n_bins` is below 1, a choice or the class is unknown, the tallies hold no such grid,
        or rows that a calibrator was fitted on are among them and not allowed; see
        `calibrant.evaluate`.

    Examples
    --------
    >>> import calibrant as cal
    >>> table = reliability_table(cal.events(probs=[0.25, 0.75], outcomes=[0, 1]), n_bins=2)
    >>> table.stated, table.observed
    ((0.25, 0.75), (0.0, 1.0))
    """
    check_view(view)
    check_bins(n_bins)
    check_choice("bins", bins, get_args(Binning))
    level = checked_level(level)
    rows = others_than_fit(rows, allow_fit_rows=allow_fit_rows)
    least = n_bins if bins == "width" else 1
    grid = ScoreGrid.holding(view, least) if class_name is None else ClassGrids.holding(least)
    tallies = rows if isinstance(rows, Tallies) else tally_rows(rows, [grid])
    if grid not in tallies.parts:
        kind = view if class_name is None else "classwise"
        remedy = f"Tally them with metrics=['{kind}_ece_{n_bins}']."
        raise InputError("rows", f"be tallies that hold {grid}", "others", remedy)
    k = None if class_name is None else index_of_class(tallies, class_name)
    parted = _wide if bins == "width" else _equal
    edges, sums = parted(tallies.parts[grid], n_bins, k)
    return _table(view if class_name is None else "class", edges, sums, level)


def reliability_of(tally: Tally, view: View, *, n_bins: int, level: float) -> ReliabilityTable:
    """Reliability table of the score grid of `view`, whose cells `n_bins` divide."""
    return _table(view, *_wide(tally, n_bins, None), level)


def _table(
    view: View | Literal["class"],
    edges: list[tuple[float, float]],
    sums: Callable[[str], list[float]],
    level: float,
) -> ReliabilityTable:
    """Table of bins with these edges and sums."""
    count, weight, twice, stated, came = (sums(name) for name in ("count", "w", "ww", "wp", "wy"))
    nan = float("nan")
    ends = [
        wilson(min(1.0, y / w), w * w / ww, level) if w else None
        for w, ww, y in zip(weight, twice, came, strict=True)
    ]
    return ReliabilityTable(
        view,
        lower=tuple(lower for lower, _ in edges),
        upper=tuple(upper for _, upper in edges),
        n=tuple(round(c) for c in count),
        weight=tuple(weight),
        stated=tuple(p / w if w else nan for p, w in zip(stated, weight, strict=True)),
        observed=tuple(y / w if w else nan for y, w in zip(came, weight, strict=True)),
        low=tuple(nan if end is None or end.low is None else end.low for end in ends),
        high=tuple(nan if end is None or end.high is None else end.high for end in ends),
        level=level,
    )


def _wide(tally: Tally, n_bins: int, k: int | None) -> Parted:
    """Edges and sums of bins of equal width, of class `k` where there is a grid of each."""
    bins = equal_width(tally, n_bins)
    edges = [(b / n_bins, (b + 1) / n_bins) for b in range(n_bins)]

    def sums(column: str) -> list[float]:
        return (bins[column] if k is None else bins[column][k]).tolist()

    return edges, sums


def _equal(tally: Tally, n_bins: int, k: int | None) -> Parted:
    """Edges and sums of bins of equal mass; those without rows are empty."""
    table = tally.table if k is None else tally.table[:, k]
    columns = {name: table[at] for at, name in enumerate(tally.statistic.columns)}
    held = columns["w"].nonzero().squeeze(-1)
    n_cells = table.shape[-1] - 2 * N_TAIL
    low, high = tail_edges(n_cells)
    inner = torch.arange(1, n_cells, dtype=torch.float64) / n_cells
    ends = torch.cat((low.new_zeros(1), low, inner, high, low.new_ones(1)))
    bin_of = bin_of_groups(columns["w"][held], n_bins)
    edges = [(math.nan, math.nan)] * n_bins
    for b in bin_of.unique().tolist():
        cells = held[bin_of == b]
        edges[b] = float(ends[cells[0]]), float(ends[cells[-1] + 1])

    def sums(column: str) -> list[float]:
        return table.new_zeros(n_bins).index_add_(0, bin_of, columns[column][held]).tolist()

    return edges, sums
