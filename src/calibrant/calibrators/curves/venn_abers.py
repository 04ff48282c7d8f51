"""Inductive Venn-Abers calibration: isotonic regression with the row to be judged in it."""

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.calibrators.base import check_predictions
from calibrant.calibrators.curves.base import ProbCurves, refused
from calibrant.calibrators.curves.class_scores import ClassScores, Scale, class_scores, n_curves
from calibrant.calibrators.curves.groups import Groups, groups_of
from calibrant.calibrators.curves.insertion import inserted
from calibrant.calibrators.curves.knots import check_spans
from calibrant.calibrators.shards import ShardedCalibrator, Shards
from calibrant.prediction.base import Predictions

__all__ = ["VennAbers", "VennAbersCalibration", "of_curves"]


@dataclass(frozen=True, kw_only=True, eq=False)
class VennAbers(ProbCurves):
    r"""Fitted calibrator: :math:`p_1 / (1 - p_0 + p_1)` of two isotonic regressions.

    Attributes
    ----------
    start : Int64[Tensor, "curve_and_end"]
        Where the scores of every curve start, and where the last ends; one curve for two
        classes, one a class beyond.
    score : Float64[Tensor, "score"]
        Scores at which something changes, rising within a curve.
    low : Float64[Tensor, "step"]
        :math:`p_0` from each score on, before them that of lower scores: one more than scores.
    high : Float64[Tensor, "step"]
        :math:`p_1` up to each score, behind them that of higher scores: one more than scores.
    scale : "prob" or "log-odds"
        What the scores are.
    """

    method: ClassVar[str] = "venn_abers"
    start: Int64[Tensor, " curve_and_end"]
    score: Float64[Tensor, " score"]
    low: Float64[Tensor, " step"]
    high: Float64[Tensor, " step"]
    scale: Scale

    def __post_init__(self) -> None:
        count = n_curves(self.n_classes)
        check_spans(self.start, len(self.score), count, self.n)
        if not len(self.low) == len(self.high) == len(self.score) + count:
            raise refused("hold one step more than scores", f"{len(self.low)}")
        for each in (self.low, self.high):
            if not bool(((each >= 0) & (each <= 1)).all()):
                raise refused("state probabilities", "others")
        for k, (first, end) in enumerate(pairwise(self.start.tolist())):
            steps = (each[first + k : end + k + 1] for each in (self.low, self.high))
            if not bool((self.score[first:end].diff() > 0).all()):
                raise refused("have rising scores", "others")
            if not all(bool((each.diff() >= 0).all()) for each in steps):
                raise refused("rise", "steps that do not")

    def curves(self, scores: ClassScores) -> Float64[Tensor, "row curve"]:
        """See `ProbCurves.curves`."""
        low, high = self.of_scores(scores)
        return high / (1 - low + high)

    def of_scores(
        self, scores: ClassScores
    ) -> tuple[Float64[Tensor, "row curve"], Float64[Tensor, "row curve"]]:
        """:math:`p_0` and :math:`p_1` of every row and curve."""
        at = scores.on(self.scale).values.detach()
        pairs: list[tuple[Tensor, Tensor]] = []
        for k, (first, end) in enumerate(pairwise(self.start.tolist())):
            column, score = at[:, k].double().contiguous(), self.score[first:end].to(at.device)
            behind = first + k + torch.searchsorted(score, column, right=True)
            before = first + k + torch.searchsorted(score, column)
            pairs.append((self.low.to(at.device)[behind], self.high.to(at.device)[before]))
        lows, highs = zip(*pairs, strict=True)
        return torch.stack(lows, dim=-1), torch.stack(highs, dim=-1)

    def bounds(
        self, predictions: Predictions
    ) -> tuple[Float64[Tensor, "row curve"], Float64[Tensor, "row curve"]]:
        r"""Both probabilities, of class 1 of two, or of each class against the rest.

        Parameters
        ----------
        predictions : Predictions
            Rows of the classes of the fit.

        Returns
        -------
        low, high : Float64[Tensor, "row curve"]
            :math:`p_0 \le p_1`: the probability if the row turns out to be of the rest, and if
            it turns out to be of the class. One of them is right on average; they are no
            confidence interval.
        """
        check_predictions(predictions)
        return self.of_scores(class_scores(predictions.declared))

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        count = self.start.diff()
        if len(count) == 1:
            return f"two step functions that change at {int(count)} scores"
        return f"{len(count)} curves that change at {int(count.min())} to {int(count.max())} scores"


@dataclass(frozen=True, slots=True)
class VennAbersCalibration(ShardedCalibrator[VennAbers]):
    r"""Fits two isotonic regressions to every score: with one more row of it, of 0 and of 1.

    Whatever the row turns out to be, it was in one of the two, and the one in which it was is
    calibrated in the sense of Venn prediction, if rows are exchangeable [1]_. The two
    probabilities are merged into :math:`p_1 / (1 - p_0 + p_1)`, which has the least regret in
    log loss [1]_, and is never 0 or 1. For more than two classes one curve a class is fitted
    against the rest, and probabilities are divided by their sum, for which nothing is proved.

    Notes
    -----
    Weights and soft labels count in the regressions; the added row weighs 1. The proof holds for
    hard labels and equal weights. More than 2**26 scores are fitted from the cells of a score
    grid, as in `IsotonicCalibration`.

    References
    ----------
    .. [1] Vovk, Petej, Fedorova. "Large-Scale Probabilistic Predictors with and without
       Guarantees of Validity." NeurIPS 2015.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.2, 0.8], labels=[0, 1])
    >>> fitted = VennAbersCalibration().fit(rows)
    >>> low, high = fitted.bounds(cal.predictions(probs=[0.8]))
    >>> float(low), float(high)  # 0 | (1 + 0) / 2, and 0 | 1 1
    (0.5, 1.0)
    >>> round(float(fitted.transform(cal.predictions(probs=[0.8])).probs[0]), 4)  # 1 / 1.5
    0.6667
    """

    def fitted_over(self, shards: Shards) -> VennAbers:
        """See `ShardedCalibrator.fitted_over`."""
        return of_curves(list(groups_of(shards)), shards.n_classes, shards.n)


def of_curves(curves: list[Groups], n_classes: int, n: int) -> VennAbers:
    """Fitted calibrator of the groups of every curve."""
    scores: list[np.ndarray] = []
    lows: list[np.ndarray] = []
    highs: list[np.ndarray] = []
    for groups in curves:
        low, high = inserted(groups.w, groups.wy)
        low = np.append(0, np.maximum.accumulate(low))
        high = np.append(np.maximum.accumulate(high), 1)
        changes = (np.diff(low) != 0) | (np.diff(high) != 0)
        changes[-1] |= not changes.any()
        scores.append(groups.scores(changes.nonzero()[0]).astype(np.float64))
        lows.append(low[np.append(True, changes)])
        highs.append(high[np.append(changes, True)])
    start = np.cumsum([0, *map(len, scores)])
    score, low, high = (torch.from_numpy(np.concatenate(each)) for each in (scores, lows, highs))
    return VennAbers(
        n_classes=n_classes,
        n=n,
        start=torch.from_numpy(start),
        score=score,
        low=low,
        high=high,
        scale=curves[0].scale,
    )
