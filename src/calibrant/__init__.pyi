from calibrant import calibrators, figures, losses, metrics
from calibrant.calibrators.saved import load_calibrator
from calibrant.calibrators.temperature import TemperatureScaling
from calibrant.claims.certify import certificate
from calibrant.comparison.compare import compare
from calibrant.comparison.comparison import Comparison
from calibrant.errors import CalibrantError, CalibrantWarning, FitError, InputError, OutputError
from calibrant.metrics.bands.door import reliability_curve
from calibrant.metrics.binned.reliability import reliability_table
from calibrant.metrics.decided.matrix_door import confusion
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluate import evaluate, tally
from calibrant.metrics.evaluation import Evaluation
from calibrant.planning.difference import plan_difference
from calibrant.planning.width import plan
from calibrant.prediction.door import decisions, events, numbers, predictions
from calibrant.report.evaluation_report import write_report
from calibrant.report.several.write import write_comparison
from calibrant.selection.auto import AutoCalibration
from calibrant.selection.cross_fit import cross_fit
from calibrant.selection.importance import importance_weights
from calibrant.statistics.saved import load_tallies
from calibrant.training.refinement_stopping import RefinementStopping

__version__: str

__all__ = [
    "AutoCalibration",
    "CalibrantError",
    "CalibrantWarning",
    "Comparison",
    "Estimate",
    "Evaluation",
    "FitError",
    "InputError",
    "OutputError",
    "RefinementStopping",
    "TemperatureScaling",
    "calibrators",
    "certificate",
    "compare",
    "confusion",
    "cross_fit",
    "decisions",
    "evaluate",
    "events",
    "figures",
    "importance_weights",
    "load_calibrator",
    "load_tallies",
    "losses",
    "metrics",
    "numbers",
    "plan",
    "plan_difference",
    "predictions",
    "reliability_curve",
    "reliability_table",
    "tally",
    "write_comparison",
    "write_report",
]
