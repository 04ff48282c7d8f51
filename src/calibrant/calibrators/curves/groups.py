"""Rows by score: those of one score together, in rising order, curve by curve."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Float64, Int, Int64
from torch import Tensor

from calibrant.calibrators.curves.class_scores import ClassScores, Scale, class_scores, n_curves
from calibrant.calibrators.curves.packing import packed, unpacked
from calibrant.calibrators.shards import Shards
from calibrant.errors import InputError
from calibrant.kernel.curves import runs
from calibrant.prediction.base import Predictions
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.score_grid import ScoreGrid
from calibrant.statistics.tally import Tally

__all__ = ["Groups", "grouped", "groups_of"]

MOST = 1 << 26  # scores that are held in memory; of more the cells of a grid stand for the rows
MOST_READ = 1 << 22  # the same where the rows are read anew on every pass: some 300 MB

Sums = Float64[np.ndarray, " group"]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Rows of one curve, by score.

    Attributes
    ----------
    key : ndarray
        Strictly rising: the scores, or the whole numbers that stand for them, see `packed`.
    w, wy : Float64[ndarray, "group"]
        Weight of the rows of every score, above 0, and the part of it that came out.
    scale : "prob" or "log-odds"
        What the scores are.
    dtype : dtype
        In which they were declared.
    """

    key: Float[np.ndarray, " group"] | Int[np.ndarray, " group"]
    w: Sums
    wy: Sums
    scale: Scale
    dtype: np.dtype

    def scores(
        self, groups: Int64[np.ndarray, "*index"] | slice = slice(None)
    ) -> Float[np.ndarray, "*index"]:
        """Scores of some groups, or of all of them."""
        key = self.key[groups]
        return unpacked(key).astype(self.dtype) if key.dtype.kind == "i" else key


def groups_of(shards: Shards) -> Iterator[Groups]:
    """Groups of every curve; exact as long as all scores can be held in memory.

    Of more than 2**26 scores, or 2**22 that are read anew on every pass, the cells of a score grid
    are the groups: 14,640 for two classes, 840 a class beyond. Their scores are means of
    probabilities.
    """
    most = MOST if shards.are_in_memory else min(MOST, MOST_READ)
    if shards.n * n_curves(shards.n_classes) > most:
        yield from _on_grid(shards)
        return
    given = [(class_scores(rows.declared), rows) for rows in shards]
    scales = {scores.scale for scores, _ in given}
    if len(scales) > 1:
        remedy = "Declare all of them as probs=, or all as logits=."
        raise InputError("shards", "be of one form", " and ".join(sorted(scales)), remedy)
    weighted = any(rows.weights is not None for _, rows in given)
    weight = _joined([rows.weight().cpu() for _, rows in given]) if weighted else None
    labels = None
    if all(rows.hard is not None for _, rows in given):
        labels = _joined([_hard(rows).cpu() for _, rows in given])
    for k in range(n_curves(shards.n_classes)):
        score = _joined([_column(scores, k) for scores, _ in given])
        hit = k + (shards.n_classes == 2)
        if labels is not None:
            outcome = labels == hit
        else:
            outcome = _joined([_soft(rows, hit).cpu() for _, rows in given])
        yield grouped(score, outcome, weight, given[0][0].scale)


def _column(scores: ClassScores, k: int) -> Tensor:
    """Scores of a curve, in a dtype that NumPy has."""
    column = scores.values[:, k].detach().cpu()
    return column if column.dtype == torch.float64 else column.float()


def _hard(rows: Predictions) -> Tensor:
    assert rows.hard is not None
    return rows.hard


def _soft(rows: Predictions, k: int) -> Tensor:
    """Probability with which class `k` came out."""
    if rows.soft is not None:
        return rows.soft[:, k]
    return (_hard(rows) == k).double()


def _joined(parts: list[Tensor]) -> np.ndarray:
    return (parts[0] if len(parts) == 1 else torch.cat(parts)).contiguous().numpy()


def grouped(
    score: Float[np.ndarray, " row"],
    outcome: Bool[np.ndarray, " row"] | Float64[np.ndarray, " row"],
    weight: Float64[np.ndarray, " row"] | None,
    scale: Scale,
) -> Groups:
    """Groups of rows, of weight 1 where none is given.

    Examples
    --------
    >>> score, outcome = np.array([0.5, 0.25, 0.5]), np.array([True, False, False])
    >>> groups = grouped(score, outcome, None, "prob")
    >>> groups.scores(), groups.w, groups.wy
    (array([0.25, 0.5 ]), array([1., 2.]), array([0., 1.]))
    """
    keys = packed(score, outcome) if weight is None and outcome.dtype == np.bool_ else None
    if keys is not None:
        keys.sort()
        found = runs(keys)
        if found is not None:
            return Groups(*found, scale, score.dtype)
        bits = keys >> 1
        start = _starts(bits)
        if len(start) == len(bits):  # no ties
            return Groups(
                bits, np.ones(len(bits)), (keys & 1).astype(np.float64), scale, score.dtype
            )
        w = np.diff(start, append=len(keys)).astype(np.float64)
        wy = np.add.reduceat(keys & 1, start).astype(np.float64)
        return Groups(bits[start], w, wy, scale, score.dtype)
    order = score.argsort()
    score = score[order]
    start = _starts(score)
    happened = outcome[order].astype(np.float64)
    if weight is None:
        w = np.diff(start, append=len(score)).astype(np.float64)
        return Groups(score[start], w, np.add.reduceat(happened, start), scale, score.dtype)
    weight = weight[order]
    w, wy = np.add.reduceat(weight, start), np.add.reduceat(weight * happened, start)
    return Groups(score[start], w, wy, scale, score.dtype)


def _starts(ordered: np.ndarray) -> np.ndarray:
    """Index of the first of every run of equal numbers."""
    new = np.empty(len(ordered), dtype=np.bool_)
    new[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return new.nonzero()[0]


def _on_grid(shards: Shards) -> Iterator[Groups]:
    """Occupied cells of the score grid of every curve."""
    statistic = ScoreGrid("positive") if shards.n_classes == 2 else ClassGrids()
    tally: Tally = statistic.zero(shards.n_classes)
    for shard in shards:
        for rows in shard.chunks(statistic.run_length(shards.n_classes)):
            statistic.add(rows, tally.table)
    columns = (tally[name].reshape(n_curves(shards.n_classes), -1) for name in ("w", "wp", "wy"))
    for w, wp, wy in zip(*(each.numpy() for each in columns), strict=True):
        full = w > 0
        mean = np.maximum.accumulate(np.clip(wp[full] / w[full], 0, 1))
        yield Groups(mean, w[full], wy[full], "prob", mean.dtype)
