"""Deviances of predicted means: of counts, of amounts, and of sums of amounts."""

from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.metrics.means import MeanScore
from calibrant.metrics.numbers.stated import truth_of
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.statistics.moments import RowScore

__all__ = ["TweedieDeviance", "UnitDeviance"]

COUNTS, AMOUNTS = 1, 2  # powers of the Poisson and of the gamma distribution
GREATEST = 3  # that of the inverse normal one


@dataclass(frozen=True, slots=True)
class UnitDeviance(RowScore):
    """Twice what the log-likelihood of the target loses to a mean that is the target itself.

    Parameters
    ----------
    power : float
        Power of the mean that the variance grows with, at dispersion 1.
    """

    power: float
    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def of(self, rows: Rows) -> Float64[Tensor, " row"]:
        """See `RowScore.of`."""
        numbers, target = truth_of(rows)
        mean, p = numbers.predicted, self.power
        _check_above_zero("predicted", mean, p)
        if p >= AMOUNTS:
            _check_above_zero("targets", target, p)
        elif bool((target < 0).any()):
            got, remedy = f"{float(target.min()):.6g}", "Deviances are of counts and amounts."
            raise InputError("targets", f"be at least 0 for a deviance of power {p:g}", got, remedy)
        if p == COUNTS:
            deviance = torch.special.xlogy(target, target / mean) - target + mean
        elif p == AMOUNTS:
            deviance = target / mean - 1 - (target / mean).log()
        else:
            deviance = (
                target ** (2 - p) / ((1 - p) * (2 - p))
                - target * mean ** (1 - p) / (1 - p)
                + mean ** (2 - p) / (2 - p)
            )
        return 2 * deviance.clamp(min=0)  # but for rounding it is at least 0


def _check_above_zero(argument: str, numbers: Float64[Tensor, " row"], power: float) -> None:
    if bool((numbers <= 0).any()):
        rule = f"lie above 0 for a deviance of power {power:g}"
        remedy = "Predict means of counts or amounts, or use mse."
        raise InputError(argument, rule, f"{float(numbers.min()):.6g}", remedy)


@dataclass(frozen=True, slots=True)
class TweedieDeviance(MeanScore):
    r"""Mean deviance of predicted means, at least 0; 0 is best.

    With the target t, the prediction m and the power p of the mean that the variance grows with:
    :math:`2 (t \log(t / m) - t + m)` for p = 1 (Poisson, counts),
    :math:`2 (t / m - 1 - \log(t / m))` for p = 2 (gamma, amounts above 0), else
    :math:`2 (\frac{t^{2-p}}{(1-p)(2-p)} - \frac{t m^{1-p}}{1-p} + \frac{m^{2-p}}{2-p})`. In the
    unit of the target to the power 2 - p. Least, on average, where m is the mean.

    The interval is Bonett's, as that of `MeanSquaredError`: a deviance is nearly the square of a
    normal number where counts are not small. Simulated coverage at 95 %, of 10, 30 and 100 rows:
    95, 94 and 94 % of Poisson counts with mean 3; 96, 95 and 95 % of gamma amounts; of counts with
    mean .3, 99, 85 and 91 %.

    Parameters
    ----------
    power : float, default 1.5
        In [1, 3]. 1 also takes targets of 0, as does all below 2.

    References
    ----------
    .. [1] Jorgensen. "Exponential Dispersion Models." Journal of the Royal Statistical Society B
       49, 1987. McCullagh and Nelder. "Generalized Linear Models." 2nd edition, 1989.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(predicted=[1.0, 2.0], targets=[0.0, 2.0])
    >>> TweedieDeviance(1)(rows).value  # (2 * 1 + 0) / 2
    1.0
    """

    power: int | float = 1.5
    higher_is_better: ClassVar[bool | None] = False
    is_square: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the power."""
        power: object = self.power
        if isinstance(power, bool) or not isinstance(power, Real) or not 1 <= power <= GREATEST:
            remedy = "1 is Poisson, 2 gamma, 3 inverse normal; 0 is mse."
            raise InputError("power", "lie in [1, 3]", f"{self.power!r}", remedy)

    @property
    def score(self) -> UnitDeviance:
        """See `MeanScore.score`."""
        return UnitDeviance(float(self.power))
