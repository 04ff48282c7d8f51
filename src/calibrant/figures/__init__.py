"""Figures: arrays in, matplotlib Axes out, no maths of their own.

Each takes an optional ``ax`` and returns the Axes; ``ax.figure.savefig("name.pdf")`` keeps it.
Names load on first use, so that a look at the list of names loads no matplotlib.
"""

from importlib import import_module

_HOMES = {
    "confidence_histogram": "calibrant.figures.confidence",
    "confusion_matrix": "calibrant.figures.confusion",
    "difference_plot": "calibrant.figures.differences",
    "predicted_against_true": "calibrant.figures.predicted",
    "reliability_band": "calibrant.figures.bands",
    "reliability_diagram": "calibrant.figures.reliability",
    "reliability_pair": "calibrant.figures.reliability",
    "training_curves": "calibrant.figures.training",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'calibrant.figures' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
