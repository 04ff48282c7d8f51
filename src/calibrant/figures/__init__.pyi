from calibrant.figures.bands import reliability_band
from calibrant.figures.binning import error_by_bins
from calibrant.figures.confidence import confidence_histogram
from calibrant.figures.confusion import confusion_matrix
from calibrant.figures.deciding import decision_plot, risk_coverage_plot
from calibrant.figures.differences import difference_plot
from calibrant.figures.forecasts import pit_plot, quantile_plot
from calibrant.figures.grid import reliability_grid
from calibrant.figures.predicted import predicted_against_true
from calibrant.figures.ranking import precision_recall_plot, roc_plot, threshold_plot
from calibrant.figures.reliability import reliability_diagram, reliability_pair
from calibrant.figures.training import training_curves

__all__ = [
    "confidence_histogram",
    "confusion_matrix",
    "decision_plot",
    "difference_plot",
    "error_by_bins",
    "pit_plot",
    "precision_recall_plot",
    "predicted_against_true",
    "quantile_plot",
    "reliability_band",
    "reliability_diagram",
    "reliability_grid",
    "reliability_pair",
    "risk_coverage_plot",
    "roc_plot",
    "threshold_plot",
    "training_curves",
]
