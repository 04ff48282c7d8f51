"""Calibration errors of yes/no events, read from equal-width bins of the score grid."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.binned.noise_floor import SOFT, floor_of_max, floor_of_mean, hard_labels
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.settings import check_bins, check_choice
from calibrant.statistics.score_grid import Closed, ScoreGrid, View, coarsen
from calibrant.statistics.tally import Tally

__all__ = ["BIASED", "ExpectedCalibrationError", "MaximumCalibrationError"]

BIASED = "not available: the plug-in is biased upwards, and plain resampling adds to the bias"


def _check(view: str, n_bins: int, closed: str) -> None:
    check_choice("view", view, ("top_label", "positive"))
    check_bins(n_bins)
    check_choice("closed", closed, ("right", "left"))


@dataclass(frozen=True, slots=True)
class ExpectedCalibrationError(TallyMetric):
    r"""Mean gap between stated probability and observed share, over bins, in [0, 1].

    Bin :math:`b` adds :math:`|\sum_b w (p - y)| / \sum w`; an empty bin adds nothing. From
    one tally every number of bins that divides 14,400 is read.

    Parameters
    ----------
    view : {"top_label", "positive"}, default "top_label"
        Event of a row: its likeliest class is right, or the positive class came out.
    n_bins : int, default 15
        Number of equal-width bins on [0, 1].
    closed : {"right", "left"}, default "right"
        Whether bins are ``(lo, hi]``, zero in the first, or ``[lo, hi)``.

    Notes
    -----
    The plug-in estimate is biased upwards, the more so with many bins and few rows: read it
    beside its noise floor.

    References
    ----------
    .. [1] Naeini et al. "Obtaining Well Calibrated Probabilities Using Bayesian Binning."
       AAAI 2015. Guo et al. "On Calibration of Modern Neural Networks." ICML 2017.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[[0.75, 0.25], [0.625, 0.375]], labels=[0, 1])
    >>> ExpectedCalibrationError(n_bins=2)(rows).value  # |0.75 + 0.625 - 1| / 2
    0.1875
    """

    view: View = "top_label"
    n_bins: int = 15
    closed: Closed = "right"
    higher_is_better: ClassVar[bool | None] = False

    def __post_init__(self) -> None:
        _check(self.view, self.n_bins, self.closed)

    @property
    def statistic(self) -> ScoreGrid:
        """See `TallyMetric.statistic`."""
        return ScoreGrid.holding(self.view, self.n_bins, self.closed)

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for a tally of no rows."""
        gap = coarsen(tally, "wp", self.n_bins) - coarsen(tally, "wy", self.n_bins)
        return gap.abs().sum() / tally["w"].sum()

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; the noise floor comes with it, an interval does not."""
        del level, class_names
        total = tally["w"].sum()
        noise = coarsen(tally, "wwp", self.n_bins) - coarsen(tally, "wwpp", self.n_bins)
        spread = coarsen(tally, "wp", self.n_bins) - coarsen(tally, "wpp", self.n_bins)
        floor = floor_of_mean(noise / total.square(), 2 * spread / total)
        value, n = float(self.read(tally)), int(tally["count"].sum())
        if not hard_labels(tally):
            return Estimate(value, None, None, None, n, BIASED, note=SOFT)
        return Estimate(value, None, None, None, n, BIASED, noise_floor=float(floor))


@dataclass(frozen=True, slots=True)
class MaximumCalibrationError(TallyMetric):
    r"""Largest gap between stated probability and observed share of any bin, in [0, 1].

    Parameters
    ----------
    view, n_bins, closed
        As for `ExpectedCalibrationError`.

    Notes
    -----
    Decided by the bin with the fewest rows more often than not: one row stated at .7 that
    fails makes it .7. The noise floor says how large it is without any fault.

    References
    ----------
    .. [1] Naeini et al. "Obtaining Well Calibrated Probabilities Using Bayesian Binning."
       AAAI 2015.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.25, 0.75, 0.75], outcomes=[0, 1, 0])
    >>> MaximumCalibrationError(n_bins=2)(rows).value  # .25 in both bins
    0.25
    """

    view: View = "top_label"
    n_bins: int = 15
    closed: Closed = "right"
    higher_is_better: ClassVar[bool | None] = False

    def __post_init__(self) -> None:
        _check(self.view, self.n_bins, self.closed)

    @property
    def statistic(self) -> ScoreGrid:
        """See `TallyMetric.statistic`."""
        return ScoreGrid.holding(self.view, self.n_bins, self.closed)

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for a tally of no rows."""
        gap = coarsen(tally, "wp", self.n_bins) - coarsen(tally, "wy", self.n_bins)
        weight = coarsen(tally, "w", self.n_bins)
        largest = (gap.abs() / torch.where(weight > 0, weight, 1)).max()
        return torch.where(weight.sum() > 0, largest, torch.nan)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; the noise floor comes with it, an interval does not."""
        del level, class_names
        weight = coarsen(tally, "w", self.n_bins)
        noise = coarsen(tally, "wwp", self.n_bins) - coarsen(tally, "wwpp", self.n_bins)
        held = weight > 0
        floor = floor_of_max(noise[held].clamp(min=0).sqrt() / weight[held])
        why = "not available: the largest of many gaps has no interval in closed form"
        value, n = float(self.read(tally)), int(tally["count"].sum())
        if not hard_labels(tally):
            return Estimate(value, None, None, None, n, why, note=SOFT)
        return Estimate(value, None, None, None, n, why, noise_floor=floor)
