"""Central intervals of stated distributions: what they hold, their width and their score."""

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float64
from torch import Tensor

from calibrant.losses.regression.interval import interval_score
from calibrant.metrics.means import MeanScore
from calibrant.metrics.numbers.quantiles import check_share
from calibrant.metrics.numbers.stated import central, truth_of
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.statistics.moments import RowScore

__all__ = ["IntervalCoverage", "IntervalScore", "IntervalWidth"]

HINT = "0.9 holds nine of ten."


@dataclass(frozen=True, slots=True)
class Inside(RowScore):
    """1 where the target lies in the closed central interval, else 0."""

    level: float
    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        numbers, targets = truth_of(rows)
        low, high = central(numbers, self.level, f"interval_coverage_{self.level:g}").unbind(1)
        return ((low <= targets) & (targets <= high)).double()


@dataclass(frozen=True, slots=True)
class Width(RowScore):
    """Width of the central interval."""

    level: float
    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        numbers, _ = truth_of(rows)
        low, high = central(numbers, self.level, f"interval_width_{self.level:g}").unbind(1)
        return high - low


@dataclass(frozen=True, slots=True)
class WidthAndMisses(RowScore):
    """Width of the central interval, and what the target misses it by, weighted."""

    level: float
    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        numbers, targets = truth_of(rows)
        ends = central(numbers, self.level, f"interval_score_{self.level:g}")
        return interval_score(ends, targets, level=self.level)


@dataclass(frozen=True, slots=True)
class IntervalCoverage(MeanScore):
    r"""Share of targets inside of the central interval of a level, in [0, 1]; ends belong to it.

    The interval runs from the quantile of level :math:`(1 - c) / 2` to that of
    :math:`(1 + c) / 2`: of a normal distribution :math:`\mu \pm \sigma \Phi^{-1}((1 + c) / 2)`; of
    members interpolated between them as for `Pinball`; of quantiles those that are stated. It
    should be c, neither more nor less. The interval of the share is Wilson's.

    Parameters
    ----------
    level : float, default 0.9
        Share c that the intervals promise, in (0, 1).

    References
    ----------
    .. [1] Gneiting, Balabdaoui and Raftery. "Probabilistic Forecasts, Calibration and Sharpness."
       JRSS B 69, 2007.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(predicted=[0.0, 0.0], std=[1.0, 1.0], targets=[1.6, 1.7])  # 1.6449
    >>> IntervalCoverage(0.9)(rows).value
    0.5
    """

    level: float = 0.9
    higher_is_better: ClassVar[bool | None] = None
    is_share: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the level."""
        check_share("level", self.level, HINT)

    @property
    def score(self) -> Inside:
        """See `MeanScore.score`."""
        return Inside(float(self.level))


@dataclass(frozen=True, slots=True)
class IntervalWidth(MeanScore):
    """Mean width of the central interval of a level, at least 0, in the target's unit.

    Narrow is good only where `IntervalCoverage` keeps what the level promises. The interval of the
    mean is Student's.

    Parameters
    ----------
    level : float, default 0.9
        Share that the intervals promise, in (0, 1).

    References
    ----------
    .. [1] As for `IntervalCoverage`.

    Examples
    --------
    >>> import calibrant as cal
    >>> stated = {0.05: [1.0, 2.0], 0.5: [2.0, 3.0], 0.95: [4.0, 7.0]}
    >>> IntervalWidth(0.9)(cal.numbers(quantiles=stated, targets=[3.0, 3.0])).value  # (3 + 5) / 2
    4.0
    """

    level: float = 0.9
    higher_is_better: ClassVar[bool | None] = False

    def __post_init__(self) -> None:
        """Check the level."""
        check_share("level", self.level, HINT)

    @property
    def score(self) -> Width:
        """See `MeanScore.score`."""
        return Width(float(self.level))


@dataclass(frozen=True, slots=True)
class IntervalScore(MeanScore):
    r"""Mean of the width plus :math:`\frac2\alpha` times what the target misses by, at least 0.

    In the target's unit, of the central interval of level :math:`1 - \alpha`: proper, least on
    average at the true quantiles, so that it weighs width against coverage. The interval of the
    mean is Student's.

    Parameters
    ----------
    level : float, default 0.9
        Share that the intervals promise, in (0, 1).

    References
    ----------
    .. [1] Winkler. "A Decision-Theoretic Approach to Interval Estimation." JASA 67, 1972.
    .. [2] Gneiting and Raftery. "Strictly Proper Scoring Rules, Prediction, and Estimation." JASA
       102, 2007, equation 43.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(quantiles={0.25: [1.0], 0.5: [2.0], 0.75: [4.0]}, targets=[6.0])
    >>> IntervalScore(0.5)(rows).value  # 3 + 2/.5 * 2
    11.0
    """

    level: float = 0.9
    higher_is_better: ClassVar[bool | None] = False

    def __post_init__(self) -> None:
        """Check the level."""
        check_share("level", self.level, HINT)

    @property
    def score(self) -> WidthAndMisses:
        """See `MeanScore.score`."""
        return WidthAndMisses(float(self.level))
