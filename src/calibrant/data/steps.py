"""The scikit-learn steps behind the encoder, and what they learned, read out of them."""

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from calibrant.data.columns import listed
from calibrant.errors import InputError

__all__ = ["category_facts", "known_levels", "new_transformer", "number_facts"]


def new_transformer(
    numbers: tuple[str, ...], flags: tuple[str, ...], categories: tuple[str, ...]
) -> ColumnTransformer:
    """Transformer, not fitted: standardised numbers, missing flags, one-hot categories."""
    standardised = Pipeline(
        [("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())]
    )
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=np.float64)
    steps = [
        ("numbers", standardised, list(numbers)),
        ("flags", MissingIndicator(features="all"), list(flags)),
        ("categories", one_hot, list(categories)),
    ]
    return ColumnTransformer(steps, sparse_threshold=0).set_output(transform="default")


def known_levels(
    transformer: ColumnTransformer, categories: tuple[str, ...]
) -> list[tuple[str, NDArray[np.object_]]]:
    """Sorted levels of each of the `categories` of a fitted `transformer`."""
    if not categories:
        return []
    levels: list[NDArray[np.object_]] = transformer.named_transformers_["categories"].categories_
    return list(zip(categories, levels, strict=True))


def number_facts(
    transformer: ColumnTransformer, numbers: tuple[str, ...], missing: dict[str, int]
) -> dict[str, dict[str, float]]:
    """Median, mean, scale and number of missing values of each number; all finite."""
    if not numbers:
        return {}
    fill, standardise = transformer.named_transformers_["numbers"].named_steps.values()
    medians: NDArray[np.float64] = fill.statistics_
    means: NDArray[np.float64] = standardise.mean_
    variances: NDArray[np.float64] = standardise.var_
    scales: NDArray[np.float64] = standardise.scale_
    facts: dict[str, dict[str, float]] = {}
    overflow = [name for name, ok in zip(numbers, np.isfinite(variances), strict=True) if not ok]
    if overflow:
        got, remedy = f"values in {listed(overflow)} whose squares overflow", "Change their unit."
        raise InputError("numbers", "be small enough to standardise", got, remedy)
    for name, median, mean, scale in zip(numbers, medians, means, scales, strict=True):
        learned = {"median": float(median), "mean": float(mean), "scale": float(scale)}
        facts[name] = {**learned, "missing": missing[name]}
    return facts


def category_facts(
    transformer: ColumnTransformer, categories: tuple[str, ...], missing: dict[str, int]
) -> dict[str, dict[str, object]]:
    """Levels and number of missing values of each category."""
    return {
        name: {"levels": [str(level) for level in levels if level], "missing": missing[name]}
        for name, levels in known_levels(transformer, categories)
    }
