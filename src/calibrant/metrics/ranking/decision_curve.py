"""The decision curve: what acting on a model is worth at every threshold."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float64

from calibrant.errors import InputError
from calibrant.metrics.intervals import mean_interval
from calibrant.metrics.ranking.curve_point import FEWEST
from calibrant.metrics.ranking.of_class import no_spread, steps_of_class
from calibrant.metrics.settings import checked_level
from calibrant.prediction.base import Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies
from calibrant.statistics.score_grid import N_CELLS

__all__ = ["DecisionCurve", "decision_curve"]

SLACK = 1e-12

Column = Float64[np.ndarray, " threshold"]


@dataclass(frozen=True, slots=True, eq=False)
class DecisionCurve:
    """Net benefit of acting on a model, on all rows, and on none (which is 0).

    Attributes
    ----------
    threshold : Float64[ndarray, "threshold"]
        Probability from which up one acts.
    net_benefit : Float64[ndarray, "threshold"]
        Of acting on the model, in true positives a row.
    low, high : Float64[ndarray, "threshold"]
        Ends of its interval at each threshold by itself; NaN where fewer than ten effective rows
        are acted on, and where `why` says why.
    act_on_all : Float64[ndarray, "threshold"]
        Net benefit of acting on every row.
    gain, gain_low, gain_high : Float64[ndarray, "threshold"]
        Net benefit of the model less that of acting on every row, and its interval, of the same
        rows at once; NaN where fewer than ten effective rows are left, and where `why` says why.
    tp, fp, fn, tn : Float64[ndarray, "threshold"]
        Weight of positives acted on, negatives acted on, positives left, negatives left.
    level : float
        Coverage of each interval.
    why : str
        Why there is no interval anywhere; empty where there is.
    """

    threshold: Column
    net_benefit: Column
    low: Column
    high: Column
    act_on_all: Column
    gain: Column
    gain_low: Column
    gain_high: Column
    tp: Column
    fp: Column
    fn: Column
    tn: Column
    level: float
    why: str = ""

    def to_frame(self) -> pd.DataFrame:
        """The columns as a table."""
        names = [field.name for field in fields(self)][:12]
        return pd.DataFrame({name: getattr(self, name) for name in names})


def decision_curve(
    rows: Rows | Tallies,
    *,
    class_name: str | int | None = None,
    thresholds: Sequence[float] | Column | None = None,
    level: float = 0.95,
) -> DecisionCurve:
    r"""Net benefit of acting where the stated probability reaches a threshold.

    .. math:: \frac{TP - FP \, t / (1 - t)}{n}

    Who acts from a probability of t on holds a false alarm to cost t / (1 - t) of what a hit is
    worth. A model is of use at thresholds where it beats both acting on all rows and on none.

    Parameters
    ----------
    rows : Predictions, Events or Tallies
        What is decided on; for what tallies must hold see `threshold_table`.
    class_name : str or int, optional
        Class against the rest, by name or index; needed beyond two classes.
    thresholds : sequence or array of float, optional
        In (0, 1); else .01, .02, ..., .99. From tallies they must be edges of cells, multiples of
        1/14,400, and rows right at an edge count as below it.
    level : float, default 0.95
        Coverage of the interval, Student's of a mean, at each threshold by itself.

    Raises
    ------
    InputError
        If there is no such class, the tallies do not hold its scores, or a threshold is none.

    References
    ----------
    .. [1] Vickers, Elkin. "Decision Curve Analysis: A Novel Method for Evaluating Prediction
       Models." Medical Decision Making 26, 2006.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])
    >>> curve = decision_curve(rows, thresholds=[0.2, 0.5])
    >>> curve.net_benefit.tolist(), curve.act_on_all.tolist()  # (2 - 1 / 4) / 4; 1 / 4
    ([0.4375, 0.25], [0.375, 0.0])
    """
    at, level = _checked(thresholds), checked_level(level)
    steps = steps_of_class(rows, class_name)
    scores = steps.scores.numpy()
    if isinstance(rows, Tallies):
        _check_edges(at)
    least = at if isinstance(rows, Tallies) else np.minimum(at, _as_stated(at, rows))
    chosen = np.searchsorted(-scores, -least + SLACK, side="right")
    sides = [
        np.concatenate(([0.0], side.cumsum(-1).numpy()))
        for side in (steps.up, steps.down, steps.up_twice, steps.down_twice)
    ]
    hits, alarms, hits_twice, alarms_twice = (side[-1] for side in sides)
    n, twice = hits + alarms, hits_twice + alarms_twice
    if not n > 0:
        none, zero = np.full_like(at, np.nan), np.zeros_like(at)
        counts = zero, zero, zero, zero
        return DecisionCurve(at, none, none, none, none, none, none, none, *counts, level)
    cost, why = at / (1 - at), no_spread(rows, steps)
    worth = partial(_worth, cost=cost, n=n, twice=twice, level=level, why=why)
    acted = [side[chosen] for side in sides]
    left = [np.maximum(side[-1] - side[chosen], 0) for side in sides]
    benefit, low, high = worth(*acted)
    lost, least_lost, most_lost = worth(*left)
    act_on_all = (hits - cost * alarms) / n
    ends, counts = (0 - most_lost, 0 - least_lost), (*acted[:2], *left[:2])
    return DecisionCurve(
        at, benefit, low, high, act_on_all, 0 - lost, *ends, *counts, level=level, why=why
    )


def _worth(
    hits: Column,
    alarms: Column,
    hits_twice: Column,
    alarms_twice: Column,
    *,
    cost: Column,
    n: float,
    twice: float,
    level: float,
    why: str,
) -> tuple[Column, Column, Column]:
    """What some of the rows are worth a row of all, hits less dear alarms, and its interval."""
    mean = (hits - cost * alarms) / n
    square = hits_twice + cost**2 * alarms_twice
    product = hits_twice - cost * alarms_twice
    spread = (square - 2 * mean * product + mean**2 * twice) / n**2
    rows = _over((hits + alarms) ** 2, hits_twice + alarms_twice)
    return mean, *_ends(mean, spread, rows * (not why), n**2 / twice, level)


def _as_stated(at: Column, rows: Rows) -> Column:
    """Thresholds as rows can state them: .7 of float32 is a little less."""
    stated = rows.declared.values if isinstance(rows, Predictions) else None
    narrow = stated is not None and stated.dtype != torch.float64
    return at.astype(np.float32).astype(np.float64) if narrow else at


def _ends(
    mean: Column, spread: Column, rows: Column, n_effective: float, level: float
) -> tuple[Column, Column]:
    """Ends of the intervals; NaN where there are fewer than ten effective rows."""
    low, high = np.full((2, len(mean)), np.nan)
    unbiased = n_effective / max(n_effective - 1, 1e-9)
    for k in np.flatnonzero(rows >= FEWEST - 1e-9):
        variance = float(spread[k]) * unbiased
        end = mean_interval(float(mean[k]), variance, n_effective, level, least=-np.inf)
        if end.low is not None and end.high is not None:
            low[k], high[k] = end.low, end.high
    return low, high


def _over(part: Column, whole: Column) -> Column:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _checked(thresholds: Sequence[float] | Column | None) -> Column:
    if thresholds is None:
        return np.arange(1, 100) / 100
    at = np.array(thresholds, dtype=np.float64)
    if at.ndim != 1 or not at.size or not bool(((at > 0) & (at < 1)).all()):
        rule, remedy = "be numbers between 0 and 1", "Leave it out for .01, .02, ..., .99."
        raise InputError("thresholds", rule, f"{thresholds!r:.80}", remedy)
    return np.sort(at)


def _check_edges(at: Column) -> None:
    off = at * N_CELLS
    bad = np.abs(off - np.rint(off)) > 1e-9
    if bad.any():
        rule = f"be multiples of 1/{N_CELLS:,}, where tallies know what is chosen"
        remedy = "Take such thresholds, or the rows themselves."
        raise InputError("thresholds", rule, f"{at[bad][0]:g}", remedy)
