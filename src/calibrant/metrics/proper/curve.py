"""The isotonic curve: what is stated against what came out, without bins."""

from dataclasses import dataclass

import numpy as np

from calibrant.errors import InputError
from calibrant.metrics.proper.groups import groups_of_cells, groups_of_rows
from calibrant.metrics.proper.isotonic import isotonic_blocks
from calibrant.metrics.settings import check_view
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies, check_evaluable
from calibrant.statistics.joint import Joint
from calibrant.statistics.score_grid import ScoreGrid, View
from calibrant.statistics.ties import TieMarks

__all__ = ["IsotonicCurve", "isotonic_curve"]


@dataclass(frozen=True, slots=True)
class IsotonicCurve:
    """Blocks of stated probability on which the recalibrated one is constant, in rising order.

    Attributes
    ----------
    view : str
        Event of a row: "top_label" or "positive".
    lower, upper : tuple of float
        Least and greatest probability stated in every block; from a tally, mean probability of
        its first and last cell.
    stated, recalibrated : tuple of float
        Mean stated probability, and share that came out: isotonic regression.
    weight, n : tuple
        Weight of the rows of every block, and their number.
    """

    view: View
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    stated: tuple[float, ...]
    recalibrated: tuple[float, ...]
    weight: tuple[float, ...]
    n: tuple[int, ...]


def isotonic_curve(rows: Rows | Tallies, *, view: View = "positive") -> IsotonicCurve:
    """Isotonic (CORP) reliability curve, exact from rows; from tallies cells count as ties.

    Parameters
    ----------
    rows : Predictions, Events or Tallies
        Labelled rows, or tallies that were taken for ``brier_miscalibration`` of that view.
    view : "positive" or "top_label", default "positive"
        Event of a row: the positive class of two came out, or the likeliest class is right.

    Raises
    ------
    InputError
        If labels are missing, rows have no positive class, or the tallies hold no such sums.

    References
    ----------
    .. [1] Dimitriadis, Gneiting, Jordan. "Stable Reliability Diagrams for Probabilistic
       Classifiers." PNAS 118, 2021.

    Examples
    --------
    >>> import calibrant as cal
    >>> curve = isotonic_curve(cal.events(probs=[0.25, 0.5, 0.75, 1.0], outcomes=[0, 1, 0, 1]))
    >>> curve.stated, curve.recalibrated  # of .5 and .75 half came out
    ((0.25, 0.625, 1.0), (0.0, 0.5, 1.0))
    """
    check_view(view)
    statistic = Joint((ScoreGrid(view), TieMarks(view)))
    if not isinstance(rows, Tallies):
        check_evaluable(rows, (Predictions, Events), "the isotonic curve")
        groups = groups_of_rows(rows.present(), view)
    elif rows.holds(statistic):
        groups = groups_of_cells(*statistic.split(rows.tally_of(statistic)))
    else:
        remedy = f"Tally them with metrics=['{view}_brier_miscalibration']."
        raise InputError("rows", f"be tallies that hold {statistic}", "others", remedy)
    blocks, stated = isotonic_blocks(groups.w, groups.wy), groups.wp / groups.w
    last = np.append(blocks.start[1:], len(stated)) - 1 if len(stated) else blocks.start
    wp, count = (
        np.add.reduceat(each, blocks.start) if len(each) else each
        for each in (groups.wp, groups.count)
    )
    return IsotonicCurve(
        view,
        lower=tuple(stated[blocks.start].tolist()),
        upper=tuple(stated[last].tolist()),
        stated=tuple((wp / blocks.w).tolist()),
        recalibrated=tuple((blocks.wy / blocks.w).tolist()),
        weight=tuple(blocks.w.tolist()),
        n=tuple(round(c) for c in count.tolist()),
    )
