"""Isotonic calibration: the rising function of the score that fits the rows best."""

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np

from calibrant.calibrators.curves.groups import Groups, groups_of
from calibrant.calibrators.curves.knots import KnotCurves, Knots, gathered
from calibrant.calibrators.curves.outcomes import smoothed
from calibrant.calibrators.curves.pooling import Blocks, pooled
from calibrant.calibrators.shards import ShardedCalibrator, Shards

__all__ = ["Isotonic", "IsotonicCalibration", "smoothed_shares"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Isotonic(KnotCurves):
    """Fitted calibrator: flat over each block of scores, straight from one block to the next."""

    method: ClassVar[str] = "isotonic"

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        cuts = self.start.tolist()
        steps = [len(self.prob[first:end].unique()) for first, end in pairwise(cuts)]
        if len(steps) == 1:
            return f"{steps[0]} step{'s' if steps[0] > 1 else ''}"
        return f"{len(steps)} curves of {min(steps)} to {max(steps)} steps"


@dataclass(frozen=True, slots=True)
class IsotonicCalibration(ShardedCalibrator[Isotonic]):
    r"""Finds the rising function of the score with the least log loss on held-out rows.

    It has the least squared error too, and is found by pooling adjacent violators, in the time
    that sorting takes [1]_. Rows of one score are pooled first. For more than two classes one
    curve a class is fitted against the rest, and probabilities are divided by their sum [1]_.

    Parameters
    ----------
    smoothing : bool, default True
        Platt's targets in the place of 1 and 0, as in `PlattScaling`. They move the fitted
        probability :math:`v` to :math:`t_- + v (t_+ - t_-)`, which is never 0 or 1: without it
        the outer blocks often state 0 or 1, and a single row that contradicts them has infinite
        log loss.

    Notes
    -----
    More than 2**26 scores, rows times curves, are fitted from the cells of a score grid: 14,640
    cells for two classes, 840 a class beyond. Rows of one cell are then pooled as if tied. Of
    shards that are read anew on every pass this begins at 2**22, so that memory stays small.

    References
    ----------
    .. [1] Zadrozny and Elkan. "Transforming Classifier Scores into Accurate Multiclass
       Probability Estimates." KDD 2002.
    .. [2] Platt. "Probabilistic Outputs for Support Vector Machines and Comparisons to
       Regularized Likelihood Methods." Advances in Large Margin Classifiers, 1999.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.2, 0.3, 0.4], labels=[0, 1, 0, 1])
    >>> fitted = IsotonicCalibration(smoothing=False).fit(rows)
    >>> fitted.prob  # .2 and .3 violate: 1 of 2
    tensor([0.0000, 0.5000, 0.5000, 1.0000], dtype=torch.float64)
    >>> IsotonicCalibration().fit(rows).prob  # from 1/4 to 3/4
    tensor([0.2500, 0.5000, 0.5000, 0.7500], dtype=torch.float64)
    """

    smoothing: bool = True

    def fitted_over(self, shards: Shards) -> Isotonic:
        """See `ShardedCalibrator.fitted_over`."""
        curves, scale = [], "prob"
        for groups in groups_of(shards):
            blocks, scale = pooled(groups), groups.scale
            curves.append(_steps(groups, blocks, smoothing=self.smoothing))
        start, score, prob = gathered(curves)
        return Isotonic(
            n_classes=shards.n_classes, n=shards.n, start=start, score=score, prob=prob, scale=scale
        )


def _steps(groups: Groups, blocks: Blocks, *, smoothing: bool) -> Knots:
    """Two knots a block, one where it is a single score."""
    ends = np.stack((blocks.first, blocks.last), axis=-1)
    share = smoothed_shares(groups, blocks, smoothing=smoothing).repeat(2)
    kept = np.ones(ends.shape, dtype=bool)
    np.greater(blocks.last, blocks.first, out=kept[:, 1])
    return Knots(groups.scores(ends[kept]).astype(np.float64), share[kept.reshape(-1)])


def smoothed_shares(groups: Groups, blocks: Blocks, *, smoothing: bool) -> np.ndarray:
    """Calibrated probability of every block: its share, or what targets make of it."""
    if not smoothing:
        return blocks.share
    return smoothed(blocks.share, float(groups.wy.sum()), float(groups.w.sum()))
