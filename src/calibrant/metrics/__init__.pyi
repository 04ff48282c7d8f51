from calibrant.metrics.bands.door import reliability_curve as reliability_curve
from calibrant.metrics.base import MemoryMetric as MemoryMetric
from calibrant.metrics.base import Metric as Metric
from calibrant.metrics.base import RowMetric as RowMetric
from calibrant.metrics.base import TallyMetric as TallyMetric
from calibrant.metrics.binless.cox import CoxIntercept as CoxIntercept
from calibrant.metrics.binless.cox import CoxSlope as CoxSlope
from calibrant.metrics.binless.cumulative import (
    KolmogorovSmirnovCalibrationError as KolmogorovSmirnovCalibrationError,
)
from calibrant.metrics.binless.cumulative import KuiperCalibrationError as KuiperCalibrationError
from calibrant.metrics.binless.hosmer_lemeshow import HosmerLemeshow as HosmerLemeshow
from calibrant.metrics.binless.hosmer_lemeshow import HosmerLemeshowP as HosmerLemeshowP
from calibrant.metrics.binless.in_the_large import CalibrationInTheLarge as CalibrationInTheLarge
from calibrant.metrics.binless.kernel import KernelCalibrationError as KernelCalibrationError
from calibrant.metrics.binless.kernel import (
    SquaredKernelCalibrationError as SquaredKernelCalibrationError,
)
from calibrant.metrics.binless.multi_scale import CalibrationTestP as CalibrationTestP
from calibrant.metrics.binless.smooth import SmoothCalibrationError as SmoothCalibrationError
from calibrant.metrics.binless.smooth_logit import (
    LogitSmoothCalibrationError as LogitSmoothCalibrationError,
)
from calibrant.metrics.binless.smoothed_gap import SmoothedGap as SmoothedGap
from calibrant.metrics.binless.spiegelhalter import SpiegelhalterP as SpiegelhalterP
from calibrant.metrics.binless.spiegelhalter import SpiegelhalterZ as SpiegelhalterZ
from calibrant.metrics.binned.calibration import (
    ExpectedCalibrationError as ExpectedCalibrationError,
)
from calibrant.metrics.binned.calibration import MaximumCalibrationError as MaximumCalibrationError
from calibrant.metrics.binned.calibration import (
    RootMeanSquaredCalibrationError as RootMeanSquaredCalibrationError,
)
from calibrant.metrics.binned.classwise import (
    ClasswiseCalibrationError as ClasswiseCalibrationError,
)
from calibrant.metrics.binned.classwise import (
    ClasswiseRootMeanSquaredCalibrationError as ClasswiseRootMeanSquaredCalibrationError,
)
from calibrant.metrics.binned.classwise import (
    ClasswiseSquaredCalibrationError as ClasswiseSquaredCalibrationError,
)
from calibrant.metrics.binned.debiased import DebiasedCalibrationError as DebiasedCalibrationError
from calibrant.metrics.binned.equal_mass_errors import (
    EqualMassCalibrationError as EqualMassCalibrationError,
)
from calibrant.metrics.binned.equal_mass_errors import (
    EqualMassSquaredCalibrationError as EqualMassSquaredCalibrationError,
)
from calibrant.metrics.binned.multiresolution import (
    MultiResolutionCalibrationError as MultiResolutionCalibrationError,
)
from calibrant.metrics.binned.per_class import PerClassCalibrationError as PerClassCalibrationError
from calibrant.metrics.binned.predicted_class import (
    PredictedClassCalibrationError as PredictedClassCalibrationError,
)
from calibrant.metrics.binned.reliability import reliability_table as reliability_table
from calibrant.metrics.binned.signed import Overconfidence as Overconfidence
from calibrant.metrics.binned.signed import Underconfidence as Underconfidence
from calibrant.metrics.binned.squared import (
    DebiasedRootMeanSquaredCalibrationError as DebiasedRootMeanSquaredCalibrationError,
)
from calibrant.metrics.binned.squared import SquaredCalibrationError as SquaredCalibrationError
from calibrant.metrics.binned.sweep import SweepCalibrationError as SweepCalibrationError
from calibrant.metrics.decided.accuracy import Accuracy as Accuracy
from calibrant.metrics.decided.accuracy import ErrorRate as ErrorRate
from calibrant.metrics.decided.agreement import CohenKappa as CohenKappa
from calibrant.metrics.decided.agreement import MatthewsCorrelation as MatthewsCorrelation
from calibrant.metrics.decided.balance import GeometricMean as GeometricMean
from calibrant.metrics.decided.balance import Informedness as Informedness
from calibrant.metrics.decided.balance import Markedness as Markedness
from calibrant.metrics.decided.fowlkes_mallows import FowlkesMallows as FowlkesMallows
from calibrant.metrics.decided.rates import FalseDiscoveryRate as FalseDiscoveryRate
from calibrant.metrics.decided.rates import FalseNegativeRate as FalseNegativeRate
from calibrant.metrics.decided.rates import FalseOmissionRate as FalseOmissionRate
from calibrant.metrics.decided.rates import FalsePositiveRate as FalsePositiveRate
from calibrant.metrics.decided.rates import NegativePredictiveValue as NegativePredictiveValue
from calibrant.metrics.decided.rates import Specificity as Specificity
from calibrant.metrics.decided.ratios import ConfusionMatrix as ConfusionMatrix
from calibrant.metrics.decided.ratios import F1Score as F1Score
from calibrant.metrics.decided.ratios import FBetaScore as FBetaScore
from calibrant.metrics.decided.ratios import Jaccard as Jaccard
from calibrant.metrics.decided.ratios import Precision as Precision
from calibrant.metrics.decided.ratios import Recall as Recall
from calibrant.metrics.decided.top_k import TopKAccuracy as TopKAccuracy
from calibrant.metrics.estimate import Estimate as Estimate
from calibrant.metrics.evaluation import Evaluation as Evaluation
from calibrant.metrics.means import MeanScore as MeanScore
from calibrant.metrics.numbers.central import IntervalCoverage as IntervalCoverage
from calibrant.metrics.numbers.central import IntervalScore as IntervalScore
from calibrant.metrics.numbers.central import IntervalWidth as IntervalWidth
from calibrant.metrics.numbers.correlation import ConcordanceCorrelation as ConcordanceCorrelation
from calibrant.metrics.numbers.correlation import PearsonCorrelation as PearsonCorrelation
from calibrant.metrics.numbers.deviance import TweedieDeviance as TweedieDeviance
from calibrant.metrics.numbers.distributions import CRPS as CRPS
from calibrant.metrics.numbers.distributions import FairCRPS as FairCRPS
from calibrant.metrics.numbers.distributions import GaussianNLL as GaussianNLL
from calibrant.metrics.numbers.errors import MeanAbsoluteError as MeanAbsoluteError
from calibrant.metrics.numbers.errors import MeanError as MeanError
from calibrant.metrics.numbers.errors import MeanSquaredError as MeanSquaredError
from calibrant.metrics.numbers.errors import RootMeanSquaredError as RootMeanSquaredError
from calibrant.metrics.numbers.explained import ExplainedVariance as ExplainedVariance
from calibrant.metrics.numbers.explained import NormalisedRMSE as NormalisedRMSE
from calibrant.metrics.numbers.explained import RSquared as RSquared
from calibrant.metrics.numbers.logarithmic import LogCosh as LogCosh
from calibrant.metrics.numbers.logarithmic import MeanSquaredLogError as MeanSquaredLogError
from calibrant.metrics.numbers.logarithmic import RootMeanSquaredLogError as RootMeanSquaredLogError
from calibrant.metrics.numbers.order import MaxError as MaxError
from calibrant.metrics.numbers.order import MedianAbsoluteError as MedianAbsoluteError
from calibrant.metrics.numbers.pit import PITHistogram as PITHistogram
from calibrant.metrics.numbers.quantile_calibration import (
    QuantileCalibration as QuantileCalibration,
)
from calibrant.metrics.numbers.quantile_calibration import (
    QuantileCalibrationError as QuantileCalibrationError,
)
from calibrant.metrics.numbers.quantiles import MeanPinball as MeanPinball
from calibrant.metrics.numbers.quantiles import Pinball as Pinball
from calibrant.metrics.numbers.quantiles import WeightedIntervalScore as WeightedIntervalScore
from calibrant.metrics.numbers.relative import (
    MeanAbsolutePercentageError as MeanAbsolutePercentageError,
)
from calibrant.metrics.numbers.relative import SymmetricPercentageError as SymmetricPercentageError
from calibrant.metrics.numbers.weighted_relative import (
    WeightedAbsolutePercentageError as WeightedAbsolutePercentageError,
)
from calibrant.metrics.ordinal.cumulative import ExpectedDistance as ExpectedDistance
from calibrant.metrics.ordinal.cumulative import RankedProbabilityScore as RankedProbabilityScore
from calibrant.metrics.ordinal.distance import AdjacentAccuracy as AdjacentAccuracy
from calibrant.metrics.ordinal.distance import OrdinalMAE as OrdinalMAE
from calibrant.metrics.overlap.per_image import DicePerImage as DicePerImage
from calibrant.metrics.overlap.per_image import IoUPerImage as IoUPerImage
from calibrant.metrics.proper.corp import Discrimination as Discrimination
from calibrant.metrics.proper.corp import Miscalibration as Miscalibration
from calibrant.metrics.proper.corp import Uncertainty as Uncertainty
from calibrant.metrics.proper.curve import isotonic_curve as isotonic_curve
from calibrant.metrics.proper.murphy import BrierReliability as BrierReliability
from calibrant.metrics.proper.murphy import BrierResolution as BrierResolution
from calibrant.metrics.proper.murphy import BrierUncertainty as BrierUncertainty
from calibrant.metrics.proper.scores import Brier as Brier
from calibrant.metrics.proper.scores import BrierBinary as BrierBinary
from calibrant.metrics.proper.scores import LogLoss as LogLoss
from calibrant.metrics.proper.skill import BrierSkill as BrierSkill
from calibrant.metrics.proper.skill import LogLossSkill as LogLossSkill
from calibrant.metrics.proper.spherical import SphericalScore as SphericalScore
from calibrant.metrics.ranking.average_precision import (
    OneVsRestAveragePrecision as OneVsRestAveragePrecision,
)
from calibrant.metrics.ranking.average_precision import (
    PositiveAveragePrecision as PositiveAveragePrecision,
)
from calibrant.metrics.ranking.best_f1 import BestF1 as BestF1
from calibrant.metrics.ranking.curve_bands import precision_recall_band as precision_recall_band
from calibrant.metrics.ranking.curve_bands import roc_band as roc_band
from calibrant.metrics.ranking.curves import precision_recall_curve as precision_recall_curve
from calibrant.metrics.ranking.curves import roc_curve as roc_curve
from calibrant.metrics.ranking.curves import threshold_table as threshold_table
from calibrant.metrics.ranking.decision_curve import decision_curve as decision_curve
from calibrant.metrics.ranking.gains import Captured as Captured
from calibrant.metrics.ranking.gains import Lift as Lift
from calibrant.metrics.ranking.gains_table import gains_table as gains_table
from calibrant.metrics.ranking.one_vs_one import OneVsOneAUROC as OneVsOneAUROC
from calibrant.metrics.ranking.one_vs_rest import MacroAUROC as MacroAUROC
from calibrant.metrics.ranking.one_vs_rest import OneVsRestAUROC as OneVsRestAUROC
from calibrant.metrics.ranking.points import PrecisionAtRecall as PrecisionAtRecall
from calibrant.metrics.ranking.points import RecallAtFalseAlarms as RecallAtFalseAlarms
from calibrant.metrics.ranking.points import RecallAtPrecision as RecallAtPrecision
from calibrant.metrics.ranking.points import SpecificityAtRecall as SpecificityAtRecall
from calibrant.metrics.ranking.positive import PositiveAUROC as PositiveAUROC
from calibrant.metrics.ranking.roc_points import EqualErrorRate as EqualErrorRate
from calibrant.metrics.ranking.roc_points import Gini as Gini
from calibrant.metrics.ranking.roc_points import YoudenMax as YoudenMax
from calibrant.metrics.registry import available as available
from calibrant.metrics.selective.areas import AUGRC as AUGRC
from calibrant.metrics.selective.areas import AURC as AURC
from calibrant.metrics.selective.areas import ExcessAURC as ExcessAURC
from calibrant.metrics.selective.curve import risk_coverage_curve as risk_coverage_curve
from calibrant.metrics.selective.points import AccuracyAtCoverage as AccuracyAtCoverage
from calibrant.metrics.selective.points import CoverageAtAccuracy as CoverageAtAccuracy
from calibrant.metrics.what_fits import fitting as fitting
from calibrant.selection.refinement import CalibrationPart as CalibrationPart
from calibrant.selection.refinement import Refinement as Refinement
from calibrant.statistics.moments import RowScore as RowScore

__all__ = [
    "AUGRC",
    "AURC",
    "CRPS",
    "Accuracy",
    "AccuracyAtCoverage",
    "AdjacentAccuracy",
    "BestF1",
    "Brier",
    "BrierBinary",
    "BrierReliability",
    "BrierResolution",
    "BrierSkill",
    "BrierUncertainty",
    "CalibrationInTheLarge",
    "CalibrationPart",
    "CalibrationTestP",
    "Captured",
    "ClasswiseCalibrationError",
    "ClasswiseRootMeanSquaredCalibrationError",
    "ClasswiseSquaredCalibrationError",
    "CohenKappa",
    "ConcordanceCorrelation",
    "ConfusionMatrix",
    "CoverageAtAccuracy",
    "CoxIntercept",
    "CoxSlope",
    "DebiasedCalibrationError",
    "DebiasedRootMeanSquaredCalibrationError",
    "DicePerImage",
    "Discrimination",
    "EqualErrorRate",
    "EqualMassCalibrationError",
    "EqualMassSquaredCalibrationError",
    "ErrorRate",
    "Estimate",
    "Evaluation",
    "ExcessAURC",
    "ExpectedCalibrationError",
    "ExpectedDistance",
    "ExplainedVariance",
    "F1Score",
    "FBetaScore",
    "FairCRPS",
    "FalseDiscoveryRate",
    "FalseNegativeRate",
    "FalseOmissionRate",
    "FalsePositiveRate",
    "FowlkesMallows",
    "GaussianNLL",
    "GeometricMean",
    "Gini",
    "HosmerLemeshow",
    "HosmerLemeshowP",
    "Informedness",
    "IntervalCoverage",
    "IntervalScore",
    "IntervalWidth",
    "IoUPerImage",
    "Jaccard",
    "KernelCalibrationError",
    "KolmogorovSmirnovCalibrationError",
    "KuiperCalibrationError",
    "Lift",
    "LogCosh",
    "LogLoss",
    "LogLossSkill",
    "LogitSmoothCalibrationError",
    "MacroAUROC",
    "Markedness",
    "MatthewsCorrelation",
    "MaxError",
    "MaximumCalibrationError",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanError",
    "MeanPinball",
    "MeanScore",
    "MeanSquaredError",
    "MeanSquaredLogError",
    "MedianAbsoluteError",
    "MemoryMetric",
    "Metric",
    "Miscalibration",
    "MultiResolutionCalibrationError",
    "NegativePredictiveValue",
    "NormalisedRMSE",
    "OneVsOneAUROC",
    "OneVsRestAUROC",
    "OneVsRestAveragePrecision",
    "OrdinalMAE",
    "Overconfidence",
    "PITHistogram",
    "PearsonCorrelation",
    "PerClassCalibrationError",
    "Pinball",
    "PositiveAUROC",
    "PositiveAveragePrecision",
    "Precision",
    "PrecisionAtRecall",
    "PredictedClassCalibrationError",
    "QuantileCalibration",
    "QuantileCalibrationError",
    "RSquared",
    "RankedProbabilityScore",
    "Recall",
    "RecallAtFalseAlarms",
    "RecallAtPrecision",
    "Refinement",
    "RootMeanSquaredCalibrationError",
    "RootMeanSquaredError",
    "RootMeanSquaredLogError",
    "RowMetric",
    "RowScore",
    "SmoothCalibrationError",
    "SmoothedGap",
    "Specificity",
    "SpecificityAtRecall",
    "SphericalScore",
    "SpiegelhalterP",
    "SpiegelhalterZ",
    "SquaredCalibrationError",
    "SquaredKernelCalibrationError",
    "SweepCalibrationError",
    "SymmetricPercentageError",
    "TallyMetric",
    "TopKAccuracy",
    "TweedieDeviance",
    "Uncertainty",
    "Underconfidence",
    "WeightedAbsolutePercentageError",
    "WeightedIntervalScore",
    "YoudenMax",
    "available",
    "decision_curve",
    "fitting",
    "gains_table",
    "isotonic_curve",
    "precision_recall_band",
    "precision_recall_curve",
    "reliability_curve",
    "reliability_table",
    "risk_coverage_curve",
    "roc_band",
    "roc_curve",
    "threshold_table",
]
