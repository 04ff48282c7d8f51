"""PIT histogram: at which level of what was stated the targets came out."""

import math
from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import wilson
from calibrant.metrics.settings import check_bins
from calibrant.statistics.pit import LevelsReached
from calibrant.statistics.tally import Tally

__all__ = ["PITHistogram"]


@dataclass(frozen=True, slots=True)
class PITHistogram(TallyMetric):
    r"""Share of targets that came out at each level of the stated distribution, in [0, 1] each.

    The level, or probability integral transform, is :math:`F(t)`; of a calibrated model it is
    uniform, and every bin holds :math:`1 / n`. A histogram like a U says that spreads are too
    narrow, one like a hill that they are too wide, a slope that the predictions are biased. Of an
    ensemble the target takes a place among m members, of quantiles between two levels: such a row
    is spread evenly over the range (no numbers are drawn), and so are ties. The intervals are
    Wilson's, of every bin by itself; for rows that are spread out a little too wide.

    Parameters
    ----------
    n_bins : int, default 10
        Number of equal bins, (lo, hi], 0 in the first. Of m members choose a divisor of m + 1.

    References
    ----------
    .. [1] Dawid. "Present Position and Potential Developments: Some Personal Views: Statistical
       Theory: The Prequential Approach." JRSS A 147, 1984.
    .. [2] Gneiting, Balabdaoui and Raftery. "Probabilistic Forecasts, Calibration and Sharpness."
       JRSS B 69, 2007.
    .. [3] Czado, Gneiting and Held. "Predictive Model Assessment for Count Data." Biometrics 65,
       2009: the form that draws no numbers.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.numbers(members=[[1.0, 2.0, 3.0]] * 2, targets=[0.0, 2.5])  # places 1 and 3 of 4
    >>> PITHistogram(4)(rows).value
    (0.5, 0.0, 0.5, 0.0)
    """

    n_bins: int = 10
    higher_is_better: ClassVar[bool | None] = None

    def __post_init__(self) -> None:
        """Check the number of bins."""
        check_bins(self.n_bins)

    @property
    def statistic(self) -> LevelsReached:
        """See `TallyMetric.statistic`."""
        return LevelsReached(int(self.n_bins))

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN where there are no rows."""
        return tally["inside"] / tally["w"]

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        del class_names  # numbers have none
        shares = tuple(min(max(share, 0.0), 1.0) for share in self.read(tally).tolist())
        names = tuple(
            f"({k / self.n_bins:g}, {(k + 1) / self.n_bins:g}]" for k in range(self.n_bins)
        )
        n = int(tally["count"][0])
        if not n:
            method, note = "not available: no rows", "undefined: no rows"
            value = (math.nan,) * self.n_bins
            return Estimate(value, None, None, None, n, method, names=names, note=note)
        n_effective = float(tally["w"][0].square() / tally["ww"][0])
        ends = [wilson(share, n_effective, level) for share in shares]
        low = tuple(end.low for end in ends if end.low is not None)
        high = tuple(end.high for end in ends if end.high is not None)
        support = tuple(tally["inside"].tolist())
        return Estimate(shares, low, high, level, n, "Wilson", names=names, support=support)
