"""Calibration error of the likeliest class, for every class that was predicted apart."""

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.binned.bins import Bins, equal_width
from calibrant.metrics.binned.calibration import NO_ROWS
from calibrant.metrics.binned.evidence import NONE, against_chance, error_interval, foretold
from calibrant.metrics.binned.noise_floor import SOFT, floor_of_mean, hard_labels
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.settings import check_bins
from calibrant.statistics.predicted_class_grid import PredictedClassGrid
from calibrant.statistics.tally import Tally

__all__ = ["PredictedClassCalibrationError"]


@dataclass(frozen=True, slots=True)
class PredictedClassCalibrationError(TallyMetric):
    r"""Mean gap between confidence and accuracy, over predicted classes and bins, in [0, 1].

    Bin :math:`b` of the rows whose likeliest class is :math:`k` adds
    :math:`|\sum_{k, b} w (p - y)| / \sum w`: every predicted class counts as often as it is
    predicted. At least the top-label error of the same bins, where the faults of classes cancel:
    .9 may be true of all rows together, and of no class.

    Parameters
    ----------
    n_bins : int, default 15
        Number of equal-width bins ``(lo, hi]`` on [0, 1], for every predicted class.

    Notes
    -----
    What [1]_ calls top-label calibration error, and sets against the confidence calibration error
    that others call top-label. Biased upwards, the more so with many classes: read it beside its
    noise floor.

    References
    ----------
    .. [1] Gupta, Ramdas. "Top-label Calibration and Multiclass-to-binary Reductions." ICLR 2022.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[[0.75, 0.25], [0.25, 0.75]], labels=[0, 0])
    >>> PredictedClassCalibrationError()(rows).value  # (.25 + .75) / 2
    0.5
    """

    n_bins: int = 15
    higher_is_better: ClassVar[bool | None] = False
    rough: ClassVar[str] = "chance adds to it: blocks would not tell how far it is off"

    def __post_init__(self) -> None:
        check_bins(self.n_bins)

    @property
    def statistic(self) -> PredictedClassGrid:
        """See `TallyMetric.statistic`."""
        return PredictedClassGrid.holding(self.n_bins)

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for a tally of no rows."""
        return self._pooled(tally).gap.abs().sum()

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; the noise floor comes with it."""
        del class_names
        value, n = float(self.read(tally)), int(tally["count"].sum())
        if not n:
            return Estimate(value, None, None, None, n, NONE, note=NO_ROWS)
        bins, hard = self._pooled(tally), hard_labels(tally)
        ends, known = error_interval(bins, "l1", hard=hard, level=level), foretold(bins, hard=hard)
        floor = float(floor_of_mean(bins.stated_noise, bins.stated_spread))
        return Estimate(
            *(value, ends.low, ends.high, None if ends.low is None else level, n, ends.method),
            noise_floor=floor if known else None,
            note="" if hard else SOFT,
            details=against_chance(bins, "l1") if known else {},
        )

    def _pooled(self, tally: Tally) -> Bins:
        """Bins of all predicted classes in one row, as of one event."""
        each = equal_width(tally, self.n_bins)
        return Bins(lambda column: each[column].reshape(-1))
