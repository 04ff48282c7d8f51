"""Class-wise calibration errors: every class against the rest."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar, final

from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.base import RowMetric, TallyMetric
from calibrant.metrics.binned.bins import Norm, equal_width, floor_of, size_of
from calibrant.metrics.binned.calibration import NO_ROWS
from calibrant.metrics.binned.class_covariance import class_tally
from calibrant.metrics.binned.class_noise import ClassNoise
from calibrant.metrics.binned.evidence import FEWEST, deviation_of, foretold
from calibrant.metrics.binned.in_clusters import (
    METHODS,
    Size,
    error_from_draws,
    error_in_clusters,
    rough_of,
)
from calibrant.metrics.binned.noise_floor import SOFT, hard_labels
from calibrant.metrics.binned.squared import LONELY, Variance, debiased_square
from calibrant.metrics.binned.unforeseen import room_of
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.blocks import Blocks
from calibrant.metrics.inference.noise import DrawnNoise
from calibrant.metrics.inference.once import shared
from calibrant.metrics.settings import check_bins, check_choice
from calibrant.prediction.base import Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.tally import Tally

__all__ = [
    "ClasswiseCalibrationError",
    "ClasswiseMetric",
    "ClasswiseRootMeanSquaredCalibrationError",
    "ClasswiseSquaredCalibrationError",
]

SHARED = "not available: classes share their rows, so the average needs rows or replicates"
FEW = f"not available: fewer than {FEWEST:g} effective rows"


@dataclass(frozen=True, slots=True)
class ClasswiseMetric(TallyMetric, ABC):
    """Of every class against the rest, over bins of equal width."""

    n_bins: int = 15
    higher_is_better: ClassVar[bool | None] = False

    def __post_init__(self) -> None:
        check_bins(self.n_bins)

    @property
    @final
    def statistic(self) -> ClassGrids:
        """See `TallyMetric.statistic`."""
        return ClassGrids.holding(self.n_bins)

    @property
    @final
    def block_statistic(self) -> ClassGrids:
        """See `TallyMetric.block_statistic`: its own bins."""
        return ClassGrids(self.n_bins)


@dataclass(frozen=True, slots=True)
class _Average(ClasswiseMetric, RowMetric, ABC):
    """A mean over classes, whose noise rows or blocks of clusters tell, and margins do not."""

    @property
    @abstractmethod
    def size(self) -> Size:
        """What of the gaps of all classes it is."""

    @final
    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `RowMetric.estimate_rows`: the noise of all classes together, from the rows."""
        assert isinstance(rows, Predictions)
        tally = shared(class_tally, rows, self.n_bins)
        plain = self.estimate(tally, level=level, class_names=rows.class_names)
        n_effective = float(tally["w"][0].sum().square() / tally["ww"][0].sum())
        if math.isnan(float(plain)) or rows.clusters is not None:
            return plain
        if not n_effective > FEWEST - 1e-9:
            return replace(plain, method=FEW)
        noise = shared(ClassNoise.of, rows, tally, self.n_bins)
        bins, room = equal_width(tally, self.n_bins), 0.0
        if hard_labels(tally):
            spread, root = deviation_of(bins, hard=True), self.size != "l1"
            room = room_of(bins, spread, level, error=noise.error, root=root)
        found = error_from_draws(
            plain,
            noise.gap,
            noise.share,
            self.size,
            level,
            noise=DrawnNoise(noise.draws, noise.deviation, noise.error, rough_of(bins)),
            within=noise.within,
            calibrated=noise.calibrated,
            method=f"{METHODS[self.size]}, noise of all classes together",
            floor=plain.noise_floor is not None,
            room=room,
        )
        return replace(found, noise_floor=plain.noise_floor)  # its mean has a closed form

    @final
    def estimate_clusters(self, plain: Estimate, blocks: Blocks, *, level: float) -> Estimate:
        """See `TallyMetric.estimate_clusters`."""
        if math.isnan(float(plain)):
            return plain
        return error_in_clusters(plain, blocks, self.n_bins, self.size, level)


@dataclass(frozen=True, slots=True)
class _MeanOfPlugIns(_Average, ABC):
    norm: ClassVar[Norm]

    @property
    @final
    def size(self) -> Size:
        """See `_Average.size`."""
        return "l2" if self.norm == "l2" else "l1"

    @final
    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for a tally of no rows."""
        return self._mean(size_of(equal_width(tally, self.n_bins), self.norm))

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; the noise floor comes with it, an interval does not."""
        del level, class_names
        value, n = float(self.read(tally)), int(tally["count"][0].sum())
        if not n:
            return Estimate(value, None, None, None, n, SHARED, note=NO_ROWS)
        if not hard_labels(tally):
            return Estimate(value, None, None, None, n, SHARED, note=SOFT)
        bins = equal_width(tally, self.n_bins)
        known = foretold(bins, hard=True)
        floor = float(self._mean(floor_of(bins, self.norm))) if known else None
        return Estimate(value, None, None, None, n, SHARED, noise_floor=floor)

    def _mean(self, each: Float64[Tensor, " class"]) -> Float64[Tensor, ""]:
        """Mean over classes: of squares, where the gaps of bins are averaged so."""
        return each.square().mean().sqrt() if self.norm == "l2" else each.mean()


@dataclass(frozen=True, slots=True)
class ClasswiseCalibrationError(_MeanOfPlugIns):
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

    norm: ClassVar[Norm] = "l1"


@dataclass(frozen=True, slots=True)
class ClasswiseRootMeanSquaredCalibrationError(_MeanOfPlugIns):
    r"""Root of the mean squared one-vs-rest gap, over classes and bins, in [0, 1].

    :math:`(\frac1K \sum_k \sum_b P_{kb} g_{kb}^2)^{1/2}`, with the share of weight and the gap of
    means of every bin of every class.

    Parameters
    ----------
    n_bins : int, default 15
        Number of equal-width bins ``(lo, hi]`` on [0, 1].

    References
    ----------
    .. [1] Kumar et al. "Verified Uncertainty Calibration." NeurIPS 2019: the marginal
       calibration error, with the same weight for every class.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[[0.75, 0.25], [0.25, 0.75]], labels=[0, 0])
    >>> error = ClasswiseRootMeanSquaredCalibrationError(n_bins=2)(rows).value
    >>> round(error**2, 12)  # (.0625 + .5625) / 2 for each class
    0.3125
    """

    norm: ClassVar[Norm] = "l2"


@dataclass(frozen=True, slots=True)
class ClasswiseSquaredCalibrationError(_Average):
    """Mean over classes of the one-vs-rest squared error without noise; signed, below 1.

    See `calibrant.metrics.SquaredCalibrationError`. Its mean over samples is the true mean squared
    gap of the bins, 0 for a calibrated model. Classes whose bins all hold a single row are left
    out.

    Parameters
    ----------
    n_bins : int, default 15
        Number of equal-width bins ``(lo, hi]`` on [0, 1].
    variance : {"gaps", "outcomes"}, default "gaps"
        Spread of what the noise is taken from.

    References
    ----------
    .. [1] Kumar et al. "Verified Uncertainty Calibration." NeurIPS 2019.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[[0.5, 0.5]] * 3, labels=[1, 1, 0])
    >>> round(ClasswiseSquaredCalibrationError()(rows).value, 4)  # 1/36 - (2/3)(1/3) / 2 for both
    -0.0833
    """

    variance: Variance = "gaps"

    def __post_init__(self) -> None:
        ClasswiseMetric.__post_init__(self)
        check_choice("variance", self.variance, ("gaps", "outcomes"))

    @property
    def size(self) -> Size:
        """See `_Average.size`."""
        return "square"

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN where no bin of any class holds two rows."""
        return debiased_square(equal_width(tally, self.n_bins), self.variance).nanmean()

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        del level, class_names
        value, n = float(self.read(tally)), int(tally["count"][0].sum())
        note = LONELY if math.isnan(value) else ""
        return Estimate(value, None, None, None, n, SHARED, note=note)
