"""The scikit-learn steps behind the encoder, and what they learned, read out of them."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from calibrant.data.columns import listed
from calibrant.data.levels import Levels
from calibrant.data.spread import Spread
from calibrant.errors import InputError

__all__ = ["category_facts", "new_transformer", "number_facts"]


def new_transformer(
    numbers: tuple[str, ...], flags: tuple[str, ...], categories: Mapping[str, Levels]
) -> ColumnTransformer:
    """Transformer, not fitted: standardised numbers, missing flags, one-hot categories."""
    standardised = Pipeline(
        [("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())]
    )
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=np.float64)
    one_hot.set_params(
        categories=[np.array(levels.kept, dtype=np.object_) for levels in categories.values()]
    )
    steps = [
        ("numbers", standardised, list(numbers)),
        ("flags", MissingIndicator(features="all"), list(flags)),
        ("categories", one_hot, list(categories)),
    ]
    return ColumnTransformer(steps, sparse_threshold=0).set_output(transform="default")


def number_facts(
    transformer: ColumnTransformer,
    numbers: tuple[str, ...],
    spreads: Mapping[str, Spread],
) -> dict[str, dict[str, object]]:
    """What the training rows say of each number, all finite: see `Encoder.learned`."""
    if not numbers:
        return {}
    fill, standardise = transformer.named_transformers_["numbers"].named_steps.values()
    medians: NDArray[np.float64] = fill.statistics_
    means: NDArray[np.float64] = standardise.mean_
    variances: NDArray[np.float64] = standardise.var_
    scales: NDArray[np.float64] = standardise.scale_
    facts: dict[str, dict[str, object]] = {}
    overflow = [name for name, ok in zip(numbers, np.isfinite(variances), strict=True) if not ok]
    if overflow:
        got, remedy = f"values in {listed(overflow)} whose squares overflow", "Change their unit."
        raise InputError("numbers", "be small enough to standardise", got, remedy)
    for name, median, mean, scale in zip(numbers, medians, means, scales, strict=True):
        learned = {"median": float(median), "mean": float(mean), "scale": float(scale)}
        facts[name] = {**learned, **spreads[name].to_dict()}
    return facts


def category_facts(categories: Mapping[str, Levels]) -> dict[str, dict[str, object]]:
    """Levels of each category, rows of each level, and number of missing values."""
    facts: dict[str, dict[str, object]] = {}
    for name, levels in categories.items():
        rows = dict(zip(levels.kept, levels.rows, strict=True))
        missing = rows.pop("", 0)
        facts[name] = {"levels": list(rows), "rows": list(rows.values()), "missing": missing}
    return facts
