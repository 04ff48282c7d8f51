"""Log-odds of events: of rows as declared, and of the cells of a score grid."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Logits, PositiveLogits
from calibrant.prediction.rows import Rows
from calibrant.statistics.cells import tail_edges
from calibrant.statistics.score_grid import N_CELLS, View
from calibrant.statistics.tally import Tally
from calibrant.statistics.views import events_of

__all__ = ["Points", "points_of_cells", "points_of_rows"]

Column = Float64[np.ndarray, " point"]


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Outcomes by log-odds.

    Attributes
    ----------
    at : Float64[ndarray, "point"]
        Log-odds.
    up, down : Float64[ndarray, "point"]
        Weight of what came out and of what did not.
    ww, wwy, wwyy : Float64[ndarray, "point"]
        Squared weights, times the outcome, times its square.
    spread : Float64[ndarray, "point"]
        Bound of the sum of w (p - mean p)^2 over the rows that share the point; 0 for rows.
    steepest : Float64[ndarray, "point"]
        Largest slope 1 / (p (1 - p)) of the log-odds within the point's cell; of one row, its own.
    """

    at: Column
    up: Column
    down: Column
    ww: Column
    wwy: Column
    wwyy: Column
    spread: Column
    steepest: Column


def points_of_rows(rows: Rows, view: View) -> Points:
    """A point a row, at the log-odds of the declared form: a logit of 800 is kept as it is."""
    events = events_of(rows, view)
    at = _declared(rows, view).cpu().numpy()
    weight, outcome = (t.double().cpu().numpy() for t in (events.weight(), events.outcome))
    twice = weight**2
    return Points(
        *(at, weight * outcome, weight * (1 - outcome)),
        *(twice, twice * outcome, twice * outcome**2),
        *(np.zeros_like(at), np.zeros_like(at)),
    )


def points_of_cells(tally: Tally) -> Points:
    """Two points a cell, of what came out and of what did not, each at its own mean score.

    Where the mean is taken, moving rows to it changes sums in second order only. A mean of
    weights w and one of w^2 differ little within a cell, and only the interval has the second.
    """
    table = {name: tally[name].numpy() for name in tally.statistic.columns}
    held = table["count"] > 0
    low, high = (edge[held] for edge in _edges())
    w, wp, wpp, wy, wpy = (table[name][held] for name in ("w", "wp", "wpp", "wy", "wpy"))
    ww, wwy, wwyy = (table[name][held] for name in ("ww", "wwy", "wwyy"))
    spread = np.clip(wpp - wp**2 / w, 0, w * ((high - low) / 2) ** 2)
    alone, mean = table["count"][held] == 1, wp / w
    spread[alone] = 0
    with np.errstate(divide="ignore"):
        within = 1 / np.minimum(low * (1 - low), high * (1 - high))
        steepest = np.where(alone, 1 / (mean * (1 - mean)), within)
    sides = (
        (wy, wpy, wy, 0 * wy, wwy, wwy, wwyy),
        (w - wy, wp - wpy, 0 * wy, w - wy, ww - wwy, 0 * wy, 0 * wy),
    )
    parts: list[tuple[Column, ...]] = []
    for mass, moment, up, down, *squares in sides:
        some = mass > 1e-14 * w  # rounding of a difference aside
        prob = np.clip(moment[some] / mass[some], low[some], high[some])
        columns = (up, down, *squares, spread, steepest)
        with np.errstate(divide="ignore"):
            at = np.log(prob) - np.log1p(-prob)
        parts.append((at, *(column[some] for column in columns)))
    return Points(*(np.concatenate(pair) for pair in zip(*parts, strict=True)))


@lru_cache(maxsize=1)
def _edges() -> tuple[Float64[np.ndarray, " fine"], Float64[np.ndarray, " fine"]]:
    """Lower and upper edge of every fine cell of the score grid."""
    low, high = (edges.numpy() for edges in tail_edges(N_CELLS))
    inner = np.arange(1, N_CELLS) / N_CELLS
    edges = np.concatenate(([0.0], low, inner, high, [1.0]))
    return edges[:-1], edges[1:]


def _declared(rows: Rows, view: View) -> Float64[Tensor, " row"]:
    form = rows.declared if isinstance(rows, Predictions) else None
    if isinstance(form, PositiveLogits):
        values = form.values.double()
        return values.abs() if view == "top_label" else values
    if isinstance(form, Logits):
        values = form.values.double()
        if values.shape[1] == 2:
            gap = values[:, 1] - values[:, 0]
            return gap.abs() if view == "top_label" else gap
        top = values.max(dim=-1, keepdim=True)
        others = values.scatter(-1, top.indices, -torch.inf).logsumexp(dim=-1)
        return top.values.squeeze(-1) - others
    events = events_of(rows, view)
    prob = events.prob.double()
    odds = prob.log() - (-prob).log1p()
    return odds if events.mirrored is None else torch.where(events.mirrored, -odds, odds)
