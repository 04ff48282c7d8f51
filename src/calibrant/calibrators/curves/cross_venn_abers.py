"""Cross Venn-Abers calibration: Venn-Abers probabilities of several parts of the rows, merged."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.calibrators.curves.base import ProbCurves, refused
from calibrant.calibrators.curves.class_scores import ClassScores
from calibrant.calibrators.curves.groups import Groups, groups_of
from calibrant.calibrators.curves.venn_abers import VennAbers, of_curves
from calibrant.calibrators.shards import ShardedCalibrator, Shards
from calibrant.errors import InputError

__all__ = ["CrossVennAbers", "CrossVennAbersCalibration"]

ODD = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio


@dataclass(frozen=True, kw_only=True, eq=False)
class CrossVennAbers(ProbCurves):
    """Fitted calibrator: geometric means over `folds`, each of them fitted on a part of the rows.

    Attributes
    ----------
    folds : tuple of VennAbers
        At least two.
    """

    method: ClassVar[str] = "cross_venn_abers"
    folds: tuple[VennAbers, ...]

    def __post_init__(self) -> None:
        if len(self.folds) < 2 or {each.n_classes for each in self.folds} != {self.n_classes}:
            raise refused("be those of two folds or more, of the same classes", "others")

    def curves(self, scores: ClassScores) -> Float64[Tensor, "row curve"]:
        """See `ProbCurves.curves`."""
        yes = no = torch.zeros((), dtype=torch.float64)
        for fold in self.folds:
            low, high = fold.of_scores(scores)
            yes, no = yes + high.log(), no + (-low).log1p()
        return ((yes - no) / len(self.folds)).sigmoid()

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        return f"geometric means over {len(self.folds)} folds"


@dataclass(frozen=True, slots=True)
class CrossVennAbersCalibration(ShardedCalibrator[CrossVennAbers]):
    r"""Fits Venn-Abers on each of several parts of the rows, and merges what they state.

    Of the probabilities :math:`p_0, p_1` of K folds the merged one is
    :math:`G(p_1) / (G(1 - p_0) + G(p_1))` with geometric means :math:`G`, which has the least
    regret in log loss [1]_. It varies less than one Venn-Abers calibrator of all rows where these
    have but few steps, and is meant above all for out-of-fold predictions.

    Parameters
    ----------
    n_folds : int, default 5
        K, at least 2.

    Notes
    -----
    The paper trains the model anew for every fold. Predictions do not show which model made
    them, so here the rows are cut by their scores, mixed: rows of one score share a fold, the
    order of rows is irrelevant, and a repeated row stays where it was. A fold that has no
    rows for a class, as when nearly all scores are tied, takes all of them.

    References
    ----------
    .. [1] Vovk and Petej. "Venn-Abers Predictors." UAI 2014; with Fedorova, NeurIPS 2015, for
       the folds.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.5] * 4, labels=[1, 1, 1, 0])
    >>> fitted = CrossVennAbersCalibration().fit(rows)  # all folds alike: 3/5 and 4/5
    >>> round(float(fitted.transform(rows).probs[0]), 4)  # .8 / (1 - .6 + .8)
    0.6667
    """

    n_folds: int = 5

    def __post_init__(self) -> None:
        if self.n_folds < 2:
            remedy = "Use VennAbersCalibration for one."
            raise InputError("n_folds", "be at least 2", f"{self.n_folds}", remedy)

    def fitted_over(self, shards: Shards) -> CrossVennAbers:
        """See `ShardedCalibrator.fitted_over`."""
        curves = list(groups_of(shards))
        where = [_folds(groups, self.n_folds) for groups in curves]
        folds = tuple(
            of_curves(
                [_part(each, at == k) for each, at in zip(curves, where, strict=True)],
                shards.n_classes,
                shards.n,
            )
            for k in range(self.n_folds)
        )
        return CrossVennAbers(n_classes=shards.n_classes, n=shards.n, folds=folds)


def _folds(groups: Groups, n_folds: int) -> Int64[np.ndarray, " group"]:
    """Fold of every group, from all bits of its score."""
    bits = (groups.scores().astype(np.float64) + 0.0).view(np.uint64)
    for _ in range(2):
        bits = (bits ^ (bits >> np.uint64(29))) * ODD
    return ((bits >> np.uint64(33)) % np.uint64(n_folds)).astype(np.int64)


def _part(groups: Groups, kept: np.ndarray) -> Groups:
    """Some groups; all of them rather than none."""
    if not kept.any():
        return groups
    return replace(groups, key=groups.key[kept], w=groups.w[kept], wy=groups.wy[kept])
