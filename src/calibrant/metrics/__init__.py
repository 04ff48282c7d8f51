"""Metrics: numbers read from tallies or from rows, by class or by name. Loaded on first use."""

from importlib import import_module

from calibrant.metrics.registry import homes

_HOMES = {
    "Estimate": "calibrant.metrics.estimate",
    "Evaluation": "calibrant.metrics.evaluation",
    "MeanScore": "calibrant.metrics.means",
    "MemoryMetric": "calibrant.metrics.base",
    "Metric": "calibrant.metrics.base",
    "RowMetric": "calibrant.metrics.base",
    "RowScore": "calibrant.statistics.moments",
    "TallyMetric": "calibrant.metrics.base",
    "available": "calibrant.metrics.registry",
    "decision_curve": "calibrant.metrics.ranking.decision_curve",
    "fitting": "calibrant.metrics.what_fits",
    "gains_table": "calibrant.metrics.ranking.gains_table",
    "isotonic_curve": "calibrant.metrics.proper.curve",
    "precision_recall_band": "calibrant.metrics.ranking.curve_bands",
    "precision_recall_curve": "calibrant.metrics.ranking.curves",
    "reliability_curve": "calibrant.metrics.bands.door",
    "reliability_table": "calibrant.metrics.binned.reliability",
    "risk_coverage_curve": "calibrant.metrics.selective.curve",
    "roc_band": "calibrant.metrics.ranking.curve_bands",
    "roc_curve": "calibrant.metrics.ranking.curves",
    "threshold_table": "calibrant.metrics.ranking.curves",
    **homes(),
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'calibrant.metrics' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
