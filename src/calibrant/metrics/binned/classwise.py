"""Class-wise calibration error: every class against the rest, averaged."""

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.binned.noise_floor import SOFT, floor_of_mean, hard_labels
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.settings import check_bins
from calibrant.statistics.class_grids import ClassGrids, coarsen_classes
from calibrant.statistics.tally import Tally

__all__ = ["ClasswiseCalibrationError"]


@dataclass(frozen=True, slots=True)
class ClasswiseCalibrationError(TallyMetric):
    r"""Mean over classes of the one-vs-rest expected calibration error, in [0, 1].

    Of class :math:`k`, bin :math:`b` adds :math:`|\sum_b w (p_k - y_k)| / \sum w`. Declared
    classes that never come out count; for two classes it is the positive-class error, up to
    the side on which a probability at an edge falls.

    Parameters
    ----------
    n_bins : int, default 15
        Number of equal-width bins ``(lo, hi]`` on [0, 1].

    References
    ----------
    .. [1] Kull et al. "Beyond Temperature Scaling." NeurIPS 2019, equation 3. Nixon et al.
       "Measuring Calibration in Deep Learning." CVPR workshops 2019.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[[0.75, 0.25], [0.25, 0.75]], labels=[0, 0])
    >>> ClasswiseCalibrationError(n_bins=2)(rows).value  # (.25 + .75) / 2 for each class
    0.5
    """

    n_bins: int = 15
    higher_is_better: ClassVar[bool | None] = False

    def __post_init__(self) -> None:
        check_bins(self.n_bins)

    @property
    def statistic(self) -> ClassGrids:
        """See `TallyMetric.statistic`."""
        return ClassGrids.holding(self.n_bins)

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for a tally of no rows."""
        gap = coarsen_classes(tally, "wp", self.n_bins) - coarsen_classes(tally, "wy", self.n_bins)
        return (gap.abs().sum(dim=-1) / tally["w"].sum(dim=-1)).mean()

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; the noise floor comes with it, an interval does not."""
        del level, class_names
        total = tally["w"].sum(dim=-1, keepdim=True)
        noise = coarsen_classes(tally, "wwp", self.n_bins) - coarsen_classes(
            tally, "wwpp", self.n_bins
        )
        spread = coarsen_classes(tally, "wp", self.n_bins) - coarsen_classes(
            tally, "wpp", self.n_bins
        )
        floor = floor_of_mean(noise / total.square(), 2 * spread / total).mean()
        why = "not available: classes share their rows, so the average needs rows or replicates"
        value, n = float(self.read(tally)), int(tally["count"][0].sum())
        if not hard_labels(tally):
            return Estimate(value, None, None, None, n, why, note=SOFT)
        return Estimate(value, None, None, None, n, why, noise_floor=float(floor))
