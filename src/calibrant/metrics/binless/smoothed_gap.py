"""Gaps of stated probabilities and a smooth curve of the outcomes: ICI, E50, E90, Emax."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.base import TallyMetric
from calibrant.metrics.binless.gap_blocks import gap_in_clusters
from calibrant.metrics.binless.gap_noise import SUMS, GapNoise, calibrated_curves
from calibrant.metrics.binless.loess import Curve, loess
from calibrant.metrics.binned.evidence import FEWEST
from calibrant.metrics.binned.noise_floor import SOFT, hard_labels
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.blocks import Blocks, refused
from calibrant.metrics.inference.redrawn import UnderCalibration
from calibrant.metrics.settings import check_choice, check_view
from calibrant.statistics.score_grid import ScoreGrid, View
from calibrant.statistics.tally import Tally

__all__ = ["SmoothedGap", "Summary"]

Summary = Literal["mean", "median", "ninetieth", "max"]
QUANTILES = {"median": 0.5, "ninetieth": 0.9}
SLACK = 1e-9
BLOCK_CELLS = 600  # of every block of clusters, those of smooth ECE
METHOD = "test inversion"
WHY = "not available: the gaps of a smoothed curve are biased upwards, and resampling adds to it"
FEW = f"not available: fewer than {FEWEST:g} effective rows"


@dataclass(frozen=True, slots=True)
class SmoothedGap(TallyMetric):
    r"""Gap between stated probabilities and a loess curve of the outcomes, in [0, 1].

    With :math:`g_i = |p_i - \hat m(p_i)|`: the mean is the integrated calibration index (ICI),
    the median E50, the ninetieth percentile E90, the largest Emax.

    Parameters
    ----------
    view : {"positive", "top_label"}, default "positive"
        Event of a row: the positive class came out, or its likeliest class is right.
    summary : {"mean", "median", "ninetieth", "max"}, default "mean"
        What is told of the gaps.
    span : float, default 0.75
        Share of the rows that have a say in the curve at a score.

    Notes
    -----
    The curve is a local quadratic regression of y on p with tricube weights, as R's ``loess``
    with its defaults, cut to [0, 1]. It is read from the score grid: scores within 1/14,400 count
    as their mean, and parabolas are fitted at up to some 128 scores and joined by cubics that meet
    their values and slopes.

    The mean has an interval of its population value, that of the same curve of the true shares, by
    inversion of a test: see `docs/adr/0038`. The others have none, but as the mean a noise floor,
    its 95th percentile and a p value.

    References
    ----------
    .. [1] Austin, Steyerberg. "The Integrated Calibration Index (ICI) and Related Metrics for
       Quantifying the Calibration of Logistic Regression Models." Statistics in Medicine 38, 2019.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.5] * 10, labels=[1] * 7 + [0] * 3)
    >>> round(SmoothedGap()(rows).value, 9)  # |.5 - .7|
    0.2
    """

    view: View = "positive"
    summary: Summary = "mean"
    span: float = 0.75
    higher_is_better: ClassVar[bool | None] = False

    def __post_init__(self) -> None:
        check_view(self.view)
        check_choice("summary", self.summary, ("mean", "median", "ninetieth", "max"))
        if not 0 < self.span <= 1:
            rule = "be a share of the rows, above 0 and at most 1"
            raise InputError("span", rule, f"{self.span!r}", "0.75 is customary.")

    @property
    def statistic(self) -> ScoreGrid:
        """See `TallyMetric.statistic`."""
        return ScoreGrid(self.view)

    @property
    def block_statistic(self) -> ScoreGrid:
        """See `TallyMetric.block_statistic`: fewer cells."""
        return ScoreGrid(self.view, BLOCK_CELLS)

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for no rows."""
        held = tally["count"] > 0
        value = self._of(tally, self._curve(tally)) if bool(held.any()) else math.nan
        return torch.tensor(value, dtype=torch.float64)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; noise comes with all, an interval with the mean."""
        del class_names
        n = int(tally["count"].sum())
        if not n:
            why = "not available: no rows"
            return Estimate(math.nan, None, None, None, 0, why, note="undefined: no rows")
        curve = self._curve(tally)
        plain = Estimate(self._of(tally, curve), None, None, None, n, WHY)
        if self.summary == "mean":
            return self._with_evidence(plain, tally, curve, level)
        if not hard_labels(tally):
            return replace(plain, note=SOFT)
        return self._with_noise(plain, tally, curve)

    def estimate_clusters(self, plain: Estimate, blocks: Blocks, *, level: float) -> Estimate:
        """See `TallyMetric.estimate_clusters`: of the mean alone, with the noise of the blocks."""
        if self.summary != "mean" or not plain.n:
            return refused(plain, WHY)
        return gap_in_clusters(plain, blocks, self.span, level)

    def _with_noise(self, plain: Estimate, tally: Tally, curve: Curve) -> Estimate:
        held = (tally["count"] > 0).numpy()
        sums = {name: tally[name].numpy()[held] for name in SUMS}
        drawn = [self._of(tally, each) for each in calibrated_curves(curve, sums)]
        under = UnderCalibration.of(np.array(drawn), float(plain))
        return replace(plain, noise_floor=under.mean, details=under.details)

    def _with_evidence(self, plain: Estimate, tally: Tally, curve: Curve, level: float) -> Estimate:
        held, hard = (tally["count"] > 0).numpy(), hard_labels(tally)
        sums = {name: tally[name].numpy()[held] for name in SUMS}
        noise = GapNoise(curve, sums)
        if hard:
            under = noise.under_calibration()
            details = {"noise_floor_95": under.upper, "p_value": under.p_value}
            plain = replace(plain, noise_floor=under.mean, details=details)
        else:
            plain = replace(plain, note=SOFT)
        if float(sums["w"].sum()) ** 2 < (FEWEST - SLACK) * float(sums["ww"].sum()):
            return replace(plain, method=FEW)
        low, high = noise.interval(level, hard=hard)
        return replace(plain, low=low, high=high, level=level, method=METHOD)

    def _curve(self, tally: Tally) -> Curve:
        held = (tally["count"] > 0).numpy()
        w, wp, wy = (tally[name].numpy()[held] for name in ("w", "wp", "wy"))
        return loess(w, wp, wy, self.span)

    def _of(self, tally: Tally, curve: Curve) -> float:
        w, score = _scores(tally)
        gap = np.abs(score - curve.of(score))
        if self.summary == "mean":
            return float((w * gap).sum() / w.sum())
        if self.summary == "max":
            return float(gap.max())
        return _quantile(gap, w, QUANTILES[self.summary])


def _scores(tally: Tally) -> tuple[Float64[np.ndarray, " cell"], Float64[np.ndarray, " cell"]]:
    """Weight and mean score of every cell that holds rows."""
    held = (tally["count"] > 0).numpy()
    w = tally["w"].numpy()[held]
    return w, tally["wp"].numpy()[held] / w


def _quantile(
    gap: Float64[np.ndarray, " cell"], w: Float64[np.ndarray, " cell"], share: float
) -> float:
    """Least gap with that share of weight at or below it; midway where the share ends at it."""
    order = np.argsort(gap, kind="stable")
    mass = np.cumsum(w[order]) / w.sum()
    low = int(np.argmax(mass >= share - SLACK))
    high = int(np.argmax(mass > share + SLACK))
    return float(gap[order[low]] + gap[order[high]]) / 2
