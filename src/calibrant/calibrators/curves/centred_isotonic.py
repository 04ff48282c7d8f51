"""Centred isotonic calibration: straight lines between the centres of isotonic steps."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import expit

from calibrant.calibrators.curves.class_scores import Scale
from calibrant.calibrators.curves.groups import Groups, groups_of
from calibrant.calibrators.curves.isotonic import smoothed_shares
from calibrant.calibrators.curves.knots import KnotCurves, Knots, gathered
from calibrant.calibrators.curves.pooling import pooled
from calibrant.calibrators.shards import ShardedCalibrator, Shards

__all__ = ["CentredIsotonic", "CentredIsotonicCalibration"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CentredIsotonic(KnotCurves):
    """Fitted calibrator: rises strictly between the outer centres, and is flat beyond them."""

    method: ClassVar[str] = "centred_isotonic"

    @property
    def found(self) -> str:
        """See `FittedCalibrator.found`."""
        count = self.start.diff()
        if len(count) == 1:
            return f"{int(count)} centre{'s' if int(count) > 1 else ''} of isotonic steps"
        return f"{len(count)} curves through {int(count.min())} to {int(count.max())} centres"


@dataclass(frozen=True, slots=True)
class CentredIsotonicCalibration(ShardedCalibrator[CentredIsotonic]):
    r"""Finds isotonic steps, and joins their centres by straight lines.

    The centre of a step is the mean of the probabilities stated by its rows, with the share of
    them that came out. Between the outer centres the curve rises strictly, so rows that the
    model tells apart stay apart, and where the model is calibrated the curve is nearer to the
    diagonal than steps are [1]_. For more than two classes one curve a class is fitted against
    the rest, and probabilities are divided by their sum.

    Parameters
    ----------
    smoothing : bool, default True
        Platt's targets in the place of 1 and 0, as in `IsotonicCalibration`.

    Notes
    -----
    Scores that are log-odds are averaged, and joined, as probabilities. More than 2**26 scores
    are fitted from the cells of a score grid, as in `IsotonicCalibration`.

    References
    ----------
    .. [1] Oron and Flournoy. "Centered Isotonic Regression: Point and Interval Estimation for
       Dose-Response Studies." Statistics in Biopharmaceutical Research 9, 2017.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.1, 0.2, 0.3, 0.4], labels=[0, 1, 0, 1])
    >>> fitted = CentredIsotonicCalibration(smoothing=False).fit(rows)
    >>> fitted.score  # .2 and .3 violate: their centre is .25
    tensor([0.1000, 0.2500, 0.4000], dtype=torch.float64)
    >>> fitted.prob
    tensor([0.0000, 0.5000, 1.0000], dtype=torch.float64)
    """

    smoothing: bool = True

    def fitted_over(self, shards: Shards) -> CentredIsotonic:
        """See `ShardedCalibrator.fitted_over`."""
        scale: Scale = "prob"
        curves: list[Knots] = []
        for groups in groups_of(shards):
            curves.append(_centres(groups, smoothing=self.smoothing))
            scale = groups.scale
        start, score, prob = gathered(curves)
        return CentredIsotonic(
            n_classes=shards.n_classes, n=shards.n, start=start, score=score, prob=prob, scale=scale
        )


def _centres(groups: Groups, *, smoothing: bool) -> Knots:
    """Centre of every step, within the scores of its rows."""
    blocks = pooled(groups)
    score = groups.scores().astype(np.float64)
    low, high = score[blocks.first], score[blocks.last]
    total = np.add.reduceat(groups.w, blocks.first)
    if groups.scale == "prob":
        centre = np.add.reduceat(groups.w * score, blocks.first) / total
    else:
        stated, other = (
            np.add.reduceat(groups.w * expit(side), blocks.first) for side in (score, -score)
        )
        with np.errstate(divide="ignore"):
            centre = np.log(stated) - np.log(other)
    share = smoothed_shares(groups, blocks, smoothing=smoothing)
    return Knots(np.clip(centre, low, high), share)
