"""Errors by their order: the median and the greatest, which no sum holds."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import MemoryMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import Interval, wilson
from calibrant.metrics.numbers.stated import truth_of
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows

__all__ = ["MaxError", "MedianAbsoluteError"]

SLACK = 1e-12  # of a share of the weight: rounding of a sum


@dataclass(frozen=True, slots=True)
class MedianAbsoluteError(MemoryMetric):
    r"""Median of :math:`|\hat t - t|` over rows, at least 0, in the target's unit.

    Half of the weight lies on either side; of an even number of rows the mean of the middle two. A
    few rows that are far off do not move it, up to half of them. The interval is Woodruff's: the
    errors next beyond the ends of the Wilson interval of one half, so that it covers at least what
    it promises: in simulations at 95 %, 97 % at 50 rows and 95 % at 500. Rows must be in memory.

    References
    ----------
    .. [1] Woodruff. "Confidence Intervals for Medians and Other Position Measures." JASA 47, 1952.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(predicted=[1.0, 2.0, 3.0, 9.0], targets=[1.0, 3.0, 5.0, 0.0])
    >>> MedianAbsoluteError()(rows).value  # of 0, 1, 2 and 9
    1.5
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def reads(self) -> tuple[type[Rows], ...]:
        """See `Metric.reads`."""
        return (Numbers,)

    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `MemoryMetric.estimate_rows`."""
        numbers, _ = truth_of(rows)
        weight = numbers.weight()
        errors, order = numbers.errors.abs().sort()
        reached = weight[order].cumsum(dim=0)
        below = torch.searchsorted(reached, reached[-1] * (0.5 - SLACK))
        above = torch.searchsorted(reached, reached[-1] * (0.5 + SLACK), right=True)
        value = float(errors[below] + errors[above]) / 2
        n_effective = float(reached[-1].square() / weight.square().sum())
        interval = _woodruff(errors, reached / reached[-1], wilson(0.5, n_effective, level))
        shown = level if interval.low is not None else None
        return Estimate(value, interval.low, interval.high, shown, len(rows), interval.method)


def _woodruff(
    errors: Float64[Tensor, " row"], reached: Float64[Tensor, " row"], half: Interval
) -> Interval:
    """Ascending errors beyond which no more than the ends of `half` of the weight lie."""
    assert half.low is not None
    assert half.high is not None
    before = torch.cat((reached.new_zeros(1), reached[:-1]))
    low = int(torch.searchsorted(reached, half.low + SLACK, right=True)) - 1
    high = int(torch.searchsorted(before, half.high - SLACK))
    if low < 0 or high >= len(errors):
        return Interval.missing("fewer than six rows tell no such interval")
    if not errors[low] < errors[high]:
        return Interval.missing("so many rows have the same error that both ends are it")
    method = "Woodruff, from the Wilson interval of one half"
    return Interval(float(errors[low]), float(errors[high]), method)


@dataclass(frozen=True, slots=True)
class MaxError(MemoryMetric):
    r"""Greatest :math:`|\hat t - t|` of any row, at least 0, in the target's unit.

    One row decides it, and it grows with the number of rows: compare it on the same rows only.
    Weights do not matter, but for those of 0. Rows must be in memory.

    References
    ----------
    .. [1] Coles. "An Introduction to Statistical Modeling of Extreme Values." Springer, 2001: why
       the greatest of a sample has no interval without a model of the tail.

    Examples
    --------
    >>> import calibrant as cal
    >>> MaxError()(cal.numbers(predicted=[1.0, 2.0], targets=[2.0, 5.0])).value
    3.0
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def reads(self) -> tuple[type[Rows], ...]:
        """See `Metric.reads`."""
        return (Numbers,)

    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `MemoryMetric.estimate_rows`."""
        del level
        numbers, _ = truth_of(rows)
        method = "not available: the greatest error of more rows is greater"
        value = float(numbers.errors.abs().max())
        return Estimate(value, None, None, None, len(rows), method)
