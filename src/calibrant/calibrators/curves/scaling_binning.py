"""Scaling-binning: Platt scaling, rounded to its mean in each bin."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import expit, logit

from calibrant.calibrators.curves.bins import (
    BinCurves,
    Bins,
    edges_before,
    mass_cuts,
    put_together,
)
from calibrant.calibrators.curves.class_scores import Scale
from calibrant.calibrators.curves.groups import Groups, groups_of
from calibrant.calibrators.curves.histogram import check_bins
from calibrant.calibrators.curves.platt import PlattScaling
from calibrant.calibrators.shards import ShardedCalibrator, Shards
from calibrant.errors import FitError

__all__ = ["ScaledBins", "ScalingBinning"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ScaledBins(BinCurves):
    """Fitted calibrator: the bin of a score states the mean of its scaled probabilities."""

    method: ClassVar[str] = "scaling_binning"


@dataclass(frozen=True, slots=True)
class ScalingBinning(ShardedCalibrator[ScaledBins]):
    r"""Fits Platt scaling, and states its mean in bins of equal weight.

    What a smooth curve states is so cut down to a few values, whose calibration error can be
    measured without bins of one's own; and unlike histogram binning the values come from a mean
    of scaled probabilities, which varies less than a mean of outcomes [1]_.

    Parameters
    ----------
    n_bins : int, default 15
        Most bins; fewer where scores are tied, for ties are not split.
    smoothing : bool, default True
        Platt's targets, as in `PlattScaling`.

    Notes
    -----
    The paper takes three parts of the rows for its proof, one each for the curve, the bins and
    the means. Here, as in the authors' own package, all rows serve for all three.

    References
    ----------
    .. [1] Kumar, Liang, Ma. "Verified Uncertainty Calibration." NeurIPS 2019.

    Examples
    --------
    >>> import calibrant as cal
    >>> logits, labels = [0.0] * 4 + [2.0] * 4, [1, 0, 0, 0, 1, 1, 1, 0]
    >>> rows = cal.predictions(logits=logits, labels=labels)
    >>> ScalingBinning(n_bins=2, smoothing=False).fit(rows).prob
    tensor([0.2500, 0.7500], dtype=torch.float64)
    """

    n_bins: int = 15
    smoothing: bool = True

    def __post_init__(self) -> None:
        check_bins(self.n_bins)

    def fitted_over(self, shards: Shards) -> ScaledBins:
        """See `ShardedCalibrator.fitted_over`; errors are those of `PlattScaling`."""
        platt = PlattScaling(smoothing=self.smoothing).fitted_over(shards)
        scale: Scale = "prob"
        curves: list[Bins] = []
        lines = zip(platt.slope.tolist(), platt.shift.tolist(), strict=True)
        for groups, (slope, shift) in zip(groups_of(shards), lines, strict=True):
            curves.append(self._bins(groups, slope, shift))
            scale = groups.scale
        start, edge, prob = put_together(curves)
        return ScaledBins(
            n_classes=shards.n_classes, n=shards.n, start=start, edge=edge, prob=prob, scale=scale
        )

    def _bins(self, groups: Groups, slope: float, shift: float) -> Bins:
        cuts = mass_cuts(groups, np.arange(1, self.n_bins) / self.n_bins)
        cuts = np.unique(cuts[(cuts > 0) & (cuts < len(groups.w))])
        score = groups.scores().astype(np.float64)
        odds = score if groups.scale == "log-odds" else logit(score)
        finite = np.isfinite(odds)  # what states 0 or 1 goes on so
        wrong = groups.wy[~finite] != np.where(odds > 0, groups.w, 0)[~finite]
        if wrong.any():
            raise FitError(
                f"log loss is infinite in every bin: {int(wrong.sum())} scores of 0 or 1 in "
                "float64 are not what came out. Use a model that rules nothing out, or a "
                "calibrator that reads ranks, such as isotonic."
            )
        scaled = expit(np.where(finite, slope * np.where(finite, odds, 0) + shift, odds))
        first = np.append(0, cuts)
        mean = np.add.reduceat(groups.w * scaled, first) / np.add.reduceat(groups.w, first)
        return Bins(edges_before(groups, cuts), np.clip(mean, 0, 1))
