from calibrant.losses.base import Loss as Loss
from calibrant.losses.base import WeightedSum as WeightedSum
from calibrant.losses.batch_loss import BatchLoss as BatchLoss
from calibrant.losses.build import get as get
from calibrant.losses.calibration.brier import BrierLoss as BrierLoss
from calibrant.losses.calibration.brier import SphericalLoss as SphericalLoss
from calibrant.losses.calibration.brier import brier_loss as brier_loss
from calibrant.losses.calibration.brier import spherical_loss as spherical_loss
from calibrant.losses.calibration.logit_penalties import (
    ConfidencePenaltyLoss as ConfidencePenaltyLoss,
)
from calibrant.losses.calibration.logit_penalties import LogitNormLoss as LogitNormLoss
from calibrant.losses.calibration.logit_penalties import MarginSmoothingLoss as MarginSmoothingLoss
from calibrant.losses.calibration.logit_penalties import MaxSuppressionLoss as MaxSuppressionLoss
from calibrant.losses.calibration.mean_gaps import DCALoss as DCALoss
from calibrant.losses.calibration.mean_gaps import MDCALoss as MDCALoss
from calibrant.losses.calibration.mmce import MMCELoss as MMCELoss
from calibrant.losses.calibration.mmce import WeightedMMCELoss as WeightedMMCELoss
from calibrant.losses.calibration.soft_bins import SoftBinnedECELoss as SoftBinnedECELoss
from calibrant.losses.checking.run import check as check
from calibrant.losses.classification.asymmetric import AsymmetricLoss as AsymmetricLoss
from calibrant.losses.classification.asymmetric import asymmetric_loss as asymmetric_loss
from calibrant.losses.classification.bce import BinaryCrossEntropyLoss as BinaryCrossEntropyLoss
from calibrant.losses.classification.bce import binary_cross_entropy as binary_cross_entropy
from calibrant.losses.classification.crossentropy import CrossEntropyLoss as CrossEntropyLoss
from calibrant.losses.classification.crossentropy import cross_entropy as cross_entropy
from calibrant.losses.classification.dual_focal import DualFocalLoss as DualFocalLoss
from calibrant.losses.classification.dual_focal import dual_focal_loss as dual_focal_loss
from calibrant.losses.classification.focal import FocalLoss as FocalLoss
from calibrant.losses.classification.focal import focal_loss as focal_loss
from calibrant.losses.classification.gce import (
    GeneralizedCrossEntropyLoss as GeneralizedCrossEntropyLoss,
)
from calibrant.losses.classification.gce import (
    generalized_cross_entropy as generalized_cross_entropy,
)
from calibrant.losses.classification.inverse_focal import InverseFocalLoss as InverseFocalLoss
from calibrant.losses.classification.inverse_focal import inverse_focal_loss as inverse_focal_loss
from calibrant.losses.classification.poly import Poly1Loss as Poly1Loss
from calibrant.losses.classification.poly import poly1_loss as poly1_loss
from calibrant.losses.classification.quality_focal import QualityFocalLoss as QualityFocalLoss
from calibrant.losses.classification.quality_focal import quality_focal_loss as quality_focal_loss
from calibrant.losses.classification.sample_focal import FocalSampleLoss as FocalSampleLoss
from calibrant.losses.classification.sample_focal import focal_sample_loss as focal_sample_loss
from calibrant.losses.classification.symmetric import (
    SymmetricCrossEntropyLoss as SymmetricCrossEntropyLoss,
)
from calibrant.losses.classification.symmetric import (
    symmetric_cross_entropy as symmetric_cross_entropy,
)
from calibrant.losses.constraints.curvature import CurvaturePenalty as CurvaturePenalty
from calibrant.losses.constraints.increasing import IncreasingPenalty as IncreasingPenalty
from calibrant.losses.constraints.monotone import MonotonicityPenalty as MonotonicityPenalty
from calibrant.losses.constraints.unimodal import UnimodalPenalty as UnimodalPenalty
from calibrant.losses.cost.of_decisions import ExpectedCostLoss as ExpectedCostLoss
from calibrant.losses.cost.of_decisions import expected_cost_loss as expected_cost_loss
from calibrant.losses.heads import HeadLosses as HeadLosses
from calibrant.losses.imbalance.logit_adjustment import LogitAdjustedLoss as LogitAdjustedLoss
from calibrant.losses.imbalance.logit_adjustment import logit_adjusted_loss as logit_adjusted_loss
from calibrant.losses.imbalance.margins import LdamLoss as LdamLoss
from calibrant.losses.imbalance.margins import ldam_loss as ldam_loss
from calibrant.losses.imbalance.priors import adjusted_logits as adjusted_logits
from calibrant.losses.imbalance.priors import prior_shifted_logits as prior_shifted_logits
from calibrant.losses.imbalance.priors import prior_shifted_probs as prior_shifted_probs
from calibrant.losses.number_loss import NumberLoss as NumberLoss
from calibrant.losses.number_loss import PointLoss as PointLoss
from calibrant.losses.ordinal.all_threshold import AllThresholdLoss as AllThresholdLoss
from calibrant.losses.ordinal.cumulative_link import CumulativeLinkLoss as CumulativeLinkLoss
from calibrant.losses.ordinal.cumulative_link import cumulative_link_probs as cumulative_link_probs
from calibrant.losses.ordinal.distance_weighted import CDWCELoss as CDWCELoss
from calibrant.losses.ordinal.distance_weighted import cdw_ce_loss as cdw_ce_loss
from calibrant.losses.ordinal.distances import EMD2Loss as EMD2Loss
from calibrant.losses.ordinal.distances import SORDLoss as SORDLoss
from calibrant.losses.ordinal.distances import emd2_loss as emd2_loss
from calibrant.losses.ordinal.kappa import SoftQWKLoss as SoftQWKLoss
from calibrant.losses.ordinal.kappa import soft_qwk_loss as soft_qwk_loss
from calibrant.losses.ordinal.thresholds import CONDORLoss as CONDORLoss
from calibrant.losses.ordinal.thresholds import CORALLoss as CORALLoss
from calibrant.losses.ordinal.thresholds import CORNLoss as CORNLoss
from calibrant.losses.ordinal.thresholds import coral_probs as coral_probs
from calibrant.losses.ordinal.thresholds import corn_probs as corn_probs
from calibrant.losses.overlap.dice import DiceLoss as DiceLoss
from calibrant.losses.overlap.dice import LogCoshDiceLoss as LogCoshDiceLoss
from calibrant.losses.overlap.dice import SquaredDiceLoss as SquaredDiceLoss
from calibrant.losses.overlap.dice import dice_loss as dice_loss
from calibrant.losses.overlap.dice import log_cosh_dice_loss as log_cosh_dice_loss
from calibrant.losses.overlap.dice import squared_dice_loss as squared_dice_loss
from calibrant.losses.overlap.double_f1 import DoubleSoftF1Loss as DoubleSoftF1Loss
from calibrant.losses.overlap.double_f1 import double_soft_f1_loss as double_soft_f1_loss
from calibrant.losses.overlap.fbeta import SoftFBetaLoss as SoftFBetaLoss
from calibrant.losses.overlap.fbeta import soft_fbeta_loss as soft_fbeta_loss
from calibrant.losses.overlap.generalized_dice import GeneralizedDiceLoss as GeneralizedDiceLoss
from calibrant.losses.overlap.generalized_dice import generalized_dice_loss as generalized_dice_loss
from calibrant.losses.overlap.jaccard import JaccardLoss as JaccardLoss
from calibrant.losses.overlap.jaccard import jaccard_loss as jaccard_loss
from calibrant.losses.overlap.lovasz import LovaszHingeLoss as LovaszHingeLoss
from calibrant.losses.overlap.lovasz import LovaszLoss as LovaszLoss
from calibrant.losses.overlap.lovasz import lovasz_hinge_loss as lovasz_hinge_loss
from calibrant.losses.overlap.lovasz import lovasz_loss as lovasz_loss
from calibrant.losses.overlap.matthews import SoftMCCLoss as SoftMCCLoss
from calibrant.losses.overlap.matthews import soft_mcc_loss as soft_mcc_loss
from calibrant.losses.overlap.mixed import DiceBCELoss as DiceBCELoss
from calibrant.losses.overlap.mixed import DiceCELoss as DiceCELoss
from calibrant.losses.overlap.mixed import DiceFocalLoss as DiceFocalLoss
from calibrant.losses.overlap.mixed import dice_bce_loss as dice_bce_loss
from calibrant.losses.overlap.mixed import dice_ce_loss as dice_ce_loss
from calibrant.losses.overlap.mixed import dice_focal_loss as dice_focal_loss
from calibrant.losses.overlap.precision_recall import SoftPrecisionLoss as SoftPrecisionLoss
from calibrant.losses.overlap.precision_recall import SoftRecallLoss as SoftRecallLoss
from calibrant.losses.overlap.precision_recall import soft_precision_loss as soft_precision_loss
from calibrant.losses.overlap.precision_recall import soft_recall_loss as soft_recall_loss
from calibrant.losses.overlap.profit import SoftProfitLoss as SoftProfitLoss
from calibrant.losses.overlap.profit import soft_profit_loss as soft_profit_loss
from calibrant.losses.overlap.rates import SoftBalancedAccuracyLoss as SoftBalancedAccuracyLoss
from calibrant.losses.overlap.rates import SoftGMeanLoss as SoftGMeanLoss
from calibrant.losses.overlap.rates import (
    soft_balanced_accuracy_loss as soft_balanced_accuracy_loss,
)
from calibrant.losses.overlap.rates import soft_g_mean_loss as soft_g_mean_loss
from calibrant.losses.overlap.sigmoid_f1 import SigmoidF1Loss as SigmoidF1Loss
from calibrant.losses.overlap.sigmoid_f1 import sigmoid_f1_loss as sigmoid_f1_loss
from calibrant.losses.overlap.soft_f1 import SoftF1Loss as SoftF1Loss
from calibrant.losses.overlap.soft_f1 import soft_f1_loss as soft_f1_loss
from calibrant.losses.overlap.tversky import FocalTverskyLoss as FocalTverskyLoss
from calibrant.losses.overlap.tversky import TverskyLoss as TverskyLoss
from calibrant.losses.overlap.tversky import focal_tversky_loss as focal_tversky_loss
from calibrant.losses.overlap.tversky import tversky_loss as tversky_loss
from calibrant.losses.overlap_loss import OverlapLoss as OverlapLoss
from calibrant.losses.ranking.auc_margin import AucMarginLoss as AucMarginLoss
from calibrant.losses.ranking.auc_margin import auc_margin_loss as auc_margin_loss
from calibrant.losses.ranking.pairs import PairwiseAucLoss as PairwiseAucLoss
from calibrant.losses.ranking.pairs import pairwise_auc_loss as pairwise_auc_loss
from calibrant.losses.ranking.precision import SmoothApLoss as SmoothApLoss
from calibrant.losses.ranking.precision import smooth_ap_loss as smooth_ap_loss
from calibrant.losses.registry import available as available
from calibrant.losses.regression.absolute import AbsoluteErrorLoss as AbsoluteErrorLoss
from calibrant.losses.regression.absolute import absolute_error as absolute_error
from calibrant.losses.regression.beta_gaussian import BetaNLLLoss as BetaNLLLoss
from calibrant.losses.regression.beta_gaussian import beta_nll as beta_nll
from calibrant.losses.regression.ensemble_crps import EnsembleCRPSLoss as EnsembleCRPSLoss
from calibrant.losses.regression.ensemble_crps import crps_ensemble as crps_ensemble
from calibrant.losses.regression.expectile import ExpectileLoss as ExpectileLoss
from calibrant.losses.regression.expectile import expectile_loss as expectile_loss
from calibrant.losses.regression.faithful import FaithfulLoss as FaithfulLoss
from calibrant.losses.regression.faithful import faithful_loss as faithful_loss
from calibrant.losses.regression.gamma import GammaLoss as GammaLoss
from calibrant.losses.regression.gamma import gamma_loss as gamma_loss
from calibrant.losses.regression.gaussian import GaussianNLLLoss as GaussianNLLLoss
from calibrant.losses.regression.gaussian import gaussian_nll as gaussian_nll
from calibrant.losses.regression.huber import HuberLoss as HuberLoss
from calibrant.losses.regression.huber import huber_loss as huber_loss
from calibrant.losses.regression.interval import IntervalScoreLoss as IntervalScoreLoss
from calibrant.losses.regression.interval import interval_score as interval_score
from calibrant.losses.regression.laplace import LaplaceNLLLoss as LaplaceNLLLoss
from calibrant.losses.regression.laplace import laplace_nll as laplace_nll
from calibrant.losses.regression.log_cosh import LogCoshLoss as LogCoshLoss
from calibrant.losses.regression.log_cosh import log_cosh_loss as log_cosh_loss
from calibrant.losses.regression.normal_crps import NormalCRPSLoss as NormalCRPSLoss
from calibrant.losses.regression.normal_crps import crps_normal as crps_normal
from calibrant.losses.regression.overdispersed import NegativeBinomialLoss as NegativeBinomialLoss
from calibrant.losses.regression.overdispersed import negative_binomial_nll as negative_binomial_nll
from calibrant.losses.regression.poisson import PoissonLoss as PoissonLoss
from calibrant.losses.regression.poisson import poisson_loss as poisson_loss
from calibrant.losses.regression.quantile import QuantileLoss as QuantileLoss
from calibrant.losses.regression.quantile import quantile_loss as quantile_loss
from calibrant.losses.regression.squared import SquaredErrorLoss as SquaredErrorLoss
from calibrant.losses.regression.squared import squared_error as squared_error
from calibrant.losses.regression.student_t import StudentTNLLLoss as StudentTNLLLoss
from calibrant.losses.regression.student_t import student_t_nll as student_t_nll
from calibrant.losses.regression.tweedie import TweedieLoss as TweedieLoss
from calibrant.losses.regression.tweedie import tweedie_loss as tweedie_loss
from calibrant.losses.row_loss import RowLoss as RowLoss
from calibrant.losses.rows import at_label as at_label
from calibrant.losses.scheduled import Scheduled as Scheduled
from calibrant.losses.schedules import Ramp as Ramp
from calibrant.losses.schedules import Switch as Switch
from calibrant.losses.selective.abstaining import DeepGamblersLoss as DeepGamblersLoss
from calibrant.losses.selective.abstaining import SelectiveNetLoss as SelectiveNetLoss
from calibrant.losses.selective.abstaining import abstaining_probs as abstaining_probs
from calibrant.losses.settings import Bounds as Bounds
from calibrant.losses.sum_loss import SumLoss as SumLoss
from calibrant.losses.true_class_loss import TrueClassLoss as TrueClassLoss
from calibrant.losses.weight_functions import balanced_weights as balanced_weights
from calibrant.losses.weight_functions import cost_weights as cost_weights
from calibrant.losses.weight_functions import effective_weights as effective_weights
from calibrant.losses.weight_functions import inverse_sqrt_weights as inverse_sqrt_weights
from calibrant.losses.weight_functions import prevalence_weights as prevalence_weights
from calibrant.losses.weight_rules import BalancedWeights as BalancedWeights
from calibrant.losses.weight_rules import CostWeights as CostWeights
from calibrant.losses.weight_rules import EffectiveWeights as EffectiveWeights
from calibrant.losses.weight_rules import InverseSqrtWeights as InverseSqrtWeights
from calibrant.losses.weight_rules import PrevalenceWeights as PrevalenceWeights
from calibrant.losses.weight_rules import WeightRule as WeightRule

__all__ = [
    "AbsoluteErrorLoss",
    "AllThresholdLoss",
    "AsymmetricLoss",
    "AucMarginLoss",
    "BalancedWeights",
    "BatchLoss",
    "BetaNLLLoss",
    "BinaryCrossEntropyLoss",
    "Bounds",
    "BrierLoss",
    "CDWCELoss",
    "CONDORLoss",
    "CORALLoss",
    "CORNLoss",
    "ConfidencePenaltyLoss",
    "CostWeights",
    "CrossEntropyLoss",
    "CumulativeLinkLoss",
    "CurvaturePenalty",
    "DCALoss",
    "DeepGamblersLoss",
    "DiceBCELoss",
    "DiceCELoss",
    "DiceFocalLoss",
    "DiceLoss",
    "DoubleSoftF1Loss",
    "DualFocalLoss",
    "EMD2Loss",
    "EffectiveWeights",
    "EnsembleCRPSLoss",
    "ExpectedCostLoss",
    "ExpectileLoss",
    "FaithfulLoss",
    "FocalLoss",
    "FocalSampleLoss",
    "FocalTverskyLoss",
    "GammaLoss",
    "GaussianNLLLoss",
    "GeneralizedCrossEntropyLoss",
    "GeneralizedDiceLoss",
    "HeadLosses",
    "HuberLoss",
    "IncreasingPenalty",
    "IntervalScoreLoss",
    "InverseFocalLoss",
    "InverseSqrtWeights",
    "JaccardLoss",
    "LaplaceNLLLoss",
    "LdamLoss",
    "LogCoshDiceLoss",
    "LogCoshLoss",
    "LogitAdjustedLoss",
    "LogitNormLoss",
    "Loss",
    "LovaszHingeLoss",
    "LovaszLoss",
    "MDCALoss",
    "MMCELoss",
    "MarginSmoothingLoss",
    "MaxSuppressionLoss",
    "MonotonicityPenalty",
    "NegativeBinomialLoss",
    "NormalCRPSLoss",
    "NumberLoss",
    "OverlapLoss",
    "PairwiseAucLoss",
    "PointLoss",
    "PoissonLoss",
    "Poly1Loss",
    "PrevalenceWeights",
    "QualityFocalLoss",
    "QuantileLoss",
    "Ramp",
    "RowLoss",
    "SORDLoss",
    "Scheduled",
    "SelectiveNetLoss",
    "SigmoidF1Loss",
    "SmoothApLoss",
    "SoftBalancedAccuracyLoss",
    "SoftBinnedECELoss",
    "SoftF1Loss",
    "SoftFBetaLoss",
    "SoftGMeanLoss",
    "SoftMCCLoss",
    "SoftPrecisionLoss",
    "SoftProfitLoss",
    "SoftQWKLoss",
    "SoftRecallLoss",
    "SphericalLoss",
    "SquaredDiceLoss",
    "SquaredErrorLoss",
    "StudentTNLLLoss",
    "SumLoss",
    "Switch",
    "SymmetricCrossEntropyLoss",
    "TrueClassLoss",
    "TverskyLoss",
    "TweedieLoss",
    "UnimodalPenalty",
    "WeightRule",
    "WeightedMMCELoss",
    "WeightedSum",
    "absolute_error",
    "abstaining_probs",
    "adjusted_logits",
    "asymmetric_loss",
    "at_label",
    "auc_margin_loss",
    "available",
    "balanced_weights",
    "beta_nll",
    "binary_cross_entropy",
    "brier_loss",
    "cdw_ce_loss",
    "check",
    "coral_probs",
    "corn_probs",
    "cost_weights",
    "cross_entropy",
    "crps_ensemble",
    "crps_normal",
    "cumulative_link_probs",
    "dice_bce_loss",
    "dice_ce_loss",
    "dice_focal_loss",
    "dice_loss",
    "double_soft_f1_loss",
    "dual_focal_loss",
    "effective_weights",
    "emd2_loss",
    "expected_cost_loss",
    "expectile_loss",
    "faithful_loss",
    "focal_loss",
    "focal_sample_loss",
    "focal_tversky_loss",
    "gamma_loss",
    "gaussian_nll",
    "generalized_cross_entropy",
    "generalized_dice_loss",
    "get",
    "huber_loss",
    "interval_score",
    "inverse_focal_loss",
    "inverse_sqrt_weights",
    "jaccard_loss",
    "laplace_nll",
    "ldam_loss",
    "log_cosh_dice_loss",
    "log_cosh_loss",
    "logit_adjusted_loss",
    "lovasz_hinge_loss",
    "lovasz_loss",
    "negative_binomial_nll",
    "pairwise_auc_loss",
    "poisson_loss",
    "poly1_loss",
    "prevalence_weights",
    "prior_shifted_logits",
    "prior_shifted_probs",
    "quality_focal_loss",
    "quantile_loss",
    "sigmoid_f1_loss",
    "smooth_ap_loss",
    "soft_balanced_accuracy_loss",
    "soft_f1_loss",
    "soft_fbeta_loss",
    "soft_g_mean_loss",
    "soft_mcc_loss",
    "soft_precision_loss",
    "soft_profit_loss",
    "soft_qwk_loss",
    "soft_recall_loss",
    "spherical_loss",
    "squared_dice_loss",
    "squared_error",
    "student_t_nll",
    "symmetric_cross_entropy",
    "tversky_loss",
    "tweedie_loss",
]
