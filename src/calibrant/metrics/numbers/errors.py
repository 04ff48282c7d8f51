"""Errors of predicted numbers: mean squared, its root, mean absolute, and mean signed."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar

from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.means import MeanScore
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.statistics.moments import Moments, RowScore
from calibrant.statistics.tally import Tally

__all__ = ["MeanAbsoluteError", "MeanError", "MeanSquaredError", "RootMeanSquaredError", "root_of"]


@dataclass(frozen=True, slots=True)
class SquaredMiss(RowScore):
    """Square of predicted less true."""

    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        assert isinstance(rows, Numbers)  # checked where rows are tallied
        return rows.errors.square()


@dataclass(frozen=True, slots=True)
class AbsoluteMiss(RowScore):
    """Distance of predicted from true."""

    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        assert isinstance(rows, Numbers)  # checked where rows are tallied
        return rows.errors.abs()


@dataclass(frozen=True, slots=True)
class SignedMiss(RowScore):
    """Predicted less true."""

    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        assert isinstance(rows, Numbers)  # checked where rows are tallied
        return rows.errors


@dataclass(frozen=True, slots=True)
class MeanSquaredError(MeanScore):
    r"""Mean of :math:`(\hat t - t)^2` over rows, at least 0, in the square of the target's unit.

    The interval is Bonett's, on the scale of logarithms.

    Notes
    -----
    Squares are skewed, and more so the heavier the tails of the errors. Simulated coverage at
    95 %, of 10, 30 and 100 rows: 96, 95 and 95 % of normal errors, 92, 91 and 93 % of Laplace and
    93, 91 and 91 % of t-distributed ones with five degrees of freedom, where Student's interval
    covers 86, 91 and 93 %, 77, 84 and 90 %, 76, 82 and 88 %.

    References
    ----------
    .. [1] Gneiting. "Making and Evaluating Point Forecasts." JASA 106, 2011: the mean squared
       error asks for the mean, the mean absolute error for the median.
    .. [2] Bonett. "Approximate Confidence Interval for Standard Deviation of Nonnormal
       Distributions." Computational Statistics & Data Analysis 50, 2006.

    Examples
    --------
    >>> import calibrant as cal
    >>> MeanSquaredError()(cal.numbers(predicted=[1.0, 2.0], targets=[2.0, 5.0])).value
    5.0
    """

    higher_is_better: ClassVar[bool | None] = False
    is_square: ClassVar[bool] = True

    @property
    def score(self) -> SquaredMiss:
        """See `MeanScore.score`."""
        return SquaredMiss()


@dataclass(frozen=True, slots=True)
class MeanAbsoluteError(MeanScore):
    r"""Mean of :math:`|\hat t - t|` over rows, at least 0, in the target's unit.

    The interval is Student's, from the moments of the rows.

    References
    ----------
    .. [1] As for `MeanSquaredError`.

    Examples
    --------
    >>> import calibrant as cal
    >>> MeanAbsoluteError()(cal.numbers(predicted=[1.0, 2.0], targets=[2.0, 5.0])).value
    2.0
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def score(self) -> AbsoluteMiss:
        """See `MeanScore.score`."""
        return AbsoluteMiss()


@dataclass(frozen=True, slots=True)
class MeanError(MeanScore):
    r"""Mean of :math:`\hat t - t` over rows, in the target's unit: above 0, predicted too high.

    0 says that misses cancel, not that there are none. The interval is Student's.

    References
    ----------
    .. [1] Wilks. "Statistical Methods in the Atmospheric Sciences." Academic Press, 2011, chapter
       8: the bias.

    Examples
    --------
    >>> import calibrant as cal
    >>> MeanError()(cal.numbers(predicted=[1.0, 2.0], targets=[2.0, 5.0])).value
    -2.0
    """

    higher_is_better: ClassVar[bool | None] = None
    signed: ClassVar[bool] = True

    @property
    def score(self) -> SignedMiss:
        """See `MeanScore.score`."""
        return SignedMiss()


@dataclass(frozen=True, slots=True)
class RootMeanSquaredError(TallyMetric):
    r"""Root of `MeanSquaredError`, at least 0, in the target's unit.

    The ends of its interval are the roots of those of the mean squared error.

    References
    ----------
    .. [1] As for `MeanSquaredError`.

    Examples
    --------
    >>> import calibrant as cal
    >>> RootMeanSquaredError()(cal.numbers(predicted=[1.0, 2.0], targets=[2.0, 9.0])).value
    5.0
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def statistic(self) -> Moments:
        """See `TallyMetric.statistic`."""
        return MeanSquaredError().statistic

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`."""
        return MeanSquaredError().read(tally).sqrt()

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        return root_of(MeanSquaredError().estimate(tally, level=level, class_names=class_names))


def root_of(square: Estimate) -> Estimate:
    """Root of an estimate, with the roots of its ends."""
    value = math.sqrt(float(square))
    if not isinstance(square.low, float) or not isinstance(square.high, float):
        return replace(square, value=value)
    low, high = math.sqrt(square.low), math.sqrt(square.high)
    return replace(square, value=value, low=low, high=high, method=f"root of {square.method}")
