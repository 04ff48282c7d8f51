"""Calibration errors of yes/no events, read from equal-width bins of the score grid."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar, final

from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.binned.bins import Bins, Norm, equal_width, floor_of, size_of
from calibrant.metrics.binned.evidence import NONE, against_chance, error_interval, foretold
from calibrant.metrics.binned.finer import hidden_note
from calibrant.metrics.binned.in_clusters import Size, error_in_clusters
from calibrant.metrics.binned.noise_floor import SOFT, hard_labels
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.blocks import Blocks
from calibrant.metrics.inference.once import shared
from calibrant.metrics.intervals import Interval
from calibrant.metrics.settings import check_bins, check_choice, check_view
from calibrant.statistics.score_grid import Closed, ScoreGrid, View
from calibrant.statistics.tally import Tally

__all__ = [
    "NO_ROWS",
    "EqualWidthMetric",
    "ExpectedCalibrationError",
    "MaximumCalibrationError",
    "RootMeanSquaredCalibrationError",
    "plug_in",
]

NO_ROWS = "undefined: no rows"


@dataclass(frozen=True, slots=True)
class EqualWidthMetric(TallyMetric, ABC):
    """What is read from equal-width bins of one event a row.

    Parameters
    ----------
    view : {"top_label", "positive"}, default "top_label"
        Event of a row: its likeliest class is right, or the positive class came out.
    n_bins : int, default 15
        Number of equal-width bins on [0, 1].
    closed : {"right", "left"}, default "right"
        Whether bins are ``(lo, hi]``, zero in the first, or ``[lo, hi)``.
    """

    view: View = "top_label"
    n_bins: int = 15
    closed: Closed = "right"
    higher_is_better: ClassVar[bool | None] = False

    def __post_init__(self) -> None:
        check_view(self.view)
        check_bins(self.n_bins)
        check_choice("closed", self.closed, ("right", "left"))

    @property
    @final
    def statistic(self) -> ScoreGrid:
        """See `TallyMetric.statistic`."""
        return ScoreGrid.holding(self.view, self.n_bins, self.closed)

    @property
    @final
    def block_statistic(self) -> ScoreGrid:
        """See `TallyMetric.block_statistic`: its own bins."""
        return ScoreGrid(self.view, self.n_bins, self.closed)

    @property
    def size(self) -> Size | None:
        """What of the gaps it is, if blocks of clusters tell its noise; else it is `rough`."""
        return None

    @property
    def freed(self) -> bool:
        """Whether noise was taken off the value: blocks of clusters tell no floor of the rest."""
        return False

    @final
    def estimate_clusters(self, plain: Estimate, blocks: Blocks, *, level: float) -> Estimate:
        """See `TallyMetric.estimate_clusters`."""
        if plain.value != plain.value:  # undefined
            return plain
        assert self.size is not None  # else it is rough
        told = (plain, blocks, self.n_bins, self.size, level)
        return error_in_clusters(*told, floor=not self.freed)

    @abstractmethod
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for a tally of no rows."""


@dataclass(frozen=True, slots=True)
class _PlugIn(EqualWidthMetric, ABC):
    """Size of the gaps as they are, noise and all."""

    norm: ClassVar[Norm]

    @property
    @final
    def size(self) -> Size | None:
        """See `EqualWidthMetric.size`."""
        return None if self.norm == "max" else self.norm

    @final
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for a tally of no rows."""
        return size_of(equal_width(tally, self.n_bins), self.norm)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; the noise floor comes with it."""
        del class_names
        bins, n = equal_width(tally, self.n_bins), int(tally["count"].sum())
        return plug_in(bins, self.norm, n, hard=hard_labels(tally), level=level)


@dataclass(frozen=True, slots=True)
class ExpectedCalibrationError(_PlugIn):
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
    beside its noise floor, or read `DebiasedCalibrationError`. Gaps of unlike sign in a bin cancel;
    where finer bins show significantly more, `note` says so.

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

    norm: ClassVar[Norm] = "l1"

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; a note says so where finer bins show more."""
        plain = _PlugIn.estimate(self, tally, level=level, class_names=class_names)
        hidden = hidden_note(tally, self.n_bins, float(plain))
        return replace(plain, note="; ".join(filter(None, (plain.note, hidden))))


@dataclass(frozen=True, slots=True)
class RootMeanSquaredCalibrationError(_PlugIn):
    r"""Root of the mean squared gap between stated and observed, over bins, in [0, 1].

    :math:`(\sum_b P_b g_b^2)^{1/2}`, for the share of weight :math:`P_b` of a bin and its gap
    :math:`g_b` of means. At least the expected and at most the maximum calibration error of the
    same bins; its square is the reliability part of the Brier score, up to the spread in bins.

    Parameters
    ----------
    view, n_bins, closed
        As for `ExpectedCalibrationError`.

    Notes
    -----
    Biased upwards as all plug-in errors are; `SquaredCalibrationError` has no bias.

    References
    ----------
    .. [1] Murphy. "A New Vector Partition of the Probability Score." Journal of Applied
       Meteorology 12, 1973. Kumar et al. "Verified Uncertainty Calibration." NeurIPS 2019.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.25, 0.75, 0.75, 0.75], outcomes=[1, 1, 1, 0])
    >>> error = RootMeanSquaredCalibrationError("positive", n_bins=2)(rows)
    >>> round(error.value**2, 6)  # .75^2 / 4 + (.75 - 2 / 3)^2 * 3 / 4
    0.145833
    """

    norm: ClassVar[Norm] = "l2"


@dataclass(frozen=True, slots=True)
class MaximumCalibrationError(_PlugIn):
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

    norm: ClassVar[Norm] = "max"
    rough: ClassVar[str] = "blocks tell too little of single bins"


def plug_in(
    bins: Bins, norm: Norm, n: int, *, hard: bool, level: float, ends: Interval | None = None
) -> Estimate:
    """Estimate of the size of the gaps of one event, with its noise floor where labels are hard.

    Its interval is that of bins of given edges, if no other is at hand.
    """
    value = float(size_of(bins, norm))
    if not n:
        return Estimate(value, None, None, None, n, NONE, note=NO_ROWS)
    if ends is None:
        ends = shared(error_interval, bins, norm, hard=hard, level=level)
    known = foretold(bins, hard=hard)
    return Estimate(
        *(value, ends.low, ends.high, None if ends.low is None else level, n, ends.method),
        noise_floor=float(floor_of(bins, norm)) if known else None,
        note="" if hard else SOFT,
        details=dict(shared(against_chance, bins, norm)) if known else {},
    )
