"""Figures: arrays in, matplotlib Axes out, no maths of their own.

Each takes an optional ``ax`` and returns the Axes; ``ax.figure.savefig("name.pdf")`` keeps it.
Names load on first use, so that a look at the list of names loads no matplotlib.
"""

from importlib import import_module

_HOMES = {
    "confidence_histogram": "calibrant.figures.confidence",
    "confusion_matrix": "calibrant.figures.confusion",
    "decision_plot": "calibrant.figures.deciding",
    "difference_plot": "calibrant.figures.differences",
    "error_by_bins": "calibrant.figures.binning",
    "pit_plot": "calibrant.figures.forecasts",
    "precision_recall_plot": "calibrant.figures.ranking",
    "predicted_against_true": "calibrant.figures.predicted",
    "quantile_plot": "calibrant.figures.forecasts",
    "reliability_band": "calibrant.figures.bands",
    "reliability_diagram": "calibrant.figures.reliability",
    "reliability_grid": "calibrant.figures.grid",
    "reliability_pair": "calibrant.figures.reliability",
    "residual_plot": "calibrant.figures.residuals",
    "risk_coverage_plot": "calibrant.figures.deciding",
    "roc_plot": "calibrant.figures.ranking",
    "threshold_plot": "calibrant.figures.ranking",
    "training_curves": "calibrant.figures.training",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'calibrant.figures' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
