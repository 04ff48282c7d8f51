"""Weighted mean of the scores of rows, and how well it is known where rows come in units."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.metrics.intervals import Interval, mean_interval

__all__ = ["RowMean", "row_mean"]


@dataclass(frozen=True, slots=True)
class RowMean:
    """Weighted mean, the variance of it, and the effective number of units behind both.

    The variance is NaN where the mean is not finite, and 0 where one unit tells nothing.
    """

    value: float
    variance: float
    n_effective: float

    @property
    def error(self) -> float:
        """Standard error of the mean."""
        return math.sqrt(self.variance)

    def interval(self, level: float = 0.95) -> Interval:
        """Student's interval of the mean."""
        if not math.isfinite(self.value):
            return Interval.missing("the mean is not finite")
        return mean_interval(self.value, self.variance, self.n_effective, level, least=-math.inf)


def row_mean(
    each: Float64[Tensor, " row"],
    weight: Float64[Tensor, " row"],
    unit: Int64[Tensor, " row"] | None = None,
) -> RowMean:
    r"""Mean of `each`, and its variance from sums over units.

    With :math:`e_c` the sum of :math:`w_i (x_i - \bar x)` over the rows of unit :math:`c` and
    :math:`w_c` that of the weights, the variance of the mean is
    :math:`\frac{m}{m - 1} \sum_c e_c^2 / (\sum_i w_i)^2` with
    :math:`m = (\sum_c w_c)^2 / \sum_c w_c^2`.

    Parameters
    ----------
    each : Float64[Tensor, "row"]
        Scores; the mean is infinite as soon as one is.
    weight : Float64[Tensor, "row"]
        Above 0.
    unit : Int64[Tensor, "row"], optional
        Rows of one unit may depend on each other. Without it every row is one.

    References
    ----------
    .. [1] Liang and Zeger. "Longitudinal Data Analysis Using Generalized Linear Models."
       Biometrika 73, 1986: the sums over clusters. Kish, "Survey Sampling", 1965: m.

    Examples
    --------
    >>> each = torch.tensor([1.0, 2.0, 6.0], dtype=torch.float64)  # 3; deviations -2, -1, 3
    >>> found = row_mean(each, torch.ones(3, dtype=torch.float64))
    >>> found.value, round(found.variance, 6)  # 3 / 2 * 14 / 9
    (3.0, 2.333333)
    """
    mass = weight.sum()
    value = float((weight * each).sum() / mass)
    terms, masses = weight * (each - value), weight
    if unit is not None:
        n_units = int(unit.max()) + 1
        terms, masses = (
            torch.zeros(n_units, dtype=torch.float64, device=each.device).index_add_(0, unit, one)
            for one in (terms, masses)
        )
    effective = float(masses.sum().square() / masses.square().sum())
    if not math.isfinite(value):
        return RowMean(value, math.nan, effective)
    if effective <= 1 + 1e-9:
        return RowMean(value, 0.0, effective)
    spread = float(terms.square().sum() / mass.square())
    return RowMean(value, spread * effective / (effective - 1), effective)
