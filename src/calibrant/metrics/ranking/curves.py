"""Curves over all thresholds: the threshold table, the ROC and the precision-recall curve."""

from dataclasses import dataclass, fields
from numbers import Integral

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float64

from calibrant.errors import InputError
from calibrant.metrics.ranking.of_class import steps_of_class
from calibrant.metrics.ranking.steps import Steps
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies

__all__ = [
    "Curve",
    "PrecisionRecallCurve",
    "RocCurve",
    "ThresholdTable",
    "precision_recall_curve",
    "roc_curve",
    "threshold_table",
]

Column = Float64[np.ndarray, " threshold"]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Columns of numbers, a threshold a row, the highest first."""

    threshold: Column

    def to_frame(self) -> pd.DataFrame:
        """The columns as a table."""
        return pd.DataFrame({field.name: getattr(self, field.name) for field in fields(self)})


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdTable(Curve):
    """What every threshold chooses.

    Attributes
    ----------
    threshold : Float64[ndarray, "threshold"]
        From rows a score, from which up rows are chosen; from tallies the edge of a cell, above
        which they are.
    tp, fp, fn, tn : Float64[ndarray, "threshold"]
        Weight of positives chosen, negatives chosen, positives left, negatives left.
    precision, recall, specificity, f1 : Float64[ndarray, "threshold"]
        Their ratios; NaN where there is nothing to take a share of.
    chosen : Float64[ndarray, "threshold"]
        Share of all rows that are chosen.
    """

    tp: Column
    fp: Column
    fn: Column
    tn: Column
    precision: Column
    recall: Column
    specificity: Column
    f1: Column
    chosen: Column


@dataclass(frozen=True, slots=True, eq=False)
class RocCurve(Curve):
    """Share of false alarms and recall at every threshold.

    The first point chooses nothing; its threshold is infinite.
    """

    false_alarms: Column
    recall: Column


@dataclass(frozen=True, slots=True, eq=False)
class PrecisionRecallCurve(Curve):
    """Precision and recall at every threshold; no point is added at a recall of 0."""

    precision: Column
    recall: Column


def threshold_table(
    rows: Rows | Tallies, *, class_name: str | int | None = None, at_most: int | None = None
) -> ThresholdTable:
    """What every threshold chooses: of the positive class of two, or of a class by name.

    Parameters
    ----------
    rows : Predictions, Events or Tallies
        From rows every distinct score is a threshold; from tallies the edges of the cells that
        hold rows: exact there, and no others are known.
    class_name : str or int, optional
        Class against the rest, by name or index; needed beyond two classes.
    at_most : int, optional
        Greatest number of thresholds: those that split the rows most evenly.

    Raises
    ------
    InputError
        If there is no such class, or the tallies do not hold its scores.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])
    >>> table = threshold_table(rows)
    >>> table.threshold.tolist(), table.tp.tolist(), table.fp.tolist()
    ([0.8, 0.4, 0.35, 0.1], [1.0, 1.0, 2.0, 2.0], [0.0, 1.0, 1.0, 2.0])
    """
    steps = steps_of_class(rows, class_name)
    at = _thinned(steps, at_most)
    hits, alarms = steps.hits.numpy(), steps.alarms.numpy()
    positives, negatives = (side[-1] if len(side) else 0.0 for side in (hits, alarms))
    tp, fp = hits[at], alarms[at]
    fn, tn = np.maximum(positives - tp, 0), np.maximum(negatives - fp, 0)
    return ThresholdTable(
        threshold=steps.scores.numpy()[at],
        tp=tp,
        fp=fp,
        fn=fn,
        tn=tn,
        precision=_over(tp, tp + fp),
        recall=_over(tp, tp + fn),
        specificity=_over(tn, fp + tn),
        f1=_over(2 * tp, 2 * tp + fp + fn),
        chosen=_over(tp + fp, tp + fp + fn + tn),
    )


def roc_curve(
    rows: Rows | Tallies, *, class_name: str | int | None = None, at_most: int | None = None
) -> RocCurve:
    """Recall against the share of false alarms; for the arguments see `threshold_table`.

    Examples
    --------
    >>> import calibrant as cal
    >>> curve = roc_curve(cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1]))
    >>> curve.false_alarms.tolist(), curve.recall.tolist()
    ([0.0, 0.0, 0.5, 0.5, 1.0], [0.0, 0.5, 0.5, 1.0, 1.0])
    """
    table = threshold_table(rows, class_name=class_name, at_most=at_most)
    alarms, recall = _over(table.fp, table.fp + table.tn), table.recall
    return RocCurve(
        np.concatenate(([np.inf], table.threshold)),
        false_alarms=np.concatenate(([0.0], alarms)),
        recall=np.concatenate(([0.0], recall)),
    )


def precision_recall_curve(
    rows: Rows | Tallies, *, class_name: str | int | None = None, at_most: int | None = None
) -> PrecisionRecallCurve:
    """Precision against recall; for the arguments see `threshold_table`.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])
    >>> precision_recall_curve(rows).precision.round(4).tolist()
    [1.0, 0.5, 0.6667, 0.5]
    """
    table = threshold_table(rows, class_name=class_name, at_most=at_most)
    return PrecisionRecallCurve(table.threshold, precision=table.precision, recall=table.recall)


def _thinned(steps: Steps, at_most: int | None) -> np.ndarray:
    """Indices of the steps to show: all, or those where the rows are split most evenly."""
    n_steps = len(steps.scores)
    if at_most is None or n_steps <= _checked(at_most):
        return np.arange(n_steps)
    total = (steps.up + steps.down).cumsum(-1)
    wanted = torch.arange(1, at_most + 1, dtype=torch.float64) / at_most * total[-1]
    return np.unique(torch.searchsorted(total, wanted).clamp(max=n_steps - 1).numpy())


def _checked(at_most: object) -> int:
    if isinstance(at_most, bool) or not isinstance(at_most, Integral) or int(at_most) < 1:
        got, remedy = f"{at_most!r}", "Leave it out for all thresholds."
        raise InputError("at_most", "be a whole number, at least 1", got, remedy)
    return int(at_most)


def _over(part: Column, whole: Column) -> Column:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
