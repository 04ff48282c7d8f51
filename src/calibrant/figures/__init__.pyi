from calibrant.figures.bands import reliability_band
from calibrant.figures.confidence import confidence_histogram
from calibrant.figures.confusion import confusion_matrix
from calibrant.figures.differences import difference_plot
from calibrant.figures.predicted import predicted_against_true
from calibrant.figures.reliability import reliability_diagram, reliability_pair
from calibrant.figures.training import training_curves

__all__ = [
    "confidence_histogram",
    "confusion_matrix",
    "difference_plot",
    "predicted_against_true",
    "reliability_band",
    "reliability_diagram",
    "reliability_pair",
    "training_curves",
]
