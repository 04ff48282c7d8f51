"""Losses, metrics and calibrators for deep classifiers.

Public names load on first use, so that ``import calibrant`` does not import torch.
Type checkers read them from ``__init__.pyi``.
"""

from importlib import import_module

_HOMES = {
    "AutoCalibration": "calibrant.selection.auto",
    "CalibrantError": "calibrant.errors",
    "CalibrantWarning": "calibrant.errors",
    "Comparison": "calibrant.comparison.comparison",
    "Estimate": "calibrant.metrics.estimate",
    "Evaluation": "calibrant.metrics.evaluation",
    "FitError": "calibrant.errors",
    "InputError": "calibrant.errors",
    "OutputError": "calibrant.errors",
    "RefinementStopping": "calibrant.training.refinement_stopping",
    "TemperatureScaling": "calibrant.calibrators.temperature",
    "certificate": "calibrant.claims.certify",
    "compare": "calibrant.comparison.compare",
    "confusion": "calibrant.metrics.decided.matrix_door",
    "cross_fit": "calibrant.selection.cross_fit",
    "decisions": "calibrant.prediction.door",
    "evaluate": "calibrant.metrics.evaluate",
    "events": "calibrant.prediction.door",
    "importance_weights": "calibrant.selection.importance",
    "load_calibrator": "calibrant.calibrators.saved",
    "load_tallies": "calibrant.statistics.saved",
    "numbers": "calibrant.prediction.door",
    "plan": "calibrant.planning.width",
    "plan_difference": "calibrant.planning.difference",
    "predictions": "calibrant.prediction.door",
    "reliability_curve": "calibrant.metrics.bands.door",
    "reliability_table": "calibrant.metrics.binned.reliability",
    "tally": "calibrant.metrics.evaluate",
    "write_comparison": "calibrant.report.several.write",
    "write_report": "calibrant.report.evaluation_report",
}
_PACKAGES = ("calibrators", "figures", "losses", "metrics")


def __getattr__(name: str) -> object:
    if name == "__version__":
        return import_module("importlib.metadata").version("calibrant")
    if name in _PACKAGES:
        return import_module(f"calibrant.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'calibrant' has no attribute '{name}'{_elsewhere(name)}")
    return getattr(import_module(_HOMES[name]), name)


def _elsewhere(name: str) -> str:
    """Where a name is that was looked for here, as the end of a sentence; empty for none."""
    if name.startswith("_"):
        return ""
    packages = ("calibrators", "losses", "metrics")  # which load nothing to list their names
    found = [one for one in packages if name in dir(import_module(f"calibrant.{one}"))]
    return f"; there is calibrant.{found[0]}.{name}" if found else ""


def __dir__() -> list[str]:
    return sorted((*_HOMES, *_PACKAGES))
