"""The reliability table: what was stated and what came out, bin by bin."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.base import LEVEL
from calibrant.metrics.binned.bins import tiled
from calibrant.metrics.binned.equal_mass import bin_of_groups
from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.binned.reliability_clusters import (
    Binning,
    Grid,
    binned_sums,
    block_grids,
    clustered_shares,
)
from calibrant.metrics.class_index import index_of_class
from calibrant.metrics.inference.effective_bins import rows_behind_each
from calibrant.metrics.intervals import wilson
from calibrant.metrics.settings import check_bins, check_choice, check_view, checked_level
from calibrant.prediction.fit_rows import others_than_fit
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies, check_rows, tally_rows
from calibrant.statistics.cells import N_TAIL, tail_edges
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.score_grid import ScoreGrid, View
from calibrant.statistics.tally import Tally

__all__ = ["Binning", "ReliabilityTable", "reliability_of", "reliability_table"]

Cells = Float64[Tensor, "*any cell"]
Bins = Float64[Tensor, "*any bin"]
Binned = Callable[[Tally, Cells], Bins]  # sums by bin of those by cell of a tally's grid
Parted = tuple[list[tuple[float, float]], Binned]  # edges; sums


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
        Wilson's interval of `observed`; NaN in an empty bin, and where rows in clusters tell none.
    level : float
        Coverage of the intervals, bin by bin.
    method : str
        How the intervals were found, or ``"not available: ..."``.
    n_clusters : tuple of float
        Blocks of clusters of equal weight that the rows of every bin lie in; empty where the rows
        have no clusters, or these tell nothing of the bins.
    note : str
        What a reader should know besides.
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
    method: str = "Wilson"
    n_clusters: tuple[float, ...] = ()
    note: str = ""


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

    Notes
    -----
    Of rows in clusters the intervals are those of clusters that are independent of each other:
    Wilson's, on the number of independent rows that the spread between blocks of clusters leaves.
    A bin whose rows come in fewer than ten effective clusters has none; nor have tallies that do
    not keep the sums of such bins by cluster. `note` says so.

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
    if not isinstance(rows, Tallies):
        check_rows(rows)
    rows = others_than_fit(rows, allow_fit_rows=allow_fit_rows)
    least = n_bins if bins == "width" else 1
    grid = ScoreGrid.holding(view, least) if class_name is None else ClassGrids.holding(least)
    if isinstance(rows, Tallies):
        tallies = rows
    else:
        tallies = tally_rows(rows, binned_sums(rows, [grid], [(n_bins, bins)]))
    if grid not in tallies.parts:
        kind = view if class_name is None else "classwise"
        remedy = f"Tally them with metrics=['{kind}_ece_{n_bins}']."
        raise InputError("rows", f"be tallies that hold {grid}", "others", remedy)
    k = None if class_name is None else index_of_class(tallies, class_name)
    return _table(tallies, grid, (n_bins, bins), k, level)


def reliability_of(tallies: Tallies, view: View, *, n_bins: int, level: float) -> ReliabilityTable:
    """Reliability table of tallies that hold the score grid of `view`, which `n_bins` divide."""
    return _table(tallies, ScoreGrid.holding(view, n_bins), (n_bins, "width"), None, level)


def _table(
    tallies: Tallies, grid: Grid, binning: tuple[int, Binning], k: int | None, level: float
) -> ReliabilityTable:
    """Table of these bins, of class `k` where there is a grid of each."""
    n_bins, bins = binning
    tally = tallies.parts[grid]
    edges, binned = (_wide if bins == "width" else _equal)(tally, n_bins, k)

    def sums(name: str) -> list[float]:
        return binned(tally, _of_class(tally[name], k)).tolist()

    names = ("count", "w", "ww", "wp", "wy", "wwy")
    count, weight, twice, stated, came, came_twice = (sums(name) for name in names)
    nan = float("nan")
    effective = [w * w / ww if w else 0.0 for w, ww in zip(weight, twice, strict=True)]
    held = clustered_shares(
        tallies,
        block_grids(grid, n_bins, bins),
        lambda whole, each: binned(whole, _of_class(each, k)),
        np.array(effective),
        level,
    )
    table = ReliabilityTable(
        grid.view if isinstance(grid, ScoreGrid) else "class",
        lower=tuple(lower for lower, _ in edges),
        upper=tuple(upper for _, upper in edges),
        n=tuple(round(c) for c in count),
        weight=tuple(weight),
        stated=tuple(p / w if w else nan for p, w in zip(stated, weight, strict=True)),
        observed=tuple(y / w if w else nan for y, w in zip(came, weight, strict=True)),
        low=(nan,) * n_bins,
        high=(nan,) * n_bins,
        level=level,
    )
    if held is not None:
        return replace(
            table,
            low=held.low,
            high=held.high,
            method=held.method,
            n_clusters=held.n_clusters,
            note=held.note,
        )
    if hard_labels(tally):
        of = (np.array(each) for each in (count, weight, came, twice, came_twice))
        effective = rows_behind_each(*of).tolist()
    ends = [
        wilson(min(1.0, y / w), n, level) if w else None
        for w, n, y in zip(weight, effective, came, strict=True)
    ]
    return replace(
        table,
        low=tuple(nan if end is None or end.low is None else end.low for end in ends),
        high=tuple(nan if end is None or end.high is None else end.high for end in ends),
    )


def _of_class(sums: Tensor, k: int | None) -> Cells:
    """Sums by cell, of class `k` where there are those of each."""
    return sums if k is None else sums[..., k, :]


def _wide(tally: Tally, n_bins: int, k: int | None) -> Parted:
    """Edges of bins of equal width, and how sums of cells are those of bins."""
    del tally, k
    return [(b / n_bins, (b + 1) / n_bins) for b in range(n_bins)], (
        lambda whole, sums: tiled(whole, n_bins, sums)
    )


def _equal(tally: Tally, n_bins: int, k: int | None) -> Parted:
    """Edges of bins of equal mass, and how sums of cells are those of bins."""
    weight = _of_class(tally["w"], k)
    held = weight.nonzero().squeeze(-1)
    n_cells = len(weight) - 2 * N_TAIL
    low, high = tail_edges(n_cells)
    inner = torch.arange(1, n_cells, dtype=torch.float64) / n_cells
    ends = torch.cat((low.new_zeros(1), low, inner, high, low.new_ones(1)))
    bin_of = bin_of_groups(weight[held], n_bins)
    edges = [(math.nan, math.nan)] * n_bins
    for b in bin_of.unique().tolist():
        cells = held[bin_of == b]
        edges[b] = float(ends[cells[0]]), float(ends[cells[-1] + 1])

    def binned(whole: Tally, sums: Cells) -> Bins:
        del whole
        return sums.new_zeros(*sums.shape[:-1], n_bins).index_add_(-1, bin_of, sums[..., held])

    return edges, binned
