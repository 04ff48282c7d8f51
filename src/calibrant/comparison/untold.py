"""Why some metrics have no interval of a difference, whatever the rows: in words, by metric."""

from calibrant.metrics.base import Metric
from calibrant.metrics.binless.cumulative import (
    KolmogorovSmirnovCalibrationError,
    KuiperCalibrationError,
)
from calibrant.metrics.binless.hosmer_lemeshow import HosmerLemeshow, HosmerLemeshowP
from calibrant.metrics.binless.kernel import KernelCalibrationError, SquaredKernelCalibrationError
from calibrant.metrics.binless.multi_scale import CalibrationTestP
from calibrant.metrics.binless.smooth_logit import LogitSmoothCalibrationError
from calibrant.metrics.binless.smoothed_gap import SmoothedGap
from calibrant.metrics.binless.spiegelhalter import SpiegelhalterP, SpiegelhalterZ
from calibrant.metrics.binned.calibration import MaximumCalibrationError
from calibrant.metrics.binned.equal_mass_errors import EqualMassCalibrationError
from calibrant.metrics.binned.multiresolution import MultiResolutionCalibrationError
from calibrant.metrics.binned.predicted_class import PredictedClassCalibrationError
from calibrant.metrics.binned.signed import Overconfidence, Underconfidence
from calibrant.metrics.binned.sweep import SweepCalibrationError
from calibrant.metrics.numbers.order import MaxError
from calibrant.metrics.proper.corp import Miscalibration
from calibrant.metrics.proper.murphy import BrierReliability, BrierResolution

__all__ = ["LARGEST", "UNKNOWN", "why_untold"]

LARGEST = "the largest of many gaps is decided by a bin of few rows; compare ece"
ONE_ROW = "the largest error is that of one row; compare mae"
NOISE = "noise adds to it, and not the same to two models; compare ece or smooth_ece"
TEST = "it says how sure these rows are that a model errs, not by how much; compare ece"
GROUPS = "groups of equal probabilities are not the same for two models; set n_bins to group them"
UNKNOWN = "no paired interval is known for it"

WHY: dict[tuple[type[Metric], ...], str] = {
    (
        *(KolmogorovSmirnovCalibrationError, KuiperCalibrationError, LogitSmoothCalibrationError),
        *(KernelCalibrationError, SquaredKernelCalibrationError, SmoothedGap),
        *(SweepCalibrationError, MultiResolutionCalibrationError, Overconfidence, Underconfidence),
        *(Miscalibration, PredictedClassCalibrationError),
    ): NOISE,
    (SpiegelhalterZ, SpiegelhalterP, HosmerLemeshow, HosmerLemeshowP, CalibrationTestP): TEST,
    (MaximumCalibrationError,): LARGEST,
    (MaxError,): ONE_ROW,
}
"""Reasons by metric."""


def why_untold(metric: Metric) -> str:
    """Why no difference of this metric has an interval, or nothing.

    Examples
    --------
    >>> why_untold(MaxError())
    'the largest error is that of one row; compare mae'
    """
    if isinstance(metric, EqualMassCalibrationError) and metric.norm == "max":
        return LARGEST
    if isinstance(metric, (BrierReliability, BrierResolution)) and metric.n_bins is None:
        return GROUPS
    return next((why for kinds, why in WHY.items() if isinstance(metric, kinds)), "")
