from calibrant.metrics.base import MemoryMetric, Metric, RowMetric, TallyMetric
from calibrant.metrics.binned.calibration import ExpectedCalibrationError, MaximumCalibrationError
from calibrant.metrics.binned.classwise import ClasswiseCalibrationError
from calibrant.metrics.binned.reliability import reliability_table
from calibrant.metrics.decided.accuracy import Accuracy
from calibrant.metrics.decided.ratios import ConfusionMatrix, F1Score, Precision, Recall
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.numbers.errors import (
    MeanAbsoluteError,
    MeanSquaredError,
    RootMeanSquaredError,
)
from calibrant.metrics.numbers.explained import RSquared
from calibrant.metrics.proper.scores import Brier, BrierBinary, LogLoss
from calibrant.metrics.ranking.one_vs_rest import MacroAUROC
from calibrant.metrics.ranking.positive import PositiveAUROC
from calibrant.metrics.registry import available

__all__ = [
    "Accuracy",
    "Brier",
    "BrierBinary",
    "ClasswiseCalibrationError",
    "ConfusionMatrix",
    "Estimate",
    "Evaluation",
    "ExpectedCalibrationError",
    "F1Score",
    "LogLoss",
    "MacroAUROC",
    "MaximumCalibrationError",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "MemoryMetric",
    "Metric",
    "PositiveAUROC",
    "Precision",
    "RSquared",
    "Recall",
    "RootMeanSquaredError",
    "RowMetric",
    "TallyMetric",
    "available",
    "reliability_table",
]
