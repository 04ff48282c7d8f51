"""Errors of logarithms, and the logarithm of the cosine of errors."""

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.regression.log_cosh import log_cosh_loss
from calibrant.metrics.base import TallyMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.means import MeanScore
from calibrant.metrics.numbers.errors import root_of
from calibrant.metrics.numbers.stated import truth_of
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.statistics.moments import Moments, RowScore
from calibrant.statistics.tally import Tally

__all__ = ["LogCosh", "MeanSquaredLogError", "RootMeanSquaredLogError"]


@dataclass(frozen=True, slots=True)
class SquaredLogMiss(RowScore):
    """Square of the difference of log(1 + number), predicted less true."""

    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        numbers, targets = truth_of(rows)
        for argument, column in (("predicted", numbers.predicted), ("targets", targets)):
            if bool((column <= -1).any()):
                rule, got = "lie above -1 for msle", f"{float(column.min()):.6g}"
                remedy = "Use mse, or predict numbers of at least 0."
                raise InputError(argument, rule, got, remedy)
        return (numbers.predicted.log1p() - targets.log1p()).square()


@dataclass(frozen=True, slots=True)
class LogCoshMiss(RowScore):
    """Log of the hyperbolic cosine of the error."""

    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        numbers, targets = truth_of(rows)
        return log_cosh_loss(numbers.predicted, targets)


@dataclass(frozen=True, slots=True)
class MeanSquaredLogError(MeanScore):
    r"""Mean of :math:`(\log(1 + \hat t) - \log(1 + t))^2`, at least 0.

    For small errors the square of the relative error of 1 + t: without a unit, but the 1 is in
    the unit of the target, so that thousands instead of units change it. Too low costs more than
    too high by the same amount. The interval is Bonett's, as that of `MeanSquaredError`.

    References
    ----------
    .. [1] As for `MeanSquaredError`: it is that of logarithms.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(predicted=[1.0, 3.0], targets=[0.0, 3.0])
    >>> round(MeanSquaredLogError()(rows).value, 6)  # (log 2)^2 / 2
    0.240227
    """

    higher_is_better: ClassVar[bool | None] = False
    is_square: ClassVar[bool] = True

    @property
    def score(self) -> SquaredLogMiss:
        """See `MeanScore.score`."""
        return SquaredLogMiss()


@dataclass(frozen=True, slots=True)
class RootMeanSquaredLogError(TallyMetric):
    """Root of `MeanSquaredLogError`, at least 0: .1 is about ten per cent of 1 + t.

    The ends of its interval are the roots of those of the mean.

    References
    ----------
    .. [1] As for `MeanSquaredLogError`.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(predicted=[1.0, 3.0], targets=[0.0, 1.0])  # log 2 off, both
    >>> round(RootMeanSquaredLogError()(rows).value, 6)
    0.693147
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def statistic(self) -> Moments:
        """See `TallyMetric.statistic`."""
        return MeanSquaredLogError().statistic

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`."""
        return MeanSquaredLogError().read(tally).sqrt()

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        square = MeanSquaredLogError().estimate(tally, level=level, class_names=class_names)
        return root_of(square)


@dataclass(frozen=True, slots=True)
class LogCosh(MeanScore):
    r"""Mean of :math:`\log \cosh(\hat t - t)`, at least 0.

    About half the squared error where errors are small beside 1, the absolute error less
    :math:`\log 2` where they are large: it depends on the unit of the target. The interval is
    Bonett's, as that of `MeanSquaredError`; simulated coverage at 95 %, of normal errors with a
    standard deviation of .2, 1 and 5: 94 to 97 % at 10, 30 and 100 rows.

    References
    ----------
    .. [1] Saleh and Saleh. "Statistical Properties of the log-cosh Loss Function Used in Machine
       Learning." 2022.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(predicted=[1.0, 1000.0], targets=[1.0, 0.0])
    >>> round(LogCosh()(rows).value, 6)  # (0 + 1000 - log 2) / 2
    499.653426
    """

    higher_is_better: ClassVar[bool | None] = False
    is_square: ClassVar[bool] = True

    @property
    def score(self) -> LogCoshMiss:
        """See `MeanScore.score`."""
        return LogCoshMiss()
