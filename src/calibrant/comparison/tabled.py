"""Difference of two numbers of the confusion matrix, by the influence of every row on both."""

import math

import numpy as np
import torch
from jaxtyping import Float64

from calibrant.comparison.by_influence import difference_by_influence
from calibrant.comparison.difference import Difference, unsure
from calibrant.comparison.pair import Pair
from calibrant.metrics.base import TallyMetric
from calibrant.prediction.base import Predictions
from calibrant.prediction.decisions import Decisions
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.confusion import Confusion
from calibrant.statistics.tally import Tally

__all__ = ["tabled_difference"]

METHOD = "delta method, paired (t)"
CONVENTION = "the value of one is set by convention, and does not move with the rows"


def tabled_difference(metric: TallyMetric, pair: Pair, level: float) -> Difference:
    r"""F-score, MCC, kappa or another number of the confusion matrix, first less second.

    The number of each model has a gradient by the cells of its matrix. A row stands in one cell of
    either; its influence on the difference is its weight times the one derivative less the other.
    Rows that both models decide alike move it too, where the rest of the two matrices differs.

    References
    ----------
    .. [1] Efron. "The Jackknife, the Bootstrap and Other Resampling Plans." SIAM, 1982, chapter 6:
       the delta method by influence.
    """
    assert isinstance(pair.a, (Predictions, Decisions))  # checked where the method is chosen
    assert isinstance(pair.b, (Predictions, Decisions))
    same = bool((pair.a.guess == pair.b.guess).all())
    (first, moved_first), (second, moved_second) = (
        _influence(metric, rows) for rows in (pair.a, pair.b)
    )
    value = first - second
    if math.isnan(value):
        return unsure(value, pair.n, pair.n_effective, "the value of one is undefined")
    if same:
        return unsure(0.0, pair.n, pair.n_effective, "both decide every row the same")
    if moved_first is None or moved_second is None:
        return unsure(value, pair.n, pair.n_effective, CONVENTION)
    freed = math.sqrt(pair.n_effective / max(pair.n_effective - 1, 1e-300))
    moved = (moved_first - moved_second) * freed
    return difference_by_influence(value, moved, pair, level, METHOD)


def _influence(
    metric: TallyMetric, rows: Predictions | Decisions
) -> tuple[float, Float64[np.ndarray, " row"] | None]:
    """Value, and influence of every row; None where the value is one by convention."""
    hard = rows.hard
    assert hard is not None  # checked where the method is chosen
    statistic = metric.statistic
    assert isinstance(statistic, Confusion)
    tally = tally_rows(rows, [statistic]).tally_of(statistic)
    with torch.inference_mode(mode=False), torch.enable_grad():
        table = tally.table.clone().requires_grad_()
        value = metric.read(Tally(statistic, table))
        if not value.requires_grad:
            return float(value), None
        (gradient,) = torch.autograd.grad(value, table, allow_unused=True)
    by_cell = gradient[statistic.columns.index("w")]
    moved = rows.weight() * by_cell[hard, rows.guess].to(rows.device)
    return float(value.detach()), moved.numpy(force=True)
