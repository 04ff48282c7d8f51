"""Names of metrics: one line each, and the aliases, in one place.

Homes are import paths, so that a metric of a higher layer registers without an upward
import. A name may end in a number of bins, as in ``top_label_ece_10``, where its metric has
bins.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module

from calibrant.errors import InputError
from calibrant.metrics.base import Metric

__all__ = [
    "ALIASES",
    "METRICS",
    "Entry",
    "available",
    "canonical",
    "check_names",
    "defaults",
    "resolve",
]


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a metric lives, with which settings, and what it says in a line."""

    home: str
    says: str
    settings: dict[str, object] = field(default_factory=dict[str, object])
    bins: bool = False

    def make(self, **settings: object) -> Metric:
        """Metric with these settings on top of the entry's own."""
        module, _, name = self.home.partition(":")
        return getattr(import_module(module), name)(**{**self.settings, **settings})


_DECIDED, _CALIBRATION = "calibrant.metrics.decided.ratios", "calibrant.metrics.binned.calibration"
_PROPER, _RANKING = "calibrant.metrics.proper.scores", "calibrant.metrics.ranking.positive"
_REGRESSION = "calibrant.metrics.numbers.errors"
_ECE, _MCE = f"{_CALIBRATION}:ExpectedCalibrationError", f"{_CALIBRATION}:MaximumCalibrationError"

_AVERAGES = {
    "positive": "of the positive class of two",
    "micro": "over all classes pooled: accuracy",
    "macro": "mean over declared classes",
    "weighted": "mean over classes, weighted by presence",
    "per_class": "of every class, with its support",
}
_RATIOS = {
    "precision": ("Precision", "share of the rows given a class that are of it"),
    "recall": ("Recall", "share of the rows of a class that were given it"),
    "f1": ("F1Score", "harmonic mean of precision and recall"),
}

METRICS: dict[str, Entry] = {
    "accuracy": Entry("calibrant.metrics.decided.accuracy:Accuracy", "share of rows decided rightly"),
    **{
        f"{ratio}_{average}": Entry(f"{_DECIDED}:{home}", f"{says}, {over}", {"average": average})
        for ratio, (home, says) in _RATIOS.items()
        for average, over in _AVERAGES.items()
    },
    "confusion_matrix": Entry(f"{_DECIDED}:ConfusionMatrix", "rows by true and chosen class"),
    "auroc_positive": Entry(f"{_RANKING}:PositiveAUROC", "chance to rank a positive row higher"),
    "auroc_macro": Entry(
        "calibrant.metrics.ranking.one_vs_rest:MacroAUROC", "one-vs-rest AUROC, mean over classes"
    ),
    "log_loss": Entry(f"{_PROPER}:LogLoss", "mean of -log p of what came out, in nats"),
    "brier": Entry(f"{_PROPER}:Brier", "squared error summed over classes, 0 to 2"),
    "brier_binary": Entry(f"{_PROPER}:BrierBinary", "squared error of the positive class, 0 to 1"),
    "top_label_ece": Entry(
        _ECE, "mean gap of confidence and accuracy", {"view": "top_label"}, bins=True
    ),
    "positive_ece": Entry(_ECE, "mean gap for the positive class", {"view": "positive"}, bins=True),
    "top_label_mce": Entry(_MCE, "largest gap of any bin", {"view": "top_label"}, bins=True),
    "positive_mce": Entry(
        _MCE, "largest gap for the positive class", {"view": "positive"}, bins=True
    ),
    "classwise_ece": Entry(
        "calibrant.metrics.binned.classwise:ClasswiseCalibrationError", "mean gap, each class", bins=True
    ),
    "mse": Entry(f"{_REGRESSION}:MeanSquaredError", "mean squared error of predicted numbers"),
    "rmse": Entry(f"{_REGRESSION}:RootMeanSquaredError", "its root, in the target's unit"),
    "mae": Entry(f"{_REGRESSION}:MeanAbsoluteError", "mean distance of predicted from true"),
    "r2": Entry("calibrant.metrics.numbers.explained:RSquared", "share of the targets' spread explained"),
}

ALIASES: dict[str, tuple[str, str]] = {  # for two classes, and beyond
    "ece": ("top_label_ece", "top_label_ece"),
    "mce": ("top_label_mce", "top_label_mce"),
    "precision": ("precision_positive", "precision_macro"),
    "recall": ("recall_positive", "recall_macro"),
    "f1": ("f1_positive", "f1_macro"),
    "auroc": ("auroc_positive", "auroc_macro"),
    "mean_squared_error": ("mse", "mse"),
    "root_mean_squared_error": ("rmse", "rmse"),
    "mean_absolute_error": ("mae", "mae"),
    "r_squared": ("r2", "r2"),
}

_BINS = re.compile(r"(.+)_([1-9][0-9]*)")

_CLASSES = ("accuracy", "precision", "recall", "f1")
_SCORES = ("auroc", "log_loss", "brier")
_DEFAULTS = {
    "decisions": _CLASSES,
    "numbers": ("mse", "rmse", "mae", "r2"),
    "events": ("accuracy", "auroc", "log_loss", "brier_binary", "ece", "ece_10", "mce"),
    "predictions": (*_CLASSES, *_SCORES, "ece", "ece_10", "mce", "classwise_ece"),
    "two classes": (
        *_CLASSES,
        *(*_SCORES, "brier_binary", "ece", "ece_10", "mce", "positive_ece", "classwise_ece"),
    ),
}


def canonical(name: str, n_classes: int) -> str:
    """Name behind an alias; other names as they are."""
    stem, bins = _split(name)
    stem = ALIASES[stem][0 if n_classes == 2 else 1] if stem in ALIASES else stem
    return stem if bins is None else f"{stem}_{bins}"


def resolve(name: str, n_classes: int) -> Metric:
    """Metric of a name, an alias, or either with a number of bins.

    Raises
    ------
    InputError
        For an unknown name, listing what exists and what is near.
    """
    stem, bins = _split(canonical(name, n_classes))
    if stem not in METRICS:
        known = [*METRICS, *ALIASES]
        near = difflib.get_close_matches(name, known, n=3)
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        raise InputError(
            "metrics", "be known names", f"'{name}'", f"{hint}There are: {', '.join(known)}."
        )
    return METRICS[stem].make() if bins is None else METRICS[stem].make(n_bins=bins)


def check_names(names: Iterable[str], n_classes: int = 2) -> None:
    """Raise `InputError` for the first name that is unknown."""
    for name in names:
        resolve(name, n_classes)


def defaults(kind: str, n_classes: int) -> tuple[str, ...]:
    """Names evaluated where none are given, for a kind of rows."""
    return _DEFAULTS["two classes" if kind == "predictions" and n_classes == 2 else kind]


def available() -> dict[str, str]:
    """Every name and alias, with what it measures in a line."""
    lines = {name: entry.says for name, entry in METRICS.items()}
    for alias, (two, more) in ALIASES.items():
        lines[alias] = two if two == more else f"{two} for two classes, {more} beyond"
    return lines


def _split(name: str) -> tuple[str, int | None]:
    """Stem and number of bins, where the stem has bins."""
    match = _BINS.fullmatch(name)
    if match is None or name in METRICS:
        return name, None
    stem = match[1]
    target = ALIASES[stem][0] if stem in ALIASES else stem
    has_bins = target in METRICS and METRICS[target].bins
    return (stem, int(match[2])) if has_bins else (name, None)
