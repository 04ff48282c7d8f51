"""Metrics: numbers read from tallies, by class or by name.

Names load on first use, so that a look at the list of names loads no torch.
"""

from importlib import import_module

_HOMES = {
    "Accuracy": "calibrant.metrics.decided.accuracy",
    "Brier": "calibrant.metrics.proper.scores",
    "BrierBinary": "calibrant.metrics.proper.scores",
    "ClasswiseCalibrationError": "calibrant.metrics.binned.classwise",
    "ConfusionMatrix": "calibrant.metrics.decided.ratios",
    "Estimate": "calibrant.metrics.estimate",
    "Evaluation": "calibrant.metrics.evaluation",
    "ExpectedCalibrationError": "calibrant.metrics.binned.calibration",
    "F1Score": "calibrant.metrics.decided.ratios",
    "LogLoss": "calibrant.metrics.proper.scores",
    "MacroAUROC": "calibrant.metrics.ranking.one_vs_rest",
    "MaximumCalibrationError": "calibrant.metrics.binned.calibration",
    "MeanAbsoluteError": "calibrant.metrics.numbers.errors",
    "MeanSquaredError": "calibrant.metrics.numbers.errors",
    "MemoryMetric": "calibrant.metrics.base",
    "Metric": "calibrant.metrics.base",
    "PositiveAUROC": "calibrant.metrics.ranking.positive",
    "Precision": "calibrant.metrics.decided.ratios",
    "RSquared": "calibrant.metrics.numbers.explained",
    "Recall": "calibrant.metrics.decided.ratios",
    "RootMeanSquaredError": "calibrant.metrics.numbers.errors",
    "RowMetric": "calibrant.metrics.base",
    "TallyMetric": "calibrant.metrics.base",
    "available": "calibrant.metrics.registry",
    "reliability_table": "calibrant.metrics.binned.reliability",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'calibrant.metrics' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
