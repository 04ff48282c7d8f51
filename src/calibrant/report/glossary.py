"""Plain words for the names of metrics."""

import re
from dataclasses import dataclass

from calibrant.metrics.registry import ALIASES, METRICS

__all__ = ["Entry", "entry_of"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Label of a metric and what it says in one sentence."""

    label: str
    meaning: str


_TOP_ECE = Entry(
    "ECE", "Mean gap in bins between the likeliest class's probability and how often it is right."
)
_TOP_MCE = Entry("MCE", "Largest gap of any bin, where ECE is their mean.")
_ENTRIES = {
    "accuracy": Entry("Accuracy", "Share of rows whose likeliest class is the true one."),
    "auroc": Entry(
        "AUROC", "Chance that a row of a class is ranked above another row; 0.5 is guessing."
    ),
    "average_precision": Entry(
        "Average precision", "Mean precision over the recalls that thresholds allow."
    ),
    "brier": Entry(
        "Brier score",
        "Mean squared distance from the probabilities to the truth, summed over classes.",
    ),
    "brier_binary": Entry(
        "Brier score, binary",
        "Mean squared distance from the positive class's probability to 0 or 1.",
    ),
    "classwise_ece": Entry(
        "ECE, class by class", "Calibration error of every class's probability, their mean."
    ),
    "ece": _TOP_ECE,
    "top_label_ece_debiased": Entry(
        "ECE, noise taken off", "ECE less what chance adds to it; 0 where chance explains it all."
    ),
    "positive_ece_debiased": Entry(
        "ECE, positive class, noise taken off",
        "The same for the positive class less what chance adds to it.",
    ),
    "f1": Entry("F1", "Harmonic mean of precision and recall."),
    "log_loss": Entry(
        "Log loss", "Mean of minus the logarithm of the true class's probability, in nats."
    ),
    "mae": Entry("MAE", "Mean distance from the predicted to the true value."),
    "mce": _TOP_MCE,
    "mse": Entry("MSE", "Mean of the squared distance from the predicted to the true value."),
    "positive_ece": Entry(
        "ECE, positive class",
        "Mean gap in bins between the positive class's probability and how often it came true.",
    ),
    "positive_mce": Entry("MCE, positive class", "Largest such gap for the positive class."),
    "precision": Entry("Precision", "Share of the rows given a class that are of it."),
    "r2": Entry(
        "R2", "Share of the variance of the true values that is explained; the mean has 0."
    ),
    "recall": Entry("Recall", "Share of the rows of a class that were given it."),
    "rmse": Entry("RMSE", "Root of the mean squared distance, in units of the target."),
    "mcc": Entry(
        "Matthews correlation", "Correlation of the classes chosen with those that came out."
    ),
    "top_label_ece": _TOP_ECE,
    "top_label_smooth_ece": Entry(
        "Smooth ECE", "Calibration error of the likeliest class by a kernel instead of bins."
    ),
    "top_label_mce": _TOP_MCE,
}
_SUFFIXES = {
    "positive": "of the positive class",
    "macro": "mean over classes",
    "micro": "over all rows",
    "weighted": "mean over classes by their rows",
    "per_class": "of each class",
}
_CAPITALS = {
    "auroc": "AUROC",
    "brier": "Brier",
    "ece": "ECE",
    "ici": "ICI",
    "ks": "KS",
    "mce": "MCE",
    "rps": "RPS",
    "skce": "SKCE",
}
_PARTS = re.compile(r"(.+?)_(\d+|positive|macro|micro|weighted|per_class)")


def entry_of(name: str) -> Entry:
    """Entry of the metric called `name`; a name that is unknown speaks for itself.

    Examples
    --------
    >>> entry_of("ece_10").label, entry_of("f1_macro").label
    ('ECE, 10 bins', 'F1, mean over classes')
    >>> entry_of("my_own_score"), entry_of("positive_ici").label
    (Entry(label='my own score', meaning=''), 'positive ICI')
    """
    name = name if name in _ENTRIES else ALIASES.get(name, (name, name))[1]
    if name in _ENTRIES:
        return _ENTRIES[name]
    parts = _PARTS.fullmatch(name)
    if parts is None or parts[1] not in _ENTRIES:
        said = METRICS[name].says if name in METRICS else ""
        label = " ".join(_CAPITALS.get(word, word) for word in name.split("_"))
        return Entry(label, f"{said[:1].upper()}{said[1:]}." if said else "")
    known, suffix = _ENTRIES[parts[1]], parts[2]
    ending = f"{suffix} bins" if suffix.isdigit() else _SUFFIXES[suffix]
    return Entry(f"{known.label}, {ending}", known.meaning)
