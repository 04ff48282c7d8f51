"""Importance weights: source rows counted as if they had been drawn where the target was."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float64
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from calibrant.errors import InputError
from calibrant.prediction.arrays import ArrayLike, to_tensor
from calibrant.selection.folds import stratified_folds

__all__ = ["ImportanceWeights", "importance_weights"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImportanceWeights:
    """Weights of source rows, and what they leave of them.

    Attributes
    ----------
    weights : Float64[ndarray, "row"]
        Above 0, with mean 1; for ``weights=`` of `calibrant.predictions`.
    n_effective : float
        Rows that the weights leave: their sum squared over the sum of their squares.
    limit : float
        Greatest weight allowed before weights were divided by their mean.
    n_truncated : int
        Rows that were held to it.
    auroc : float
        How well held-out rows of source and target are told apart: .5 not at all; near 1 there
        are hardly source rows like those of the target.
    """

    weights: Float64[np.ndarray, " row"]
    n_effective: float
    limit: float
    n_truncated: int
    auroc: float


def importance_weights(
    source_features: ArrayLike,
    target_features: ArrayLike,
    *,
    n_folds: int = 5,
    seed: int = 0,
) -> ImportanceWeights:
    r"""Weights under which source rows have the features of target rows.

    A logistic regression on standardised features tells target rows from source rows; its odds,
    times the ratio of their numbers, estimate the ratio of densities. Each row gets its odds from
    a fit on the other folds. Weights above :math:`\sqrt n` times their mean, for :math:`n`
    source rows, are held to it, which leaves the mean nearly as it is and its variance finite.

    It is right where features alone have shifted, and outcomes depend on them as they did. A
    linear classifier sees shifts of means; add squares or a network's features for others.

    Parameters
    ----------
    source_features, target_features : array of shape (row, feature) or (row,)
        Finite numbers.
    n_folds : int, default 5
        At least 2.
    seed : int, default 0
        Of the folds.

    Raises
    ------
    InputError
        If features are no finite numbers, differ in number, or there are fewer rows than folds.

    References
    ----------
    .. [1] Shimodaira. "Improving Predictive Inference under Covariate Shift by Weighting the
       Log-likelihood Function." Journal of Statistical Planning and Inference 90, 2000.
    .. [2] Bickel, Brueckner, Scheffer. "Discriminative Learning for Differing Training and Test
       Distributions." ICML 2007: densities by a classifier.
    .. [3] Ionides. "Truncated Importance Sampling." Journal of Computational and Graphical
       Statistics 17, 2008: the limit.

    Examples
    --------
    >>> source, target = np.repeat([0.0, 1.0], [60, 40]), np.repeat([0.0, 1.0], [30, 70])
    >>> found = importance_weights(source, target)
    >>> [round(float(found.weights[k]), 1) for k in (0, 99)]  # .3 / .6 and .7 / .4, drawn to 1
    [0.6, 1.7]
    """
    source, target = (
        _matrix("source_features", source_features),
        _matrix("target_features", target_features),
    )
    if source.shape[1] != target.shape[1]:
        rule, got = f"have {source.shape[1]} features, as the source has", f"{target.shape[1]}"
        raise InputError("target_features", rule, got, "Pass the same columns.")
    if n_folds < 2 or min(len(source), len(target)) < n_folds:
        rule = "be at least 2, and at most the number of rows of either"
        raise InputError("n_folds", rule, f"{n_folds}", "5 is usual.")
    rows = np.concatenate((source, target))
    is_target = np.repeat([0, 1], [len(source), len(target)])
    fold = stratified_folds(is_target, np.arange(len(rows)), n_folds=n_folds, seed=seed)
    log_odds = np.empty(len(rows))
    for number in range(n_folds):
        held = fold == number
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        model.fit(rows[~held], is_target[~held])
        log_odds[held] = model.decision_function(rows[held])
    raw = np.exp(log_odds[: len(source)] - log_odds[: len(source)].max())
    raw = raw / raw.mean()
    limit = math.sqrt(len(source))
    held_to = np.minimum(raw, limit)
    weights = np.maximum(held_to / held_to.mean(), np.finfo(np.float64).tiny)
    return ImportanceWeights(
        weights=weights,
        n_effective=float(weights.sum() ** 2 / np.square(weights).sum()),
        limit=limit,
        n_truncated=int((raw > limit).sum()),
        auroc=_auroc(log_odds, is_target),
    )


def _matrix(argument: str, features: ArrayLike) -> NDArray[np.float64]:
    values = to_tensor(argument, features)
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim != 2 or not values.numel():
        got = f"{tuple(values.shape)}"
        raise InputError(argument, "have shape (row, feature)", got, "Flatten other axes.")
    wide = values.double()
    finite = wide.isfinite().all(dim=1)
    if not bool(finite.all()):
        row = int(torch.nonzero(~finite)[0])
        raise InputError(argument, "be finite", f"another number at row {row}", "Impute it.")
    return wide.numpy(force=True)


def _auroc(scores: NDArray[np.float64], positive: NDArray[np.int64]) -> float:
    """Share of pairs that are ordered rightly, ties counted half."""
    values, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    del values
    rank = (np.cumsum(counts) - (counts - 1) / 2)[place]
    n_positive = int(positive.sum())
    n_pairs = n_positive * (len(positive) - n_positive)
    excess = float(rank[positive == 1].sum()) - n_positive * (n_positive + 1) / 2
    return excess / n_pairs
