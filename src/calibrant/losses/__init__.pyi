from calibrant.losses.base import Loss as Loss
from calibrant.losses.base import WeightedSum as WeightedSum
from calibrant.losses.batch_loss import BatchLoss as BatchLoss
from calibrant.losses.build import get as get
from calibrant.losses.checking.run import check as check
from calibrant.losses.classification.crossentropy import CrossEntropyLoss as CrossEntropyLoss
from calibrant.losses.classification.crossentropy import cross_entropy as cross_entropy
from calibrant.losses.classification.focal import FocalLoss as FocalLoss
from calibrant.losses.classification.focal import focal_loss as focal_loss
from calibrant.losses.number_loss import NumberLoss as NumberLoss
from calibrant.losses.number_loss import PointLoss as PointLoss
from calibrant.losses.overlap.soft_f1 import SoftF1Loss as SoftF1Loss
from calibrant.losses.overlap.soft_f1 import soft_f1_loss as soft_f1_loss
from calibrant.losses.overlap_loss import OverlapLoss as OverlapLoss
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
from calibrant.losses.settings import Bounds as Bounds
from calibrant.losses.sum_loss import SumLoss as SumLoss
from calibrant.losses.true_class_loss import TrueClassLoss as TrueClassLoss

__all__ = [
    "AbsoluteErrorLoss",
    "BatchLoss",
    "BetaNLLLoss",
    "Bounds",
    "CrossEntropyLoss",
    "EnsembleCRPSLoss",
    "ExpectileLoss",
    "FaithfulLoss",
    "FocalLoss",
    "GammaLoss",
    "GaussianNLLLoss",
    "HuberLoss",
    "IntervalScoreLoss",
    "LaplaceNLLLoss",
    "LogCoshLoss",
    "Loss",
    "NegativeBinomialLoss",
    "NormalCRPSLoss",
    "NumberLoss",
    "OverlapLoss",
    "PointLoss",
    "PoissonLoss",
    "QuantileLoss",
    "RowLoss",
    "SoftF1Loss",
    "SquaredErrorLoss",
    "StudentTNLLLoss",
    "SumLoss",
    "TrueClassLoss",
    "TweedieLoss",
    "WeightedSum",
    "absolute_error",
    "at_label",
    "available",
    "beta_nll",
    "check",
    "cross_entropy",
    "crps_ensemble",
    "crps_normal",
    "expectile_loss",
    "faithful_loss",
    "focal_loss",
    "gamma_loss",
    "gaussian_nll",
    "get",
    "huber_loss",
    "interval_score",
    "laplace_nll",
    "log_cosh_loss",
    "negative_binomial_nll",
    "poisson_loss",
    "quantile_loss",
    "soft_f1_loss",
    "squared_error",
    "student_t_nll",
    "tweedie_loss",
]
