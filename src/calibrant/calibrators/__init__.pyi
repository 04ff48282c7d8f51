from calibrant.calibrators.base import Calibrator as Calibrator
from calibrant.calibrators.base import FittedCalibrator as FittedCalibrator
from calibrant.calibrators.base import FittedMap as FittedMap
from calibrant.calibrators.curves.bayesian_binning import BayesianBinning as BayesianBinning
from calibrant.calibrators.curves.bayesian_binning import BayesianBins as BayesianBins
from calibrant.calibrators.curves.beta import Beta as Beta
from calibrant.calibrators.curves.beta import BetaCalibration as BetaCalibration
from calibrant.calibrators.curves.centred_isotonic import CentredIsotonic as CentredIsotonic
from calibrant.calibrators.curves.centred_isotonic import (
    CentredIsotonicCalibration as CentredIsotonicCalibration,
)
from calibrant.calibrators.curves.cross_venn_abers import CrossVennAbers as CrossVennAbers
from calibrant.calibrators.curves.cross_venn_abers import (
    CrossVennAbersCalibration as CrossVennAbersCalibration,
)
from calibrant.calibrators.curves.histogram import Histogram as Histogram
from calibrant.calibrators.curves.histogram import HistogramBinning as HistogramBinning
from calibrant.calibrators.curves.isotonic import Isotonic as Isotonic
from calibrant.calibrators.curves.isotonic import IsotonicCalibration as IsotonicCalibration
from calibrant.calibrators.curves.platt import Platt as Platt
from calibrant.calibrators.curves.platt import PlattScaling as PlattScaling
from calibrant.calibrators.curves.scaling_binning import ScaledBins as ScaledBins
from calibrant.calibrators.curves.scaling_binning import ScalingBinning as ScalingBinning
from calibrant.calibrators.curves.spline import Spline as Spline
from calibrant.calibrators.curves.spline import SplineCalibration as SplineCalibration
from calibrant.calibrators.curves.venn_abers import VennAbers as VennAbers
from calibrant.calibrators.curves.venn_abers import VennAbersCalibration as VennAbersCalibration
from calibrant.calibrators.grouped.per_class import ClassMaps as ClassMaps
from calibrant.calibrators.grouped.per_class import PerClass as PerClass
from calibrant.calibrators.grouped.per_group import GroupedMaps as GroupedMaps
from calibrant.calibrators.grouped.per_group import PerGroup as PerGroup
from calibrant.calibrators.identity import Identity as Identity
from calibrant.calibrators.identity import Unchanged as Unchanged
from calibrant.calibrators.linear.diagonal import (
    BiasCorrectedTemperature as BiasCorrectedTemperature,
)
from calibrant.calibrators.linear.diagonal import (
    BiasCorrectedTemperatureScaling as BiasCorrectedTemperatureScaling,
)
from calibrant.calibrators.linear.diagonal import VectorScale as VectorScale
from calibrant.calibrators.linear.diagonal import VectorScaling as VectorScaling
from calibrant.calibrators.linear.ensemble import EnsembleTemperature as EnsembleTemperature
from calibrant.calibrators.linear.ensemble import (
    EnsembleTemperatureScaling as EnsembleTemperatureScaling,
)
from calibrant.calibrators.linear.matrix import DirichletCalibration as DirichletCalibration
from calibrant.calibrators.linear.matrix import DirichletMap as DirichletMap
from calibrant.calibrators.linear.matrix import MatrixMap as MatrixMap
from calibrant.calibrators.linear.matrix import MatrixScaling as MatrixScaling
from calibrant.calibrators.linear.structured import StructuredMatrix as StructuredMatrix
from calibrant.calibrators.linear.structured import (
    StructuredMatrixScaling as StructuredMatrixScaling,
)
from calibrant.calibrators.linear.structured import StructuredVector as StructuredVector
from calibrant.calibrators.linear.structured import (
    StructuredVectorScaling as StructuredVectorScaling,
)
from calibrant.calibrators.maps.fitted import LocalTemperature as LocalTemperature
from calibrant.calibrators.maps.local_temperature import (
    LocalTemperatureScaling as LocalTemperatureScaling,
)
from calibrant.calibrators.named import get as get
from calibrant.calibrators.named import restored as restored
from calibrant.calibrators.numbers.named import restored_numbers as restored_numbers
from calibrant.calibrators.numbers.quantile_recalibration import (
    QuantileRecalibration as QuantileRecalibration,
)
from calibrant.calibrators.numbers.quantile_recalibration import RenamedLevels as RenamedLevels
from calibrant.calibrators.numbers.variance_scaling import ScaledSpread as ScaledSpread
from calibrant.calibrators.numbers.variance_scaling import VarianceScaling as VarianceScaling
from calibrant.calibrators.registry import available as available
from calibrant.calibrators.shift.prior_shift import PriorShift as PriorShift
from calibrant.calibrators.shift.prior_shift import Reweighted as Reweighted
from calibrant.calibrators.temperature import Temperature as Temperature
from calibrant.calibrators.temperature import TemperatureScaling as TemperatureScaling
from calibrant.selection.auto import AutoCalibration as AutoCalibration
from calibrant.selection.chosen import Chosen as Chosen
