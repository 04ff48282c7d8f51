"""Mean squared gap of bins without the variance that it holds: signed, and free of bias."""

import math
from dataclasses import dataclass
from typing import Literal, final

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.binned.bins import Bins, equal_width
from calibrant.metrics.binned.calibration import EqualWidthMetric
from calibrant.metrics.binned.evidence import (
    NONE,
    error_interval,
    foretold,
    squares_against_chance,
)
from calibrant.metrics.binned.in_clusters import Size
from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.once import shared
from calibrant.metrics.settings import check_choice
from calibrant.statistics.tally import Tally

__all__ = [
    "LONELY",
    "DebiasedRootMeanSquaredCalibrationError",
    "SquaredCalibrationError",
    "Variance",
    "debiased_square",
    "squared_estimate",
]

LONELY = "undefined: no bin holds two rows, and one tells nothing of its noise"
ALONE = 1e-12  # of all pairs, weight of those of two rows: below it one row has all the weight
BELOW = "cut at 0: the squared error without noise is {:.2g}"

Variance = Literal["gaps", "outcomes"]


@dataclass(frozen=True, slots=True)
class SquaredCalibrationError(EqualWidthMetric):
    r"""Mean squared gap between stated and observed less what noise adds; signed, below 1.

    :math:`\sum_b P_b s_b`, for the share of weight :math:`P_b` of a bin and the mean :math:`s_b`
    of the products of gaps of two different rows of it, which is the squared gap of means less
    the unbiased estimate of its variance. Its mean over samples is the true mean squared gap of
    the bins: 0 for a calibrated model, of which half to two thirds of the samples lie below.

    Parameters
    ----------
    view, n_bins, closed
        As for `ExpectedCalibrationError`.
    variance : {"gaps", "outcomes"}, default "gaps"
        Spread of what in a bin is taken off: of stated less observed; or of the outcomes alone,
        :math:`\bar y_b (1 - \bar y_b) / (n_b - 1)`, as in [2]_ and most software, which takes
        probabilities for equal in a bin and, if the model is calibrated there, subtracts a little
        too much where they are not.

    Notes
    -----
    With weights and :math:`d = p - y`, :math:`s_b = ((\sum_b w d)^2 - \sum_b w^2 d^2) /
    (W_b^2 - \sum_b w^2)`: a row of weight 2 is not two rows. Unbiased where weights do not depend
    on the outcome. Bins that hold one row are left out, of the shares too: one row tells nothing
    of its noise. Undefined where no bin is left.

    References
    ----------
    .. [1] Brocker. "Estimating Reliability and Resolution of Probability Forecasts through
       Decomposition of the Empirical Score." Climate Dynamics 39, 2012. Ferro, Fricker. "A
       Bias-Corrected Decomposition of the Brier Score." QJRMS 138, 2012.
    .. [2] Kumar et al. "Verified Uncertainty Calibration." NeurIPS 2019.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.5, 0.5, 0.5], outcomes=[1, 1, 0])
    >>> round(SquaredCalibrationError()(rows).value, 4)  # 1/36 - (2/3)(1/3) / 2
    -0.0833
    """

    variance: Variance = "gaps"

    def __post_init__(self) -> None:
        EqualWidthMetric.__post_init__(self)
        check_choice("variance", self.variance, ("gaps", "outcomes"))

    @final
    @property
    def size(self) -> Size:
        """See `EqualWidthMetric.size`."""
        return "square"

    @final
    @property
    def freed(self) -> bool:
        """See `EqualWidthMetric.freed`."""
        return True

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN where no bin holds two rows."""
        return debiased_square(equal_width(tally, self.n_bins), self.variance)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`."""
        del class_names
        bins, n = equal_width(tally, self.n_bins), int(tally["count"].sum())
        return squared_estimate(bins, self.variance, n, level=level, root=False)


@dataclass(frozen=True, slots=True)
class DebiasedRootMeanSquaredCalibrationError(EqualWidthMetric):
    """Root of `SquaredCalibrationError`, and 0 where that is below 0; in [0, 1].

    Parameters
    ----------
    view, n_bins, closed, variance
        As for `SquaredCalibrationError`.

    Notes
    -----
    The cut leaves a bias that the squared form has not: of a calibrated model half to two thirds
    of the samples read 0, and the others more. To average over samples or models, average
    squares.

    References
    ----------
    .. [1] Kumar et al. "Verified Uncertainty Calibration." NeurIPS 2019.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.75, 0.75, 0.75], outcomes=[0, 0, 0])
    >>> DebiasedRootMeanSquaredCalibrationError()(rows).value  # all off by .75, without spread
    0.75
    """

    variance: Variance = "gaps"

    def __post_init__(self) -> None:
        EqualWidthMetric.__post_init__(self)
        check_choice("variance", self.variance, ("gaps", "outcomes"))

    @final
    @property
    def size(self) -> Size:
        """See `EqualWidthMetric.size`."""
        return "l2"

    @final
    @property
    def freed(self) -> bool:
        """See `EqualWidthMetric.freed`."""
        return True

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN where no bin holds two rows."""
        return debiased_square(equal_width(tally, self.n_bins), self.variance).clamp(min=0).sqrt()

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`; says so where it was cut at 0."""
        del class_names
        bins, n = equal_width(tally, self.n_bins), int(tally["count"].sum())
        return squared_estimate(bins, self.variance, n, level=level, root=True)


def debiased_square(bins: Bins, variance: Variance) -> Float64[Tensor, "*class"]:
    """Mean over bins of squared gap less its variance; NaN where no bin holds two rows."""
    weight, twice = bins["w"], bins["ww"]
    several = (bins["count"] > 1) & (weight.square() - twice > ALONE * weight.square())
    pairs = torch.where(several, weight.square() - twice, 1)
    gap = bins["wp"] - bins["wy"]
    if variance == "gaps":
        alone = bins["wwpp"] - 2 * bins["wwpy"] + bins["wwyy"]
        square = (gap.square() - alone) / pairs
    else:
        safe = torch.where(several, weight, 1)
        among = (bins["wy"].square() - bins["wwyy"]) / pairs  # the observed share, squared
        square = (gap.square() - bins["wy"].square()) / safe.square() + among
    total = torch.where(several, weight, 0)
    return torch.where(several, weight * square, 0).sum(dim=-1) / total.sum(dim=-1)


def squared_estimate(
    bins: Bins, variance: Variance, n: int, *, level: float, root: bool
) -> Estimate:
    """Estimate of a squared error without noise, or of its root, cut at 0.

    The interval is that of the true squared gap, which is not below 0; the p value that of the
    error with its noise.
    """
    square = float(debiased_square(bins, variance))
    if math.isnan(square):
        return Estimate(square, None, None, None, n, NONE, note=LONELY)
    hard = hard_labels(bins)
    ends = shared(error_interval, bins, "l2", hard=hard, level=level)
    known = foretold(bins, hard=hard)
    floor, details = squares_against_chance(bins, root=root) if known else (None, {})
    low, high = (None if end is None or root else end**2 for end in (ends.low, ends.high))
    return Estimate(
        math.sqrt(max(square, 0.0)) if root else square,
        ends.low if root else low,
        ends.high if root else high,
        None if ends.low is None else level,
        n,
        ends.method,
        noise_floor=floor,
        note=BELOW.format(square) if root and square < 0 else "",
        details=details,
    )
