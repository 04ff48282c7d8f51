"""Registry: which metrics exist, and all their names, in one place. Loads none of them.

A name may end in a number, as in ``top_label_ece_10``, where its entry says which setting that is.
"""

import difflib
import re
from collections.abc import Mapping

from calibrant.catalogue import Catalogue
from calibrant.errors import InputError
from calibrant.metrics.catalogue import (
    binless_calibration,
    binned_calibration,
    classification,
    decompositions,
    forecasts,
    ordinal,
    overlap,
    proper_scores,
    ranking,
    regression,
    selective,
)
from calibrant.metrics.catalogue.entry import Entry
from calibrant.metrics.foreign_names import foreign

__all__ = [
    "ALIASES",
    "BY_CLASSES",
    "FAMILIES",
    "METRICS",
    "available",
    "canonical",
    "defaults",
    "entry_of",
    "hint_at",
    "homes",
]

FAMILIES: Mapping[str, tuple[Entry, ...]] = {
    "classification": classification.ENTRIES,
    "ranking": ranking.ENTRIES,
    "proper scores": proper_scores.ENTRIES,
    "decompositions": decompositions.ENTRIES,
    "calibration, by bins": binned_calibration.ENTRIES,
    "calibration, without bins": binless_calibration.ENTRIES,
    "ordered classes": ordinal.ENTRIES,
    "overlap": overlap.ENTRIES,
    "regression": (*regression.ENTRIES, *forecasts.ENTRIES),
    "selective prediction": selective.ENTRIES,
}
"""Entries by family, in the order in which they are listed."""

METRICS: Mapping[str, Entry] = {
    entry.name: entry for entries in FAMILIES.values() for entry in entries
}

BY_CLASSES: Mapping[str, tuple[str, str]] = {  # names for two classes, and beyond
    "ece": ("top_label_ece", "top_label_ece"),
    "expected_calibration_error": ("top_label_ece", "top_label_ece"),
    "mce": ("top_label_mce", "top_label_mce"),
    "maximum_calibration_error": ("top_label_mce", "top_label_mce"),
    "multiresolution_ece": ("positive_multiresolution_ece", "top_label_multiresolution_ece"),
    "smooth_ece_logit": ("positive_smooth_ece_logit", "top_label_smooth_ece_logit"),
    **{
        error: (f"positive_{error}", f"top_label_{error}")
        for error in (
            *("smooth_ece", "ks_calibration_error", "kuiper_calibration_error"),
            *("spiegelhalter_z", "spiegelhalter_p", "calibration_test_p"),
            *("hosmer_lemeshow", "hosmer_lemeshow_p"),
            *("calibration_in_the_large", "cox_intercept", "cox_slope"),
            *("ici", "e50", "e90", "emax"),
        )
    },
    "precision": ("precision_positive", "precision_macro"),
    "recall": ("recall_positive", "recall_macro"),
    **dict.fromkeys(("f1", "f1_score"), ("f1_positive", "f1_macro")),
    "dice": ("f1_positive", "f1_macro"),
    "dice_per_image": ("dice_per_image_positive", "dice_per_image_macro"),
    "iou_per_image": ("iou_per_image_positive", "iou_per_image_macro"),
    **dict.fromkeys(("f_beta", "fbeta"), ("f_beta_positive", "f_beta_macro")),
    "jaccard": ("jaccard_positive", "jaccard_macro"),
    "iou": ("jaccard_positive", "jaccard_macro"),
    "critical_success_index": ("jaccard_positive", "jaccard_macro"),
    "specificity": ("specificity_positive", "specificity_macro"),
    **dict.fromkeys(("sensitivity", "tpr"), ("recall_positive", "recall_macro")),
    "ppv": ("precision_positive", "precision_macro"),
    "tnr": ("specificity_positive", "specificity_macro"),
    "fdr": ("false_discovery_rate_positive", "false_discovery_rate_macro"),
    "npv": ("negative_predictive_value_positive", "negative_predictive_value_macro"),
    "fpr": ("false_positive_rate_positive", "false_positive_rate_macro"),
    "fnr": ("false_negative_rate_positive", "false_negative_rate_macro"),
    **dict.fromkeys(("auroc", "auc", "roc_auc"), ("auroc_positive", "auroc_macro")),
    **dict.fromkeys(
        ("average_precision", "ap", "auprc", "pr_auc"),
        ("average_precision_positive", "average_precision_macro"),
    ),
    **{
        part: (f"positive_{part}", f"top_label_{part}")
        for part in (
            *("brier_reliability", "brier_resolution", "brier_uncertainty"),
            *("brier_miscalibration", "brier_discrimination"),
            *("log_loss_miscalibration", "log_loss_discrimination", "log_loss_uncertainty"),
            *("spherical_miscalibration", "spherical_discrimination", "spherical_uncertainty"),
        )
    },
}

ALIASES: Mapping[str, tuple[str, str]] = {
    **BY_CLASSES,
    **{alias: (entry.name, entry.name) for entry in METRICS.values() for alias in entry.aliases},
}

_NUMBER = re.compile(r"(.+)_(0|[1-9][0-9]*|(?:0|[1-9][0-9]*)?\.[0-9]+)")

_CLASSES = ("accuracy", "precision", "recall", "f1")
_SCORES = ("auroc", "log_loss", "brier")
_ECE = ("ece", "ece_debiased", "ece_10", "mce")
_DEFAULTS = {
    "decisions": _CLASSES,
    "numbers": ("mse", "rmse", "mae", "r2"),
    "events": ("accuracy", "auroc", "log_loss", "brier_binary", *_ECE),
    "predictions": (*_CLASSES, *_SCORES, *_ECE, "classwise_ece"),
    "two classes": (
        *(*_CLASSES, *_SCORES, "brier_binary", *_ECE),
        *("positive_ece", "positive_ece_debiased", "classwise_ece"),
    ),
}

_CATALOGUE = Catalogue(
    METRICS.values(),
    {
        "name": lambda entry: entry.name,
        "also": lambda entry: ", ".join(entry.aliases),
        "is": lambda entry: entry.says,
    },
)


def available() -> Catalogue[Entry]:
    """Metrics by name, with what each measures; a mapping that prints as a table.

    Examples
    --------
    >>> available()["brier"].range
    (0, 2)
    """
    return _CATALOGUE


def canonical(name: str, n_classes: int) -> str:
    """Name behind an alias; other names as they are."""
    stem, number = _split(name)
    stem = ALIASES[stem][0 if n_classes == 2 else 1] if stem in ALIASES else stem
    return stem if number is None else f"{stem}_{number}"


def entry_of(name: str, n_classes: int) -> tuple[Entry, dict[str, object]]:
    """Entry of a name, and the settings that the name asks for.

    Raises
    ------
    InputError
        For an unknown name, with those that are near.
    """
    stem, number = _split(canonical(name, n_classes))
    if stem not in METRICS:
        remedy = f"{hint_at(name)}calibrant.metrics.available() lists all {len(METRICS)}."
        raise InputError("metrics", "be known names", f"'{name}'", remedy)
    entry = METRICS[stem]
    if number is None:
        return entry, {}
    return entry, {entry.number: float(number) if "." in number else int(number)}


def hint_at(name: str) -> str:
    """Sentence on what an unknown name may mean, with a space after it; empty where none is near.

    Examples
    --------
    >>> hint_at("ginni"), hint_at("R2Score")
    ('Did you mean gini? ', 'Here it is r2. ')
    """
    elsewhere = foreign(name)
    if elsewhere is not None:
        return f"{elsewhere.told()} "
    numbered = _NUMBER.fullmatch(name)
    if numbered is not None and (numbered[1] in METRICS or numbered[1] in ALIASES):
        return f"{numbered[1]} takes no number. "
    near = difflib.get_close_matches(name.lower(), [*METRICS, *ALIASES], n=3)
    return f"Did you mean {' or '.join(near)}? " if near else ""


def defaults(kind: str, n_classes: int) -> tuple[str, ...]:
    """Names evaluated where none are given, for a kind of rows."""
    return _DEFAULTS["two classes" if kind == "predictions" and n_classes == 2 else kind]


def homes() -> dict[str, str]:
    """Modules of all classes in the catalogue, by their public names."""
    return {name: module for module, _, name in (e.home.partition(":") for e in METRICS.values())}


def _split(name: str) -> tuple[str, str | None]:
    """Stem and number at its end, where the stem takes one."""
    match = _NUMBER.fullmatch(name)
    if match is None or name in METRICS or name in ALIASES:
        return name, None
    stem = match[1]
    target = ALIASES[stem][0] if stem in ALIASES else stem
    takes_one = target in METRICS and METRICS[target].number
    return (stem, match[2]) if takes_one else (name, None)
