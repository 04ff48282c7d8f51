"""How far the class chosen lies from the one that came out, for classes in order."""

from dataclasses import dataclass
from numbers import Integral
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.base import TallyMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import Interval, mean_interval, wilson
from calibrant.statistics.confusion import Confusion
from calibrant.statistics.tally import Tally

__all__ = ["AdjacentAccuracy", "OrdinalMAE"]


@dataclass(frozen=True, slots=True)
class OrdinalMAE(TallyMetric):
    """Mean distance of the class chosen from the one that came out, in classes, in [0, K - 1].

    It takes the steps between classes to be equal. Of a soft label, the mean distance to its
    classes. The interval is Student's.

    References
    ----------
    .. [1] Gaudette, Japkowicz. "Evaluation Methods for Ordinal Classification." Canadian AI, 2009.

    Examples
    --------
    >>> import calibrant as cal
    >>> OrdinalMAE()(cal.decisions(predicted=[0, 1, 3], labels=[0, 2, 0])).value  # (0 + 1 + 3) / 3
    1.3333333333333333
    """

    higher_is_better: ClassVar[bool | None] = False

    @property
    def statistic(self) -> Confusion:
        """See `TallyMetric.statistic`."""
        return Confusion()

    @property
    def needs_order(self) -> bool:
        """See `Metric.needs_order`."""
        return True

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`."""
        matrix = tally["w"]
        return (matrix * _steps(matrix)).sum() / matrix.sum()

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        del class_names  # one number of all classes
        value, n = float(self.read(tally)), round(float(tally["count"].sum()))
        if not n:
            return _of_nothing()
        twice = tally["ww"]
        n_effective = float(tally["w"].sum() ** 2 / twice.sum())
        variance = 0.0
        if n_effective > 1:
            spread = (twice * (_steps(twice) - value).square()).sum() / tally["w"].sum() ** 2
            variance = float(spread) * n_effective / (n_effective - 1)
        return _shown(value, mean_interval(value, variance, n_effective, level), level, n)


@dataclass(frozen=True, slots=True)
class AdjacentAccuracy(TallyMetric):
    """Share of rows whose chosen class is the true one or near it, in [0, 1].

    The interval is Wilson's.

    Parameters
    ----------
    within : int, default 1
        Greatest distance in classes, at least 0; at 0 it is accuracy.

    Examples
    --------
    >>> import calibrant as cal
    >>> AdjacentAccuracy()(cal.decisions(predicted=[0, 1, 3, 0], labels=[0, 2, 0, 1])).value
    0.75
    """

    within: int = 1
    higher_is_better: ClassVar[bool | None] = True

    def __post_init__(self) -> None:
        if self.within is True or not isinstance(self.within, Integral) or int(self.within) < 0:
            rule = "be a whole number, at least 0"
            raise InputError("within", rule, f"{self.within!r}", "1 lets neighbours pass.")

    @property
    def statistic(self) -> Confusion:
        """See `TallyMetric.statistic`."""
        return Confusion()

    @property
    def needs_order(self) -> bool:
        """See `Metric.needs_order`."""
        return True

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`."""
        matrix = tally["w"]
        near = torch.where(_steps(matrix) <= self.within, matrix, 0).sum()
        return near / matrix.sum()

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        del class_names  # one number of all classes
        value, n = float(self.read(tally)), round(float(tally["count"].sum()))
        if not n:
            return _of_nothing()
        value = min(value, 1.0)  # both sums round
        n_effective = float(tally["w"].sum() ** 2 / tally["ww"].sum())
        return _shown(value, wilson(value, n_effective, level), level, n)


def _steps(
    matrix: Float64[Tensor, "true chosen"],
) -> Float64[Tensor, "true chosen"]:
    """Distance of the class chosen from the true one."""
    step = torch.arange(len(matrix), dtype=torch.float64, device=matrix.device)
    return (step[:, None] - step).abs()


def _shown(value: float, interval: Interval, level: float, n: int) -> Estimate:
    shown = level if interval.low is not None else None
    return Estimate(value, interval.low, interval.high, shown, n, interval.method)


def _of_nothing() -> Estimate:
    method = Interval.missing("no rows").method
    return Estimate(float("nan"), None, None, None, 0, method, note="undefined: no rows")
