from calibrant.figures.confidence import confidence_histogram
from calibrant.figures.confusion import confusion_matrix
from calibrant.figures.reliability import reliability_diagram, reliability_pair
from calibrant.figures.training import training_curves

__all__ = [
    "confidence_histogram",
    "confusion_matrix",
    "reliability_diagram",
    "reliability_pair",
    "training_curves",
]
