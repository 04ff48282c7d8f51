"""Calibration in the large: stated against observed, over all rows."""

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.intervals import mean_interval
from calibrant.metrics.settings import check_view
from calibrant.statistics.score_grid import ScoreGrid, View
from calibrant.statistics.tally import Tally

__all__ = ["CalibrationInTheLarge"]


@dataclass(frozen=True, slots=True)
class CalibrationInTheLarge(TallyMetric):
    r"""Mean stated probability less the share that came out, in [-1, 1].

    .. math:: \frac{1}{W} \sum_i w_i (p_i - y_i)

    Above 0 where the model states too much, below 0 where too little. Unbiased. The interval is
    Student's, of the mean of p - y.

    Parameters
    ----------
    view : {"positive", "top_label"}, default "positive"
        Event of a row: the positive class came out, or its likeliest class is right.

    References
    ----------
    .. [1] Cox. "Two Further Applications of a Model for Binary Regression." Biometrika 45, 1958.
       Van Calster et al. "Calibration: the Achilles Heel of Predictive Analytics." BMC Medicine 17,
       2019: mean calibration.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.25, 0.5, 0.75], labels=[0, 0, 1])
    >>> round(CalibrationInTheLarge()(rows).value, 4)  # (.25 + .5 - .25) / 3
    0.1667
    """

    view: View = "positive"
    higher_is_better: ClassVar[bool | None] = None

    def __post_init__(self) -> None:
        check_view(self.view)

    @property
    def statistic(self) -> ScoreGrid:
        """See `TallyMetric.statistic`."""
        return ScoreGrid(self.view)

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for no rows."""
        return (tally["wp"] - tally["wy"]).sum() / tally["w"].sum()

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        del class_names
        value, n = float(self.read(tally)) + 0.0, int(tally["count"].sum())
        if not n:
            why = "not available: no rows"
            return Estimate(value, None, None, None, n, why, note="undefined: no rows")
        total, twice = (float(tally[column].sum()) for column in ("w", "ww"))
        square = tally["wwpp"] - 2 * tally["wwpy"] + tally["wwyy"]
        first = (tally["wwp"] - tally["wwy"]).sum()
        spread = float(square.sum() - 2 * value * first) + value**2 * twice
        n_effective = total**2 / twice
        variance = 0.0
        if n_effective > 1 and spread > 1e-14 * float(square.sum()):
            variance = spread / total**2 * n_effective / (n_effective - 1)
        interval = mean_interval(value, variance, n_effective, level, least=-1.0)
        shown = level if interval.low is not None else None
        return Estimate(value, interval.low, interval.high, shown, n, interval.method)
