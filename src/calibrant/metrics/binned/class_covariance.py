"""How the gaps of all classes vary together: a row adds to a bin of every class at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from jaxtyping import Float64, Int64
from numpy import ndarray

from calibrant.prediction.base import Predictions
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.cells import cell_of
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.tally import Tally

__all__ = ["Spreads", "class_covariances", "class_products", "class_tally", "sums_of_squares"]

MOST_ENTRIES = 1 << 20  # rows times classes at a time

Gaps = Float64[ndarray, " gap"]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Spreads:
    r"""Second moments of the gaps, or what they give times some vectors.

    Attributes
    ----------
    seen : Float64[ndarray, "gap column"]
        :math:`\sum_i w_i^2 u_i u_i'`, for stated less observed u of a row, by bin of every class.
    stated : Float64[ndarray, "gap column"]
        The mean of the same, were every probability true.
    """

    seen: Float64[ndarray, "gap column"]
    stated: Float64[ndarray, "gap column"]


@final
@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Some rows, class by class: probabilities, outcomes, bins, weights squared.

    `true` is the place of a row among all gaps in the class that it is of, if it is of one.
    """

    probs: Float64[ndarray, "class row"]
    outcome: Float64[ndarray, "class row"]
    cell: Int64[ndarray, "class row"]
    twice: Float64[ndarray, " row"]
    true: Int64[ndarray, " row"] | None

    def add_pairs(
        self,
        table: Float64[ndarray, "class bin class bin"],
        values: Float64[ndarray, "class row"],
    ) -> None:
        """Add products of the values of two classes where their bins meet, the first no later."""
        n_classes, n_bins = table.shape[:2]
        for k in range(n_classes):
            begin, times = self.cell[k] * n_bins, self.twice * values[k]
            for other in range(k, n_classes):
                met = np.bincount(begin + self.cell[other], times * values[other], n_bins**2)
                table[k, :, other] += met.reshape(n_bins, n_bins)


def class_tally(rows: Predictions, n_bins: int) -> Tally:
    """Sums of the bins of every class."""
    statistic = ClassGrids(n_bins)
    return tally_rows(rows, [statistic]).tally_of(statistic)


def class_covariances(rows: Predictions, n_bins: int) -> Spreads:
    """Both matrices, of all bins of all classes: as many steps as pairs of classes, times rows."""
    n_classes = rows.n_classes
    n_gaps = n_classes * n_bins
    square = np.zeros((n_classes, n_bins, n_classes, n_bins))  # of what was stated
    off, crossed, came = np.zeros_like(square), np.zeros((n_gaps, n_gaps)), np.zeros(n_gaps)
    stated = np.zeros(n_gaps)
    for part in _parts(rows, n_bins):
        part.add_pairs(square, part.probs)
        for k, (cell, probs) in enumerate(zip(part.cell, part.twice * part.probs, strict=True)):
            own = slice(k * n_bins, (k + 1) * n_bins)
            stated[own] += np.bincount(cell, probs, n_bins)
            if part.true is not None:
                times = np.bincount(cell * n_gaps + part.true, probs, n_bins * n_gaps)
                crossed[own] += times.reshape(n_bins, n_gaps)
        if part.true is None:
            part.add_pairs(off, part.probs - part.outcome)
        else:
            came += np.bincount(part.true, part.twice, n_gaps)
    both = _mirrored(square.reshape(n_gaps, n_gaps))
    seen = both - crossed - crossed.T + np.diag(came)
    if rows.soft is not None:
        seen = _mirrored(off.reshape(n_gaps, n_gaps))
    return Spreads(seen, np.diag(stated) - both)


def class_products(
    rows: Predictions,
    n_bins: int,
    seen: Float64[ndarray, "gap column"],
    stated: Float64[ndarray, "gap column"],
) -> Spreads:
    """Both matrices times some columns each, without the matrices."""
    n_classes = rows.n_classes
    n_gaps = n_classes * n_bins
    first, second, came = np.zeros_like(seen), np.zeros_like(stated), np.zeros(n_gaps)
    place = n_bins * np.arange(n_classes)[:, None]
    for part in _parts(rows, n_bins):
        at = part.cell + place
        off, flat = part.probs - part.outcome, at.ravel()
        came += np.bincount(flat, (part.twice * part.probs).ravel(), n_gaps)
        for columns, sums, each in ((seen, first, off), (stated, second, part.probs)):
            for column in range(columns.shape[1]):
                along = np.einsum("kr,kr->r", each, columns[:, column][at]) * part.twice
                sums[:, column] += np.bincount(flat, (each * along).ravel(), n_gaps)
    return Spreads(first, came[:, None] * stated - second)


def sums_of_squares(
    rows: Predictions, n_bins: int, each: Gaps, gap: Gaps
) -> tuple[float, float, float]:
    r"""Sums over the rows of squares and products of two numbers of the bins of a row.

    They are :math:`\sum_i w_i^2 f_i^2`, :math:`\sum_i w_i^2 f_i g_i` and
    :math:`\sum_i w_i^2 g_i^2` of :math:`f_i = \sum_k c_k` and
    :math:`g_i = \sum_k \delta_k (u_{ik} - \delta_k)`, for numbers c and gaps :math:`\delta` of
    bins, and stated less observed u of a row.
    """
    place, found = n_bins * np.arange(rows.n_classes)[:, None], np.zeros(3)
    for part in _parts(rows, n_bins):
        at = part.cell + place
        of_bins, gaps = each[at].sum(axis=0), gap[at]
        of_noise = np.einsum("kr,kr->r", gaps, part.probs - part.outcome - gaps)
        found += [part.twice @ x for x in (of_bins**2, of_bins * of_noise, of_noise**2)]
    first, both, second = found.tolist()
    return first, both, second


def _mirrored(upper: Float64[ndarray, "gap gap"]) -> Float64[ndarray, "gap gap"]:
    """A symmetric matrix, of which blocks above the diagonal are at hand."""
    return upper + upper.T - np.diag(upper.diagonal())


def _parts(rows: Predictions, n_bins: int) -> Iterator[_Part]:
    weight, full = rows.weight().double(), rows.full_probs
    step = max(1, MOST_ENTRIES // rows.n_classes)
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        probs = full[part]
        if rows.is_positive:
            prob = rows.declared.positive[part]
            sides = cell_of(prob, n_bins, mirrored=True), cell_of(prob, n_bins)
            cell = torch.stack(sides)
        else:
            cell = cell_of(probs.reshape(-1), n_bins).view(probs.shape).T
        stated = np.ascontiguousarray(probs.double().cpu().numpy().T)
        cell = np.ascontiguousarray(cell.long().cpu().numpy())
        twice = weight[part].square().cpu().numpy()
        if rows.soft is not None:
            outcome = np.ascontiguousarray(rows.soft[part].double().cpu().numpy().T)
            yield _Part(stated, outcome, cell, twice, None)
            continue
        assert rows.hard is not None
        outcome, each = np.zeros_like(stated), np.arange(len(twice))
        label = rows.hard[part].long().cpu().numpy()
        outcome[label, each] = 1
        yield _Part(stated, outcome, cell, twice, label * n_bins + cell[label, each])
