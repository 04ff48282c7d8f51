"""Groups of yes/no events that share a score, in rising order: from rows, or cells of a tally."""

from dataclasses import dataclass, fields

import numpy as np
import torch
from jaxtyping import Bool, Float64

from calibrant.prediction.rows import Rows
from calibrant.statistics.score_grid import View
from calibrant.statistics.scores import scores_of
from calibrant.statistics.tally import Tally
from calibrant.statistics.ties import TieMarks

__all__ = ["SUMS", "Groups", "groups_of_cells", "groups_of_rows"]

Sums = Float64[np.ndarray, " group"]
SUMS = ("w", "wp", "wy", "wpp", "wpy", "wyy", "ww", "wwy")


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Power sums of weight w, probability p and outcome y in every group.

    Attributes
    ----------
    count : Float64[ndarray, "group"]
        Rows.
    w, wp, wy, wpp, wpy, wyy, ww, wwy : Float64[ndarray, "group"]
        Sums over them.
    single : Bool[ndarray, "group"]
        Whether all rows of the group state one score; from rows they do.
    """

    count: Sums
    w: Sums
    wp: Sums
    wy: Sums
    wpp: Sums
    wpy: Sums
    wyy: Sums
    ww: Sums
    wwy: Sums
    single: Bool[np.ndarray, " group"]

    @property
    def occupied(self) -> "Groups":
        """The groups that hold any rows."""
        kept = np.flatnonzero(self.count)
        return Groups(**{f.name: getattr(self, f.name).take(kept) for f in fields(self)})

    @property
    def n(self) -> int:
        """Number of rows."""
        return round(float(self.count.sum()))

    @property
    def weight(self) -> float:
        """Weight of all rows."""
        return float(self.w.sum())

    @property
    def n_effective(self) -> float:
        """Effective number of rows."""
        return self.weight**2 / float(self.ww.sum())

    @property
    def hard(self) -> bool:
        """Whether all outcomes are 0 or 1, but for rounding."""
        return float(np.abs(self.wy - self.wyy).sum()) <= 1e-9 * self.weight

    @property
    def rounding(self) -> float:
        """How far a mean of numbers of up to 1 may be off, added up row by row in every group."""
        return 2.0**-52 * (1000 + float(self.count.max()))

    @property
    def spread(self) -> Sums:
        """Weighted sum of squared distances of the outcomes from their mean, group by group."""
        return np.maximum(self.wyy - self.wy**2 / self.w, 0)

    @property
    def uncertainty(self) -> float:
        """Variance of the outcomes of all rows; ``y (1 - y)`` at their mean for hard labels."""
        mean = float(self.wy.sum()) / self.weight
        return max(float(self.wyy.sum()) / self.weight - mean * mean, 0.0)

    @property
    def squared_error(self) -> float:
        """Brier score of all rows, 0 to 1."""
        gap = (self.wp - self.wy) / self.w
        alike = self.w * gap * gap + self.spread  # of equal probabilities: nothing cancels
        each = np.where(self.single, alike, self.wpp - 2 * self.wpy + self.wyy)
        return max(float(each.sum()) / self.weight, 0.0)

    @property
    def expected_squared_error(self) -> float:
        """Brier score of hard labels drawn from the soft ones, on average."""
        return self.squared_error + float((self.wy - self.wyy).sum()) / self.weight


def groups_of_cells(grid: Tally, marks: Tally) -> Groups:
    """Occupied cells of a score grid."""
    statistic = marks.statistic
    assert isinstance(statistic, TieMarks)
    sums = {column: grid[column].numpy() for column in ("count", *SUMS)}
    single = statistic.single(marks, grid["count"]).numpy()
    return Groups(**sums, single=single).occupied


def groups_of_rows(rows: Rows, view: View) -> Groups:
    """Rows grouped by exact score; all of them count."""
    events, scores = scores_of(rows, view)
    outcome, weights = events.outcome, events.weights
    if weights is None and outcome.dtype == torch.bool and scores.scale == "probability":
        return _of_hard(events.stated.numpy(force=True), outcome.numpy(force=True))
    ranks = scores.values.double().numpy(force=True)
    order = np.argsort(ranks, kind="stable")
    y = outcome.double().numpy(force=True)[order]
    w = events.weight().numpy(force=True)[order]
    start = _starts(ranks[order])
    p = events.stated.numpy(force=True)[order]
    count = np.diff(start, append=len(order)).astype(np.float64)
    each_row = w, w * y, w * y * y, w * w, w * w * y
    mass, *outcomes = (np.add.reduceat(each, start) for each in each_row)
    # equal but for the rounding of a complement
    p = np.add.reduceat(w * p, start) / mass if events.mirrored is not None else p[start]
    return _stating(p, count, sums=(mass, *outcomes))


def _of_hard(stated: Sums, outcome: Bool[np.ndarray, " row"]) -> Groups:
    """As `groups_of_rows` for probabilities, hard labels and no weights: one sort, of integers.

    The bits of a float64 in [0, 1] rise with it and leave two bits free; one takes the outcome.
    """
    keys = (stated + 0.0).view(np.int64)
    keys = (keys << 1) | outcome
    keys.sort()
    hits, bits = (keys & 1).astype(np.float64), keys >> 1
    start = _starts(bits)
    count = np.diff(start, append=len(keys)).astype(np.float64)
    wy = np.add.reduceat(hits, start)
    return _stating(bits[start].view(np.float64), count, sums=(count, wy, wy, count, wy))


def _starts(ordered: np.ndarray) -> np.ndarray:
    """Index of the first row of every run of equal values."""
    new = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return np.flatnonzero(new)


def _stating(p: Sums, count: Sums, *, sums: tuple[Sums, ...]) -> Groups:
    """Groups of which each states one probability, from sums of w, wy, wyy, ww and wwy."""
    w, wy, wyy, ww, wwy = sums
    single = np.ones(len(p), dtype=bool)
    return Groups(count, w, w * p, wy, w * p * p, p * wy, wyy, ww, wwy, single)
