"""From rows, or tallies of rows, to a reliability curve with its band."""

from dataclasses import fields
from typing import get_args

import numpy as np
from scipy.optimize import isotonic_regression

from calibrant.errors import InputError
from calibrant.metrics.bands import binned, redrawn, smooth
from calibrant.metrics.bands.cells import Cells, cells_of
from calibrant.metrics.bands.curve import Band, Kind, ReliabilityCurve
from calibrant.metrics.bands.of_class import scores_of_class
from calibrant.metrics.bands.runs import at_each, everywhere
from calibrant.metrics.base import LEVEL
from calibrant.metrics.class_index import index_of_class
from calibrant.metrics.settings import check_bins, check_choice, check_view, checked_level
from calibrant.metrics.unclustered import check_unclustered
from calibrant.prediction.fit_rows import others_than_fit
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies, check_rows, tally_rows
from calibrant.statistics.cells import N_TAIL
from calibrant.statistics.class_grids import N_CLASS_CELLS, ClassGrids
from calibrant.statistics.score_grid import N_CELLS, ScoreGrid, View
from calibrant.statistics.tally import Tally

__all__ = ["reliability_curve"]

MOST_GROUPS = 500  # points of an isotonic curve, of nearly as many rows each

METHODS = {
    ("binned", "confidence", False): "Wilson, bin by bin",
    ("binned", "confidence", True): "Clopper-Pearson, Sidak over the bins",
    ("binned", "consistency", False): "sums of the rows' own chances, bin by bin",
    ("binned", "consistency", True): "sums of the rows' own chances, Sidak over the bins",
    ("isotonic", "confidence", False): "Clopper-Pearson of runs about each point of a rising curve",
    ("isotonic", "confidence", True): "Clopper-Pearson of runs of a rising curve, Bonferroni",
    ("isotonic", "consistency", False): "1,000 curves of redrawn outcomes, point by point",
    ("isotonic", "consistency", True): "1,000 curves of redrawn outcomes, all points at once",
    ("smooth", "consistency", False): "1,000 smooth curves of redrawn outcomes, point by point",
    ("smooth", "consistency", True): "1,000 smooth curves of redrawn outcomes, all points at once",
}


def reliability_curve(
    rows: Rows | Tallies,
    *,
    view: View = "top_label",
    class_name: str | int | None = None,
    kind: Kind = "binned",
    band: Band = "confidence",
    simultaneous: bool = False,
    level: float = LEVEL,
    n_bins: int = 15,
    allow_fit_rows: bool = False,
) -> ReliabilityCurve:
    """Reliability curve with a confidence or a consistency band, read from a tally.

    A confidence band lies around the curve and holds the true one. A consistency band lies
    around the diagonal and holds the curve that these scores would show, were every probability
    true. Bands cost the same at any number of rows.

    Parameters
    ----------
    rows : Predictions, Events or Tallies
        Labelled rows, or tallies that hold the score grid of `view`.
    view : "top_label" or "positive", default "top_label"
        Event of a row: its likeliest class is right, or the positive class of two came out.
    class_name : str or int, optional
        A class against the rest, by name or index, in place of `view`; from tallies that hold
        the grids of every class. Their cells, 600 of equal width and finer next to 0 and 1, are
        those of the curve.
    kind : "binned", "isotonic" or "smooth", default "binned"
        Shares of bins of equal width; or, without bins, the rising curve that fits best, or a
        kernel regression that is as wide as the smooth calibration error, at up to 200 places.
        Of an isotonic curve the cells of the grid are the scores; over 500 are merged into points
        of nearly as many rows each.
    band : "confidence" or "consistency", default "confidence"
        Around the curve, or around the diagonal; of a smooth curve only the latter.
    simultaneous : bool, default False
        Let the band hold everywhere at once.
    level : float, default 0.95
        Coverage of the band.
    n_bins : int, default 15
        Bins of a binned curve.
    allow_fit_rows : bool, default False
        Accept rows that a calibrator was fitted on; see `calibrant.evaluate`.

    Raises
    ------
    InputError
        If labels are missing, rows come in clusters, a choice or the class is unknown, the tallies
        hold no such grid, labels are soft for a consistency band (how far they would scatter is not
        known), a smooth curve is asked for a confidence band (its kernel moves it off the true
        one), or rows that a calibrator was fitted on are among them and not allowed.

    Notes
    -----
    ======== =========== =========================== ==========================================
    kind     band        at each point               everywhere at once
    ======== =========== =========================== ==========================================
    binned   confidence  Wilson                      Clopper-Pearson, Sidak over bins: exact
    binned   consistency sums of unlike coins, exact the same, Sidak over bins: exact
    isotonic confidence  Clopper-Pearson over runs   the same, all runs: exact, if rising
    isotonic consistency outcomes drawn again        the same, stretched by one factor
    smooth   consistency outcomes drawn again        the same, stretched by one factor
    ======== =========== =========================== ==========================================

    With weights the effective number of rows takes the place of that of the rows; of confidence
    bands it is the one that the variance of a weighted share tells. A confidence
    band of an isotonic curve holds only if the true curve rises.

    A smooth curve has the reflected Gaussian kernel of `SmoothCalibrationError`, whose deviation
    is that error itself, and stands in ``width``. Means of outcomes are drawn over means of stated
    probabilities of the same weights, so that true probabilities lie on the diagonal, at the ends
    too. Its band holds for that width, which is not chosen again when outcomes are drawn.

    References
    ----------
    .. [1] Brocker, Smith. "Increasing the Reliability of Reliability Diagrams." Weather and
       Forecasting 22, 2007.
    .. [2] Dimitriadis, Gneiting, Jordan. "Stable Reliability Diagrams for Probabilistic
       Classifiers." PNAS 118, 2021.
    .. [3] Dimitriadis, Duembgen, Henzi, Puke, Ziegel. "Honest Calibration Assessment for Binary
       Outcome Predictions." Biometrika 110, 2023.
    .. [4] Blasiok, Nakkiran. "Smooth ECE: Principled Reliability Diagrams via Kernel Smoothing."
       ICLR 2024 (2309.12500).

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.25] * 8 + [0.75] * 8, outcomes=[0] * 8 + [1] * 8)
    >>> curve = reliability_curve(rows, n_bins=2, band="consistency")
    >>> curve.low  # of 8 coins of .25: none has a chance of .1; of .75: 2 or less .004
    (0.0, 0.375)
    """
    _check_choices(view, kind, band, n_bins)
    level = checked_level(level)
    least = n_bins if kind == "binned" else 1
    grid = ScoreGrid.holding(view, least) if class_name is None else ClassGrids.holding(least)
    of_fit: tuple[str, ...] = ()
    if not isinstance(rows, Tallies):
        check_rows(rows)
        others = others_than_fit(rows, allow_fit_rows=allow_fit_rows)
        of_fit, rows = others.notes[len(rows.notes) :], others
    check_unclustered("rows", rows, "a band", "Draw the band of one row of each cluster.")
    tally, k = _tally(rows, grid, view, n_bins, class_name)
    if kind == "smooth" and k is not None:
        tally, k = scores_of_class(tally, k), None
    cells = cells_of(tally, k)
    if band == "consistency" and len(cells) and cells.is_soft:
        other = ' of kind="binned" or "isotonic"' if kind == "smooth" else ""
        remedy = f"Ask for a confidence band{other}."
        raise InputError("labels", "be hard for a consistency band", "soft ones", remedy)
    points: Cells | smooth.SmoothCurve
    edges: tuple[np.ndarray, np.ndarray]
    width: float | None = None
    if not len(cells):
        points, ends, edges, observed = cells, (cells.w, cells.w), (cells.w, cells.w), cells.w
    elif kind == "binned":
        bin_of = _bin_of(tally, n_bins, k)
        start = np.flatnonzero(np.diff(bin_of, prepend=-1))
        points, held = cells.merged(start), bin_of[start]
        edges, observed = (held / n_bins, (held + 1) / n_bins), points.came
        if band == "confidence":
            ends = binned.confidence(points, level, simultaneous=simultaneous)
        else:
            stop = np.append(start[1:], len(cells))
            parts = [_some(cells, slice(a, b)) for a, b in zip(start, stop, strict=True)]
            ends = binned.consistency(points, parts, level, simultaneous=simultaneous)
    elif kind == "smooth":
        width = smooth.width_of(tally, view if class_name is None else "positive")
        points = curve = smooth.smooth_curve(cells, width)
        edges, observed = (curve.lower, curve.upper), curve.observed
        ends = smooth.consistency(cells, curve, width, level, simultaneous=simultaneous)
    else:
        start = cells.starts(MOST_GROUPS)
        points, stop = cells.merged(start), np.append(start[1:], len(cells))
        edges = cells.stated[start], cells.stated[stop - 1]
        observed = isotonic_regression(points.came, weights=points.w).x
        if band == "confidence":
            ends = (everywhere if simultaneous else at_each)(points, level)
        else:
            ends = redrawn.consistency(points, level, simultaneous=simultaneous)
    return ReliabilityCurve(
        view=view if class_name is None else "class",
        kind=kind,
        band=band,
        simultaneous=simultaneous,
        level=level,
        method=METHODS[kind, band, simultaneous],
        lower=tuple(edges[0].tolist()),
        upper=tuple(edges[1].tolist()),
        n=tuple(round(c) for c in points.count.tolist()),
        weight=tuple(points.w.tolist()),
        stated=tuple(points.stated.tolist()),
        observed=tuple(np.asarray(observed).tolist()),
        low=tuple(ends[0].tolist()),
        high=tuple(ends[1].tolist()),
        note="; ".join((*_notes(cells), *of_fit)),
        width=width,
    )


def _check_choices(view: View, kind: Kind, band: Band, n_bins: int) -> None:
    check_view(view)
    check_bins(n_bins)
    check_choice("kind", kind, get_args(Kind))
    check_choice("band", band, get_args(Band))
    if kind == "smooth" and band == "confidence":
        remedy = 'Ask for band="consistency"; binned and isotonic curves have either.'
        raise InputError("band", 'be "consistency" for a smooth curve', repr(band), remedy)


def _tally(
    rows: Rows | Tallies,
    grid: ScoreGrid | ClassGrids,
    view: View,
    n_bins: int,
    class_name: str | int | None,
) -> tuple[Tally, int | None]:
    """Sums of the cells, and the class that is looked at, if any."""
    tallies = rows if isinstance(rows, Tallies) else tally_rows(rows, [grid])
    if grid not in tallies.parts:
        told = f"{view if class_name is None else 'classwise'}_ece"
        name = told if grid.n_cells in (N_CELLS, N_CLASS_CELLS) else f"{told}_{n_bins}"
        remedy = f"Tally them with metrics=['{name}']."
        raise InputError("rows", f"be tallies that hold {grid}", "others", remedy)
    k = None if class_name is None else index_of_class(tallies, class_name)
    return tallies.parts[grid], k


def _bin_of(tally: Tally, n_bins: int, k: int | None) -> np.ndarray:
    """Bin of every cell that holds rows, of class `k` where there is a grid of each."""
    count = tally["count"] if k is None else tally["count"][k]
    cell = np.flatnonzero(count.numpy(force=True))
    grid = tally.statistic
    assert isinstance(grid, (ScoreGrid, ClassGrids))
    if len(count) > grid.n_cells:  # the first cell and the last are cut further
        cell = np.clip(cell - N_TAIL, 0, grid.n_cells - 1)
    return cell // (grid.n_cells // n_bins)


def _some(cells: Cells, which: slice) -> Cells:
    return Cells(**{f.name: getattr(cells, f.name)[which] for f in fields(cells)})


def _notes(cells: Cells) -> list[str]:
    notes: list[str] = []
    if len(cells) and cells.is_weighted:
        notes.append("rows weigh unlike: the band rests on the effective number of rows")
    if len(cells) and cells.is_soft:
        notes.append("labels are soft: the band is that of hard ones, which scatter more")
    return notes
