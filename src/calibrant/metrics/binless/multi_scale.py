"""A test of calibration that sees slopes, waves and single faults: many scales and Spiegelhalter's.

One number of bins sees what is as wide as its bins. Here the gaps of 2 to 360 bins are looked at
together, beside Spiegelhalter's z, and the smallest of the two chances is itself set against
outcomes that come out as stated: no correction for looking twice is needed.
"""

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float64, Int64
from numpy import ndarray
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.binless.spiegelhalter import CONSERVATIVE, too_few
from calibrant.metrics.binned.bins import Bins, equal_width
from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.blocks import FEWEST_CLUSTERS, Blocks
from calibrant.metrics.inference.consistency import calibrated_gaps
from calibrant.metrics.inference.noise import weighted_sum
from calibrant.metrics.inference.sign_flips import flipped
from calibrant.metrics.inference.tied_weights import TiedWeights
from calibrant.metrics.settings import check_view
from calibrant.statistics.score_grid import ScoreGrid, View
from calibrant.statistics.tally import Tally

__all__ = ["CalibrationTestP"]

SCALES = (2, 5, 15, 45, 120, 360)  # numbers of bins, all of which the last one holds
FINEST = SCALES[-1]
WIDE = 15  # bins, of which each tells how weights hang together with what comes out
LEAST = 3.0  # sum of p (1 - p) of a bin whose gap is squared by itself
WHY = "not available: a test statistic is its own measure of chance"
SURE = "undefined: every row is stated 0 or 1, and nothing is left to chance"


@dataclass(frozen=True, slots=True)
class CalibrationTestP(TallyMetric):
    r"""P value of the hypothesis that every stated probability is true, in [0, 1].

    The smaller of two chances, held against its own distribution: that of Spiegelhalter's z, which
    sees a model that is too sure or not sure enough, and that of the largest of
    :math:`(\chi^2_B - k_B) / \sqrt{2 k_B}` over 2, 5, 15, 45, 120 and 360 bins of equal width,
    which sees gaps of any shape. The :math:`k_B` are bins that hold rows; those with
    :math:`\sum p (1 - p) < 3` are taken together.

    Parameters
    ----------
    view : {"positive", "top_label"}, default "positive"
        Event of a row: the positive class came out, or its likeliest class is right.

    Notes
    -----
    Both are held against 1,456 draws of outcomes at the stated probabilities, from a fixed table,
    bin by bin. The least value is 3.4e-4. ``p_spiegelhalter`` and ``p_scales`` are among the
    details. A weight says how much a row matters: it is not so many rows. Of rows in clusters the
    draws are those of blocks of clusters whose signs are drawn, 2,047 of them.

    References
    ----------
    .. [1] Lee et al. "T-Cal: An Optimal Test for the Calibration of Predictive Models." JMLR 24,
       2023: many scales. Spiegelhalter. "Probabilistic Prediction in Patient Management and
       Clinical Trials." Statistics in Medicine 5, 1986.

    Examples
    --------
    >>> import calibrant as cal
    >>> far_off = cal.predictions(probs=[0.1] * 200, labels=[0, 1] * 100)
    >>> CalibrationTestP()(far_off).value < 0.001
    True
    """

    view: View = "positive"
    higher_is_better: ClassVar[bool | None] = True

    def __post_init__(self) -> None:
        check_view(self.view)

    @property
    def statistic(self) -> ScoreGrid:
        """See `TallyMetric.statistic`."""
        return ScoreGrid(self.view)

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN where nothing is left to chance."""
        return torch.tensor(_chances(tally)["p"], dtype=torch.float64)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; the two chances stand among the details."""
        del level, class_names
        n, found = int(tally["count"].sum()), _chances(tally)
        value = found.pop("p")
        note = "" if hard_labels(tally) else CONSERVATIVE
        if math.isnan(value):
            note = SURE if n else "undefined: no rows"
        return Estimate(value, None, None, None, n, WHY, note=note, details=found)

    def estimate_clusters(self, plain: Estimate, blocks: Blocks, *, level: float) -> Estimate:
        """See `TallyMetric.estimate_clusters`: of blocks whose signs are drawn."""
        del level
        if math.isnan(float(plain)):
            return plain
        number = {"n_clusters": blocks.n_effective}
        if blocks.n_effective < FEWEST_CLUSTERS:
            note = f"undefined: {too_few(blocks)}"
            return replace(plain, value=math.nan, note=note, details=number)
        found = _chances(blocks.total, blocks)
        return replace(plain, value=found.pop("p"), note="", details=found | number)


def _chances(tally: Tally, blocks: Blocks | None = None) -> dict[str, float]:
    """P values of both parts and of the smaller one, from draws of outcomes as stated.

    With blocks of clusters from draws of their signs.
    """
    bins = equal_width(tally, FINEST)
    columns = {name: bins[name].numpy() for name in ("w", "wp", "wy", "wwp", "wwpp")}
    held = np.flatnonzero(columns["wwp"] - columns["wwpp"] > 1e-300)
    if not held.size:
        return {"p": math.nan}
    weight, expected, came, known, square = (sums[held] for sums in columns.values())
    tied, stated, z = _tied(tally, bins).at(held), expected / weight, _slope(tally)
    told = tied.as_counts(stated, known - square)
    if blocks is None:
        drawn = calibrated_gaps(*told)
        slopes = weighted_sum(1 - 2 * stated, drawn)
    else:
        drawn = flipped(np.stack([_gaps(part)[held] for part in blocks.tallies]))
        slopes = flipped(np.array([[_slope(part)] for part in blocks.tallies]))[0]
    information = told[-1] / tied.step(stated) ** 2
    scales = _largest_scale(_Gaps(held, expected - came, drawn, told[-1], information))
    ranks = np.stack([_rank(np.abs(np.append(z, slopes))), _rank(scales)])
    least = ranks.min(axis=0)
    return {
        "p": float(_rank(-least)[0]),
        "p_spiegelhalter": float(ranks[0, 0]),
        "p_scales": float(ranks[1, 0]),
    }


def _tied(tally: Tally, finest: Bins) -> TiedWeights:
    """What rows weigh in the finest bins, told by wide ones: few rows do not tell it."""
    names = ("w", "ww", "wy", "wwy")
    wide = equal_width(tally, WIDE)
    times = TiedWeights.of(*(wide[x].numpy() for x in names)).times.repeat(FINEST // WIDE)
    return TiedWeights.of(*(finest[x].numpy() for x in names), times=times)


def _slope(tally: Tally) -> float:
    """Sum of (p - y)(1 - 2p)."""
    return float((tally["wp"] - tally["wy"] - 2 * (tally["wpp"] - tally["wpy"])).sum())


def _gaps(tally: Tally) -> Float64[ndarray, " bin"]:
    """Stated less observed of the finest bins."""
    bins = equal_width(tally, FINEST)
    return (bins["wp"] - bins["wy"]).numpy()


@dataclass(frozen=True, slots=True)
class _Gaps:
    """Gaps of the bins that leave something to chance, in their order.

    Attributes
    ----------
    place : Int64[ndarray, "bin"]
        Which of all bins they are.
    seen, drawn : Float64[ndarray, "bin"], Float64[ndarray, "bin draw"]
        Gaps that are there, and gaps of outcomes as stated.
    variance, information : Float64[ndarray, "bin"]
        Variance of a gap, and how many rows it is worth.
    """

    place: Int64[ndarray, " bin"]
    seen: Float64[ndarray, " bin"]
    drawn: Float64[ndarray, "bin draw"]
    variance: Float64[ndarray, " bin"]
    information: Float64[ndarray, " bin"]

    def wider(self, times: int) -> "_Gaps":
        """The same in bins that are as many times as wide."""
        place = self.place // times
        first = np.flatnonzero(np.diff(place, prepend=-1))
        seen, variance, information = (
            np.add.reduceat(each, first) for each in (self.seen, self.variance, self.information)
        )
        drawn = np.empty((len(first), self.drawn.shape[1]))
        for out, part in zip(drawn, np.split(self.drawn, first[1:]), strict=True):
            part.sum(axis=0, out=out)  # five times as fast as `reduceat`
        return _Gaps(place[first], seen, drawn, variance, information)

    def chi_squared(self) -> Float64[ndarray, " draw"]:
        """Standardised chi-squared: of what was seen, then draw by draw."""
        used, rest = self.information >= LEAST, self.information < LEAST
        inverse = np.where(used, 1 / self.variance, 0)
        n_used, spread = int(used.sum()), float(self.variance[rest].sum())
        seen = float((inverse * self.seen**2).sum())
        drawn = np.einsum("b,bd,bd->d", inverse, self.drawn, self.drawn)
        if spread > 0:
            seen += float(self.seen[rest].sum()) ** 2 / spread
            drawn += weighted_sum(rest.astype(float), self.drawn) ** 2 / spread
            n_used += 1
        return (np.append(seen, drawn) - n_used) / np.sqrt(2 * n_used)


def _largest_scale(finest: _Gaps) -> Float64[ndarray, " draw"]:
    """Largest of the standardised chi-squared of all scales: of what was seen, then by draw."""
    found = {FINEST: finest}
    for n_bins in SCALES[-2::-1]:
        whole = min(n for n in found if n % n_bins == 0)  # the fewest that these are made of
        found[n_bins] = found[whole].wider(whole // n_bins)
    return np.max([gaps.chi_squared() for gaps in found.values()], axis=0)


def _rank(statistic: Float64[ndarray, " draw"]) -> Float64[ndarray, " draw"]:
    """Chance of one as great as each, ties half, from all of them."""
    order = np.argsort(statistic)
    ordered, rank = statistic[order], np.empty(statistic.size)
    slack = 1e-9 * np.abs(ordered)
    below = np.searchsorted(ordered, ordered - slack, side="left")
    at_most = np.searchsorted(ordered, ordered + slack, side="right")
    rank[order] = (statistic.size - (below + at_most) / 2) / statistic.size
    return rank
