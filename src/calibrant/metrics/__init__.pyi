from calibrant.metrics.accuracy import Accuracy
from calibrant.metrics.base import Metric, RowMetric
from calibrant.metrics.calibration import ExpectedCalibrationError, MaximumCalibrationError
from calibrant.metrics.classwise import ClasswiseCalibrationError
from calibrant.metrics.decided import ConfusionMatrix, F1Score, Precision, Recall
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.explained import RSquared
from calibrant.metrics.one_vs_rest import MacroAUROC
from calibrant.metrics.proper import Brier, BrierBinary, LogLoss
from calibrant.metrics.ranking import PositiveAUROC
from calibrant.metrics.registry import available
from calibrant.metrics.regression import (
    MeanAbsoluteError,
    MeanSquaredError,
    RootMeanSquaredError,
)
from calibrant.metrics.reliability import reliability_table

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
    "Metric",
    "PositiveAUROC",
    "Precision",
    "RSquared",
    "Recall",
    "RootMeanSquaredError",
    "RowMetric",
    "available",
    "reliability_table",
]
