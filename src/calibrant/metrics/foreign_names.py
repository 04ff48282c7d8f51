"""What other libraries call a metric, and what it is called here. Plain data."""

import re
from dataclasses import dataclass

__all__ = ["FOREIGN", "Foreign", "foreign", "names_elsewhere"]


@dataclass(frozen=True, slots=True)
class Foreign:
    """Name of a metric elsewhere.

    Attributes
    ----------
    library : str
        Where it is called so.
    name : str
        The name.
    here : tuple of str
        Names here of the same, or of what comes nearest.
    note : str
        What differs; why there is none, if `here` is empty.
    """

    library: str
    name: str
    here: tuple[str, ...]
    note: str = ""

    def told(self) -> str:
        """Sentence that says what it is here.

        Examples
        --------
        >>> print(Foreign("scikit-learn", "log_loss", ("log_loss",)).told())
        Here it is log_loss.
        """
        if not self.here:
            return f"It is not here: {self.note}."
        return f"Here it is {' or '.join(self.here)}{': ' if self.note else ''}{self.note}."


_ORDER = "it compares orders or shapes of numbers, which no error of them does"
_LABELS = "rows have one class; ask of each label as two classes of its own"
_RANKED = "it ranks documents for a query, and no classes"
_BORDER = "it measures distances between borders of masks, which need the grid of pixels"
_SIZE = "sets of classes are not evaluated yet"

_ROWS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "torchmetrics": (
        ("Accuracy", "accuracy", "its functional form averages over classes: recall_macro"),
        ("AUROC", "auroc", ""),
        ("AveragePrecision", "average_precision", ""),
        ("CalibrationError", "ece", "norm l2 is ece_l2, norm max is mce"),
        ("CohenKappa", "kappa", "kappa_linear and kappa_quadratic with weights"),
        ("ConfusionMatrix", "confusion_matrix", ""),
        ("CriticalSuccessIndex", "critical_success_index", ""),
        ("EER", "equal_error_rate", ""),
        ("F1Score", "f1", ""),
        ("FBetaScore", "f_beta", "f_beta_positive_0.5 sets beta"),
        ("HammingDistance", "zero_one_loss", "of rows of one class each"),
        ("JaccardIndex", "jaccard", ""),
        ("MatthewsCorrCoef", "mcc", ""),
        ("NegativePredictiveValue", "npv", ""),
        ("Precision", "precision", ""),
        ("PrecisionAtFixedRecall", "precision_at_recall", ""),
        ("Recall", "recall", ""),
        ("RecallAtFixedPrecision", "recall_at_precision", ""),
        ("SensitivityAtSpecificity", "recall_at_fpr", "specificity s is a false-positive rate 1-s"),
        ("Specificity", "specificity", ""),
        ("SpecificityAtSensitivity", "specificity_at_recall", ""),
        ("StatScores", "confusion_matrix", "its counts are sums of its cells"),
        ("ROC", "auroc", "the curve is cal.metrics.roc_curve"),
        ("PrecisionRecallCurve", "average_precision", "cal.metrics.precision_recall_curve"),
        ("CoverageError", "", _LABELS),
        ("ExactMatch", "", _LABELS),
        ("RankingAveragePrecision", "", _LABELS),
        ("RankingLoss", "", _LABELS),
        ("HingeLoss", "", "it is of margins, not of probabilities"),
        ("LogAUC", "", "an AUROC on another scale of false alarms; see recall_at_fpr"),
        ("MeanSquaredError", "mse", ""),
        ("MeanAbsoluteError", "mae", ""),
        ("MeanAbsolutePercentageError", "mape", "a share here and there, no percentage"),
        ("SymmetricMeanAbsolutePercentageError", "smape", ""),
        ("WeightedMeanAbsolutePercentageError", "wmape", ""),
        ("NormalizedRootMeanSquaredError", "nrmse", "by the standard deviation of the targets"),
        ("MeanSquaredLogError", "msle", ""),
        ("LogCoshError", "log_cosh", ""),
        ("TweedieDevianceScore", "tweedie_deviance", "tweedie_deviance_1.2 sets the power"),
        ("ExplainedVariance", "explained_variance", ""),
        ("R2Score", "r2", ""),
        ("RelativeSquaredError", "r2", "one minus it"),
        ("ContinuousRankedProbabilityScore", "crps", ""),
        ("PearsonCorrCoef", "pearson", ""),
        ("SpearmanCorrCoef", "", _ORDER),
        ("KendallRankCorrCoef", "", _ORDER),
        ("ConcordanceCorrCoef", "concordance_correlation", ""),
        ("CosineSimilarity", "", _ORDER),
        ("KLDivergence", "log_loss", "with soft labels, less the entropy of the labels"),
        ("DiceScore", "dice_per_image", "dice pools the pixels of all images"),
        ("GeneralizedDiceScore", "dice_per_image", "weighted by class there"),
        ("MeanIoU", "iou_per_image", "miou pools the pixels of all images"),
        ("HausdorffDistance", "", _BORDER),
        ("RetrievalNormalizedDCG", "", _RANKED),
        ("RetrievalMRR", "", _RANKED),
    ),
    "scikit-learn": (
        ("accuracy_score", "accuracy", ""),
        ("auc", "auroc", "the area under any curve there"),
        ("average_precision_score", "average_precision", ""),
        ("balanced_accuracy_score", "balanced_accuracy", ""),
        ("brier_score_loss", "brier_binary", "brier sums over classes, 0 to 2"),
        ("calibration_curve", "ece", "the curve is cal.metrics.reliability_table"),
        ("class_likelihood_ratios", "recall false_positive_rate_positive", "their quotient"),
        ("cohen_kappa_score", "kappa", "kappa_quadratic with weights"),
        ("confusion_matrix", "confusion_matrix", ""),
        ("d2_brier_score", "brier_skill", ""),
        ("d2_log_loss_score", "log_loss_skill", ""),
        ("d2_absolute_error_score", "", "no skill of absolute errors; compare mae by hand"),
        ("d2_pinball_score", "", "no skill of pinball losses; compare pinball by hand"),
        ("det_curve", "equal_error_rate", "the curve is cal.metrics.roc_curve"),
        ("f1_score", "f1", ""),
        ("fbeta_score", "f_beta", ""),
        ("hamming_loss", "zero_one_loss", "of rows of one class each"),
        ("zero_one_loss", "zero_one_loss", ""),
        ("hinge_loss", "", "it is of margins, not of probabilities"),
        ("jaccard_score", "jaccard", ""),
        ("log_loss", "log_loss", ""),
        ("matthews_corrcoef", "mcc", ""),
        ("ndcg_score", "", _RANKED),
        ("dcg_score", "", _RANKED),
        ("coverage_error", "", _LABELS),
        ("label_ranking_loss", "", _LABELS),
        ("precision_score", "precision", ""),
        ("recall_score", "recall", ""),
        ("precision_recall_curve", "average_precision", "cal.metrics.precision_recall_curve"),
        ("precision_recall_fscore_support", "precision recall f1", ""),
        ("classification_report", "precision_per_class recall_per_class f1_per_class", ""),
        ("roc_auc_score", "auroc", "multi_class='ovo' is auroc_ovo"),
        ("roc_curve", "auroc", "the curve is cal.metrics.roc_curve"),
        ("top_k_accuracy_score", "top_k_accuracy", "top_k_accuracy_5 sets k"),
        ("explained_variance_score", "explained_variance", ""),
        ("max_error", "max_error", ""),
        ("mean_absolute_error", "mae", ""),
        ("mean_absolute_percentage_error", "mape", ""),
        ("mean_pinball_loss", "pinball", "pinball_0.9 sets the level"),
        ("mean_squared_error", "mse", ""),
        ("mean_squared_log_error", "msle", ""),
        ("root_mean_squared_log_error", "rmsle", ""),
        ("median_absolute_error", "median_absolute_error", ""),
        ("mean_poisson_deviance", "poisson_deviance", ""),
        ("mean_gamma_deviance", "gamma_deviance", ""),
        ("mean_tweedie_deviance", "tweedie_deviance", "tweedie_deviance_1.2 sets the power"),
        ("r2_score", "r2", ""),
        ("root_mean_squared_error", "rmse", ""),
    ),
    "netcal": (
        ("ECE", "ece", ""),
        ("MCE", "mce", ""),
        ("ACE", "classwise_ece", "means over the bins that hold rows there, weighted here"),
        ("MMCE", "kernel_calibration_error", ""),
        ("NLL", "log_loss", "of numbers gaussian_nll"),
        ("PICP", "interval_coverage", ""),
        ("PinballLoss", "pinball", ""),
        ("QCE", "quantile_calibration_error", ""),
        ("ENCE", "", "it bins predicted spreads; see interval_coverage and crps"),
        ("UCE", "", "it bins predicted spreads; see interval_coverage and crps"),
    ),
    "MAPIE": (
        ("expected_calibration_error", "ece", ""),
        ("top_label_ece", "top_label_ece", "one calibration of each predicted class there"),
        ("kolmogorov_smirnov_statistic", "ks_calibration_error", "scaled by a variance there"),
        ("kuiper_statistic", "kuiper_calibration_error", "scaled by a variance there"),
        ("spiegelhalter_statistic", "spiegelhalter_z", ""),
        ("spiegelhalter_p_value", "spiegelhalter_p", ""),
        ("regression_coverage_score", "interval_coverage", ""),
        ("regression_mean_width_score", "interval_width", ""),
        ("regression_mwi_score", "interval_score", ""),
        ("classification_coverage_score", "", _SIZE),
        ("classification_mean_width_score", "", _SIZE),
        ("hsic", "", "it tests intervals for dependence; see interval_coverage by group"),
    ),
    "MONAI": (
        ("DiceMetric", "dice_per_image", ""),
        ("MeanIoU", "iou_per_image", ""),
        ("GeneralizedDiceScore", "dice_per_image", "weighted by class there"),
        ("ConfusionMatrixMetric", "recall precision specificity", "each by its own name"),
        ("ROCAUCMetric", "auroc", ""),
        ("AveragePrecisionMetric", "average_precision", ""),
        ("FBetaScore", "f_beta", ""),
        ("MSEMetric", "mse", ""),
        ("MAEMetric", "mae", ""),
        ("RMSEMetric", "rmse", ""),
        ("HausdorffDistanceMetric", "", _BORDER),
        ("SurfaceDistanceMetric", "", _BORDER),
        ("SurfaceDiceMetric", "", _BORDER),
        ("PanopticQualityMetric", "", "it matches instances, which rows of classes do not have"),
        ("PSNRMetric", "", "it is of images, not of predictions"),
        ("SSIMMetric", "", "it is of images, not of predictions"),
    ),
    "elsewhere": (
        ("categorical_accuracy", "accuracy", ""),
        ("top_5_accuracy", "top_k_accuracy", "top_k_accuracy_5 sets k"),
        ("binary_crossentropy", "log_loss", ""),
        ("negative_log_likelihood", "log_loss", "of numbers gaussian_nll"),
        ("perplexity", "log_loss", "its exponential"),
        ("adaptive_ece", "ece_equal_mass", ""),
        ("static_calibration_error", "classwise_ece", ""),
        ("root_mean_square_calibration_error", "ece_l2", ""),
        ("spearman", "", _ORDER),
        ("kendall_tau", "", _ORDER),
        ("ndcg", "", _RANKED),
        ("mrr", "", _RANKED),
        ("net_benefit", "", "the curve is cal.metrics.decision_curve"),
    ),
}

FOREIGN: tuple[Foreign, ...] = tuple(
    Foreign(library, name, tuple(here.split()), note)
    for library, rows in _ROWS.items()
    for name, here, note in rows
)
"""Names elsewhere, library by library."""


def foreign(name: str) -> Foreign | None:
    """What a name means elsewhere, however it is written; None if nothing is known of it.

    Examples
    --------
    >>> [foreign(name).here for name in ("MulticlassF1Score", "brier-score-loss")]
    [('f1',), ('brier_binary',)]
    """
    wanted = _bare(name)
    found = (each for each in FOREIGN if wanted == _bare(each.name))
    return next(found, None) if wanted else None


def names_elsewhere(*names: str) -> tuple[str, ...]:
    """What a metric of these names is called elsewhere."""
    return tuple(each.name for each in FOREIGN if set(each.here) & set(names))


def _bare(name: str) -> str:
    """Name without case, marks, and the kind of labels that it is for."""
    letters = re.sub(r"[^a-z0-9]", "", name.lower())
    return re.sub(r"^(binary|multiclass|multilabel)(?=.{3})", "", letters)
