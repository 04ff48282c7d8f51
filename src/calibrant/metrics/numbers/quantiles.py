"""Pinball loss of quantiles, at one level and over all that are stated."""

from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.regression.quantile import quantile_loss
from calibrant.metrics.means import MeanScore
from calibrant.metrics.numbers.stated import quantile_at, quantiles_of, truth_of
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.statistics.moments import RowScore

__all__ = ["MeanPinball", "Pinball", "WeightedIntervalScore", "check_share"]


def check_share(argument: str, value: object, hint: str) -> None:
    """Raise unless a level lies between 0 and 1."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < float(value) < 1:
        raise InputError(argument, "lie between 0 and 1", f"{value!r}", hint)


@dataclass(frozen=True, slots=True)
class PinballLoss(RowScore):
    """Pinball loss of the quantile of a level, or of a point that is meant to be one."""

    q: float
    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        numbers, targets = truth_of(rows)
        what = f"pinball_{self.q:g}"
        spread = numbers.spread
        at = numbers.predicted if spread is None else quantile_at(spread, numbers, self.q, what)
        return quantile_loss(at, targets, q=self.q)


@dataclass(frozen=True, slots=True)
class MeanPinballLoss(RowScore):
    """Mean of the pinball losses of all quantiles that a row states."""

    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        numbers, targets = truth_of(rows)
        stated = quantiles_of(numbers, "mean_pinball")
        return quantile_loss(stated.values, targets, q=stated.levels)


@dataclass(frozen=True, slots=True)
class WeightedIntervalLoss(RowScore):
    """Twice the mean of the pinball losses of the median and of pairs of quantiles about it."""

    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        numbers, targets = truth_of(rows)
        stated = quantiles_of(numbers, "weighted_interval_score")
        if not stated.is_symmetric:
            rule = "be the median and pairs about it, such as 0.05 and 0.95"
            remedy = "Add those that are missing, or use mean_pinball."
            raise InputError("quantiles", rule, stated.what, remedy)
        return 2 * quantile_loss(stated.values, targets, q=stated.levels)


@dataclass(frozen=True, slots=True)
class Pinball(MeanScore):
    r"""Mean of :math:`\max(q (t - f), (1 - q) (f - t))` over rows, at least 0.

    In the target's unit. Least, on average, where f is the quantile of level q. Of a normal
    distribution f is
    :math:`\mu + \sigma \Phi^{-1}(q)`; of members it is interpolated between them, at place
    :math:`(m + 1) q`; of quantiles it is that of this level, which must be stated. A point alone
    counts as the quantile: at 0.5 this is half of `MeanAbsoluteError`. The interval is Student's.

    Parameters
    ----------
    q : float, default 0.5
        Level in (0, 1): the share of targets that shall lie below f.

    References
    ----------
    .. [1] Koenker and Bassett. "Regression Quantiles." Econometrica 46, 1978.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(predicted=[1.0, 4.0], targets=[3.0, 3.0])
    >>> Pinball(0.75)(rows).value  # (.75 * 2 + .25 * 1) / 2
    0.875
    """

    q: float = 0.5
    higher_is_better: ClassVar[bool | None] = False

    def __post_init__(self) -> None:
        """Check the level."""
        check_share("q", self.q, "0.5 is the median.")

    @property
    def score(self) -> PinballLoss:
        """See `MeanScore.score`."""
        return PinballLoss(float(self.q))


@dataclass(frozen=True, slots=True)
class MeanPinball(MeanScore):
    """Mean of `Pinball` over all levels at which rows state quantiles, in the target's unit.

    It depends on which levels these are: compare it for the same ones only. The interval is
    Student's.

    References
    ----------
    .. [1] As for `Pinball`.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(quantiles={0.25: [1.0], 0.5: [2.0], 0.75: [4.0]}, targets=[3.0])
    >>> MeanPinball()(rows).value  # (.25 * 2 + .5 * 1 + .25 * 1) / 3, rounded
    0.4166666666666667
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def score(self) -> MeanPinballLoss:
        """See `MeanScore.score`."""
        return MeanPinballLoss()


@dataclass(frozen=True, slots=True)
class WeightedIntervalScore(MeanScore):
    r"""Interval scores of all pairs of quantiles about the median, weighted, in the target's unit.

    With K central intervals, of which the k-th misses a share :math:`\alpha_k`, and the median m:
    :math:`(|t - m| / 2 + \sum_k \frac{\alpha_k}2 S_k) / (K + \frac12)`, where :math:`S_k` is the
    interval score. That is twice the mean pinball loss of the 2 K + 1 quantiles; over evenly spread
    levels it tends to the CRPS. The interval is Student's.

    References
    ----------
    .. [1] Bracher, Ray, Gneiting and Reich. "Evaluating Epidemic Forecasts in an Interval Format."
       PLOS Computational Biology 17, 2021.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(quantiles={0.25: [1.0], 0.5: [2.0], 0.75: [4.0]}, targets=[3.0])
    >>> round(WeightedIntervalScore()(rows).value, 6)  # (|3 - 2| / 2 + .5 / 2 * (4 - 1)) / 1.5
    0.833333
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def score(self) -> WeightedIntervalLoss:
        """See `MeanScore.score`."""
        return WeightedIntervalLoss()
