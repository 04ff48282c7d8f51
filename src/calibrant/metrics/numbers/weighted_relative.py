"""The sum of errors over the sum of what was to be predicted."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64
from scipy.special import stdtrit
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import Interval
from calibrant.metrics.numbers.errors import AbsoluteMiss
from calibrant.metrics.numbers.stated import truth_of
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.statistics.moments import RowScore
from calibrant.statistics.ratio_moments import RatioMoments
from calibrant.statistics.tally import Tally

__all__ = ["TargetSize", "WeightedAbsolutePercentageError"]


@dataclass(frozen=True, slots=True)
class TargetSize(RowScore):
    """Distance of the target from 0."""

    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        return truth_of(rows)[1].abs()


@dataclass(frozen=True, slots=True)
class WeightedAbsolutePercentageError(TallyMetric):
    r"""Sum of errors over the sum of sizes, :math:`\sum w |\hat t - t| / \sum w |t|`, at least 0.

    .1 is ten per cent of all that came out: `MeanAbsoluteError` over the mean size of the targets,
    or the mean of the relative errors, each weighed by its target. Targets of 0 do no harm;
    undefined where all of them are. The interval is Student's for the logarithm of the ratio, from
    its variance to first order.

    References
    ----------
    .. [1] Kolassa and Schuetz. "Advantages of the MAD/Mean Ratio over the MAPE." Foresight 6, 2007.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(predicted=[1.0, 5.0], targets=[0.0, 8.0])
    >>> WeightedAbsolutePercentageError()(rows).value  # (1 + 3) / (0 + 8)
    0.5
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def statistic(self) -> RatioMoments:
        """See `TallyMetric.statistic`."""
        return RatioMoments(AbsoluteMiss(), TargetSize())

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN where all targets are 0."""
        size = tally["wb"]
        return torch.where(size > 0, tally["wa"] / size, torch.nan)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        del class_names  # numbers have none
        value, n = float(self.read(tally)), int(tally["count"])
        if math.isnan(value):
            why = "all targets are 0" if n else "no rows"
            return Estimate(
                value, None, None, None, n, f"not available: {why}", note=f"undefined: {why}"
            )
        interval = _interval(tally, value, level)
        shown = level if interval.low is not None else None
        return Estimate(value, interval.low, interval.high, shown, n, interval.method)


def _interval(tally: Tally, value: float, level: float) -> Interval:
    """Student's for the logarithm of the ratio: a row adds a - value * b to its error."""
    n = float(tally["w"].square() / tally["ww"])
    if not value > 0:
        return Interval.missing("no row is off, which tells nothing of the spread")
    if not n > 2 - 1e-9:
        return Interval.missing("the rows are too few to tell the spread")
    scatter = float(tally["wwaa"] - 2 * value * tally["wwab"] + value**2 * tally["wwbb"])
    if scatter <= 1e-12 * float(tally["wwaa"]):
        return Interval.missing("all rows are off by the same share but for rounding")
    variance = scatter / float(tally["wa"]) ** 2 * n / (n - 1)
    half = float(stdtrit(n - 1, 0.5 + level / 2)) * math.sqrt(variance)
    if not half < 50:
        return Interval.missing("the rows are too few to tell the spread")
    low, high = (value * math.exp(side * half) for side in (-1, 1))
    return Interval(low, high, "delta method (t), on the scale of logarithms")
