"""AUROC of every class against the rest, averaged."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float, Float64, Int
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.base import RowMetric
from calibrant.metrics.bounds import from_grid
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import Interval, logit_interval
from calibrant.metrics.ranking.placements import placements
from calibrant.metrics.ranking.positive import METHOD, SOFT, area_of_masses, undefined
from calibrant.metrics.ranking.roc_area import roc_area
from calibrant.prediction.base import Predictions
from calibrant.prediction.forms import Logits, PositiveLogits
from calibrant.prediction.rows import Rows
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.tally import Tally

__all__ = ["MacroAUROC"]

BLOCK = 32  # classes whose scores are laid out row by row together
ROWS = 4096  # whose logits are widened together


@dataclass(frozen=True, slots=True)
class MacroAUROC(RowMetric):
    """Mean over classes of the one-vs-rest AUROC, in [0, 1].

    Classes that never come out, or always do, have none and are left out; the estimate says
    how many. The interval, from rows only, is that of the mean of the rows' influences: rows
    are shared by the classes, so their areas are not independent.

    References
    ----------
    .. [1] Provost, Domingos. "Well-Trained PETs." 2000: one-vs-rest. DeLong et al. 1988 for the
       influence of a row on an area.

    Examples
    --------
    >>> import calibrant as cal
    >>> probs = [[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.3, 0.6, 0.1], [0.1, 0.2, 0.7]]
    >>> round(MacroAUROC()(cal.predictions(probs=probs, labels=[0, 1, 0, 2])).value, 4)
    0.8889
    """

    higher_is_better: ClassVar[bool | None] = True

    @property
    def statistic(self) -> ClassGrids:
        """See `TallyMetric.statistic`."""
        return ClassGrids()

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`."""
        areas = [roc_area(y, w - y).value for w, y in zip(tally["w"], tally["wy"], strict=True)]
        return torch.tensor(areas, dtype=torch.float64).nanmean()

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; warns where the grid is too coarse."""
        del level, class_names
        areas = [roc_area(y, w - y) for w, y in zip(tally["w"], tally["wy"], strict=True)]
        known = [area for area in areas if not math.isnan(area.value)]
        n = int(tally["count"][0].sum())
        if not known:
            return undefined(n)
        value = sum(area.value for area in known) / len(known)
        bound = sum(area.bound for area in known) / len(known)
        why = "not available: classes share their rows, so the average needs rows in memory"
        note = _left_out(len(areas), len(known))
        return from_grid(Estimate(value, None, None, None, n, why, note=note), bound, "auroc")

    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `RowMetric.estimate_rows`."""
        if not isinstance(rows, Predictions):
            raise InputError("rows", "be predictions over classes", rows.kind, "Use predictions().")
        weight, n = rows.weight(), len(rows)
        influence, lonely = torch.zeros_like(weight), False
        areas: list[float] = []
        for k, scores in enumerate(_scores(rows)):
            if rows.soft is not None:
                areas.append(area_of_masses(scores, rows.soft[:, k], weight).value)
                continue
            positive = rows.hard == k
            up = weight * positive
            down = weight - up
            if min(up.sum(), down.sum()) <= 0:
                areas.append(math.nan)
                continue
            share = placements(scores, positive, weight)
            areas.append(float((up * share).sum() / up.sum()))
            for side in (up, down):
                mass, squares = side.sum(), side.square().sum()
                n_side = mass.square() / squares
                lonely = lonely or bool(n_side <= 1 + 1e-9)
                scale = (n_side / (n_side - 1)).sqrt() / mass
                influence += side * (share - areas[-1]) * scale
        known = [area for area in areas if not math.isnan(area)]
        if not known:
            return undefined(n)
        value = math.fsum(known) / len(known)
        interval = Interval(None, None, SOFT)
        if rows.soft is None and lonely:
            interval = Interval.missing("a class of one row tells nothing of the spread")
        elif rows.soft is None:
            variance = float((influence / len(known)).square().sum())
            interval = logit_interval(value, variance, level, METHOD)
        shown = level if interval.low is not None else None
        note = _left_out(len(areas), len(known))
        return Estimate(value, interval.low, interval.high, shown, n, interval.method, note=note)


def _scores(rows: Predictions) -> Iterator[Tensor]:
    """Numbers that rank the rows for every class, class by class.

    Of logits the log-odds of the class, in float64: a probability near 1 rounds away what
    they keep.
    """
    form = rows.declared
    if isinstance(form, PositiveLogits):
        yield from (-form.values, form.values)
        return
    if not isinstance(form, Logits):
        for block in rows.full_probs.split(BLOCK, dim=1):
            yield from block.T.contiguous()
        return
    if rows.n_classes == 2:  # exact, so that ties stay ties
        gap = form.values[:, 1] - form.values[:, 0]
        yield from (-gap, gap)
        return
    top = form.values.argmax(dim=-1, keepdim=True)
    whole, rest = _log_sums(form.values, top)
    for start in range(0, rows.n_classes, BLOCK):
        for k, logits in enumerate(form.values[:, start : start + BLOCK].T.contiguous(), start):
            log_prob = logits.double() - whole
            others = torch.log1p(-log_prob.exp())  # log(1 - p), but for the likeliest class
            yield torch.where(top.squeeze(-1) == k, logits.double() - rest, log_prob - others)


def _log_sums(
    logits: Float[Tensor, "row class"], top: Int[Tensor, "row 1"]
) -> tuple[Float64[Tensor, " row"], Float64[Tensor, " row"]]:
    """Log-sum-exp of every row, and that without its likeliest class."""
    sums = [
        (chunk.logsumexp(dim=-1), chunk.scatter(-1, first, -torch.inf).logsumexp(dim=-1))
        for chunk, first in zip(
            (part.double() for part in logits.split(ROWS)), top.split(ROWS), strict=True
        )
    ]
    return torch.cat([whole for whole, _ in sums]), torch.cat([rest for _, rest in sums])


def _left_out(n_classes: int, n_known: int) -> str:
    if n_known == n_classes:
        return ""
    missing = n_classes - n_known
    return f"{missing} of {n_classes} classes never came out or always did: left out"
