"""Metrics: numbers read from tallies, by class or by name.

Names load on first use, so that a look at the list of names loads no torch.
"""

from importlib import import_module

_HOMES = {
    "Accuracy": "calibrant.metrics.accuracy",
    "Brier": "calibrant.metrics.proper",
    "BrierBinary": "calibrant.metrics.proper",
    "ClasswiseCalibrationError": "calibrant.metrics.classwise",
    "ConfusionMatrix": "calibrant.metrics.decided",
    "Estimate": "calibrant.metrics.estimate",
    "Evaluation": "calibrant.metrics.evaluation",
    "ExpectedCalibrationError": "calibrant.metrics.calibration",
    "F1Score": "calibrant.metrics.decided",
    "LogLoss": "calibrant.metrics.proper",
    "MacroAUROC": "calibrant.metrics.one_vs_rest",
    "MaximumCalibrationError": "calibrant.metrics.calibration",
    "MeanAbsoluteError": "calibrant.metrics.regression",
    "MeanSquaredError": "calibrant.metrics.regression",
    "Metric": "calibrant.metrics.base",
    "PositiveAUROC": "calibrant.metrics.ranking",
    "Precision": "calibrant.metrics.decided",
    "RSquared": "calibrant.metrics.explained",
    "Recall": "calibrant.metrics.decided",
    "RootMeanSquaredError": "calibrant.metrics.regression",
    "RowMetric": "calibrant.metrics.base",
    "available": "calibrant.metrics.registry",
    "reliability_table": "calibrant.metrics.reliability",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'calibrant.metrics' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
