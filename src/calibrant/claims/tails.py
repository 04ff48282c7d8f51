"""Tails: the rows that state at least a level, counted from rows or from the cells of a grid."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float64
from scipy.special import stdtrit
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.inference.effective import rows_behind
from calibrant.metrics.inference.uneven import too_uneven
from calibrant.metrics.unclustered import check_unclustered
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies, check_evaluable
from calibrant.statistics.cells import tail_edges
from calibrant.statistics.class_grids import N_CLASS_CELLS, ClassGrids
from calibrant.statistics.score_grid import N_CELLS, ScoreGrid
from calibrant.statistics.views import events_of

__all__ = ["VIEWS", "Tail", "tails_of"]

VIEWS = ("top_label", "positive")
"""Views that are no class; any other text names one."""

Counts = Float64[np.ndarray, "column"]


@dataclass(frozen=True, slots=True)
class Tail:
    """Rows that state a probability of at least a level.

    Attributes
    ----------
    threshold : float
        Least probability stated; of tallies the edge of a cell, at the level or just above.
    beyond : bool
        Whether rows that state the threshold itself are left out, as the cells leave them.
    n : int
        Rows.
    n_effective : float
        Rows of equal weight that would tell as much; of clustered rows, independent ones.
    stated, observed : float
        Mean probability stated, and share that came out; NaN without rows.
    n_clusters : int
        Clusters that the rows came in; 0 if they came in none.
    soft : bool
        Whether some labels are no 0 or 1.
    """

    threshold: float
    beyond: bool
    n: int
    n_effective: float
    stated: float
    observed: float
    n_clusters: int = 0
    soft: bool = False


def tails_of(rows: Rows | Tallies, view: str, levels: tuple[float, ...]) -> list[Tail]:
    """Tail of every level.

    Raises
    ------
    InputError
        If labels are missing, there is no such class, or the tallies hold no grid of the view.
    """
    if isinstance(rows, Tallies):
        check_unclustered("rows", rows, "a certificate", "Certify the rows themselves.")
        return _of_cells(rows, view, levels)
    check_evaluable(rows, (Predictions, Events), "a certificate")
    present = rows.present()
    events = _events(present, view)
    clusters = present.clusters
    codes = None if clusters is None else clusters.codes.numpy(force=True)
    stated, weight = events.stated, events.weight()
    outcome = events.outcome.double()
    found: list[Tail] = []
    for level in levels:
        inside = _reaching(events, level)
        p, w, y = (each[inside].numpy(force=True) for each in (stated, weight, outcome))
        units = None if codes is None else codes[inside.numpy(force=True)]
        found.append(_counted(level, p, w, y, units))
    return found


def _counted(level: float, p: Counts, w: Counts, y: Counts, units: np.ndarray | None) -> Tail:
    """Tail of the rows at hand."""
    if not len(w):
        return Tail(level, beyond=False, n=0, n_effective=0.0, stated=math.nan, observed=math.nan)
    total = float(w.sum())
    observed = float(w @ y) / total
    effective, n_clusters = total * total / float(w @ w), 0
    soft = bool(((y > 0) & (y < 1)).any())
    if units is None and not soft:
        came = float(w * w @ y)
        if not too_uneven(float(len(w)), effective):
            effective = rows_behind(observed, came, max(float(w @ w) - came, 0.0), total)
    if units is not None:
        cluster = np.unique(units, return_inverse=True)[1]
        n_clusters = int(cluster.max()) + 1
        gap = np.bincount(cluster, weights=w * (y - observed)) / total
        mass = np.bincount(cluster, weights=w) / total
        effective = _independent(observed, gap, mass, effective)
    stated = float(w @ p) / total
    return Tail(
        level,
        beyond=False,
        n=len(w),
        n_effective=effective,
        stated=stated,
        observed=observed,
        n_clusters=n_clusters,
        soft=soft,
    )


def _independent(observed: float, gap: Counts, mass: Counts, effective: float) -> float:
    """Independent rows that would tell as much as these clusters do, after Korn and Graubard.

    The variance between clusters sets their number, never more than the rows; the degrees of
    freedom, one less than the clusters, bring it down further. Where all or none came out
    nothing tells how alike the rows of a cluster are, and each cluster counts as one row.
    """
    clusters = 1 / float(mass @ mass)
    spread = observed * (1 - observed)
    variance = float(gap @ gap)
    if spread <= 0 or clusters <= 1 + 1e-9:
        return min(clusters, effective)
    variance *= clusters / (clusters - 1)
    design = effective if variance <= 0 else min(effective, spread / variance)
    shrink = stdtrit(max(effective - 1, 1), 0.975) / stdtrit(clusters - 1, 0.975)
    return max(1.0, design * min(1.0, float(shrink)) ** 2)


def _events(rows: Rows, view: str) -> Events:
    """Event of every row: of a view, or that a class came out."""
    if view in VIEWS:
        return events_of(rows, "top_label" if view == "top_label" else "positive")
    k = _class(rows.class_names, view)
    if isinstance(rows, Events):
        return rows if k == 1 else _complement(rows)
    assert isinstance(rows, Predictions)
    outcome = rows.soft[:, k] if rows.soft is not None else rows.hard == k
    if rows.is_positive:
        positive = rows.positive()
        return positive if k == 1 else _complement(positive)
    return Events(rows.full_probs[:, k], outcome, rows.weights)


def _complement(events: Events) -> Events:
    """The same events, not happening."""
    outcome = events.outcome
    other = ~outcome if outcome.dtype == torch.bool else 1 - outcome
    mirrored = torch.ones(len(events), dtype=torch.bool, device=events.device)
    flipped = mirrored if events.mirrored is None else ~events.mirrored
    return Events(events.prob, other, events.weights, flipped)


def _class(names: tuple[str, ...], view: str) -> int:
    if view in names:
        return names.index(view)
    few = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    rule = f"be top_label, positive or a class, {few}"
    raise InputError("view", rule, f"{view!r}", "Name a class as the rows do.")


def _reaching(events: Events, level: float) -> Tensor:
    """Whether every event states at least `level`, compared in the dtype of the probabilities.

    Of a complement ``1 - p`` the level is mirrored, so that nothing is rounded across it.
    """
    prob = events.prob
    straight = prob >= torch.tensor(level, dtype=torch.float64).to(prob.dtype).to(prob.device)
    if events.mirrored is None:
        return straight
    other = torch.tensor(round(1 - level, 15), dtype=torch.float64).to(prob.dtype)
    return torch.where(events.mirrored, prob <= other.to(prob.device), straight)


def _of_cells(tallies: Tallies, view: str, levels: tuple[float, ...]) -> list[Tail]:
    """Tails of tallies, from the first edge of a cell that is not below each level."""
    sums, edges, beyond = _cells(tallies, view)
    found: list[Tail] = []
    for level in levels:
        first = int(np.searchsorted(edges, level - 1e-12))
        threshold = level if abs(edges[first] - level) < 1e-12 else float(edges[first])
        count, w, wp, wy, wyy, ww, wwy = (float(each[first:].sum()) for each in sums)
        if not count:
            nan = math.nan
            found.append(Tail(threshold, beyond, 0, n_effective=0.0, stated=nan, observed=nan))
            continue
        soft = abs(wyy - wy) > 1e-9 * w
        n = round(count)
        observed = min(1.0, wy / w)
        rows = w * w / ww
        if not soft and not too_uneven(float(n), rows):
            rows = rows_behind(observed, wwy, max(ww - wwy, 0.0), w)
        found.append(Tail(threshold, beyond, n, rows, wp / w, observed, soft=soft))
    return found


def _cells(
    tallies: Tallies, view: str
) -> tuple[list[Float64[np.ndarray, " cell"]], Float64[np.ndarray, " edge"], bool]:
    """Sums of every cell, its lower edge, and whether that edge itself lies in the cell below."""
    names = ("count", "w", "wp", "wy", "wyy", "ww", "wwy")
    if view in VIEWS:
        for closed in ("left", "right"):
            grid = ScoreGrid("top_label" if view == "top_label" else "positive", closed=closed)
            if grid in tallies.parts:
                tally = tallies.parts[grid]
                sums = [tally[name].numpy(force=True) for name in names]
                return sums, _edges(N_CELLS), closed == "right"
        remedy = f"Tally them with metrics=['{view}_ece'], or certify the rows themselves."
        raise InputError("rows", f"be tallies that hold a score grid of {view}", "others", remedy)
    k = _class(tallies.class_names, view)
    if ClassGrids() not in tallies.parts:
        remedy = "Tally them with metrics=['classwise_ece'], or certify the rows themselves."
        raise InputError("rows", "be tallies that hold a grid of every class", "others", remedy)
    tally = tallies.parts[ClassGrids()]
    return [tally[name][k].numpy(force=True) for name in names], _edges(N_CLASS_CELLS), True


def _edges(n_cells: int) -> Float64[np.ndarray, " edge"]:
    """Lower edge of every cell of a grid whose first and last cells are cut further, and 1."""
    low, high = (part.numpy() for part in tail_edges(n_cells))
    return np.concatenate(([0.0], low, np.arange(1, n_cells) / n_cells, high, [1.0]))
