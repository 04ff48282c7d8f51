"""How well one column alone predicts the target, out of fold.

Every row is predicted from rows of other folds. A level predicts the commonest class, or the
mean, of its rows there; a number the class of the nearest one, or a number on the line between
the nearest two.
"""

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float64, Int64
from scipy.stats import rankdata

__all__ = [
    "accuracy_by_level",
    "accuracy_by_neighbour",
    "auroc_alone",
    "folds_of",
    "r_squared_by_level",
    "r_squared_by_line",
    "rank_correlation",
]

N_FOLDS = 5


def folds_of(group: Int64[np.ndarray, " row"]) -> Int64[np.ndarray, " row"]:
    """Fold of every row, 0 to 4, drawn with a fixed seed; rows of one group are in one fold."""
    number, different = pd.factorize(group)
    fold = np.random.default_rng(0).permutation(len(different)) % N_FOLDS
    return fold[number].astype(np.int64)


def auroc_alone(values: Float64[np.ndarray, " row"], positive: Bool[np.ndarray, " row"]) -> float:
    """Area under the ROC curve of `values` as a score, in [0, 1]; ties count one half.

    Examples
    --------
    >>> auroc_alone(np.array([1.0, 2.0, 2.0, 3.0]), np.array([False, False, True, True]))
    0.875
    """
    n_positive = int(positive.sum())
    above = rankdata(values)[positive].sum() - n_positive * (n_positive + 1) / 2
    return float(above / (n_positive * (len(values) - n_positive)))


def rank_correlation(
    values: Float64[np.ndarray, " row"], targets: Float64[np.ndarray, " row"]
) -> float:
    """Spearman's rank correlation, in [-1, 1]; both must vary."""
    return float(np.corrcoef(rankdata(values), rankdata(targets))[0, 1])


def accuracy_by_level(
    levels: Int64[np.ndarray, " row"],
    labels: Int64[np.ndarray, " row"],
    fold: Int64[np.ndarray, " row"],
) -> float:
    """Share of rows whose class is the commonest of their level in other folds, in [0, 1].

    A level that is in no other fold says what is commonest there.
    """
    n_levels, n_classes = int(levels.max()) + 1, int(labels.max()) + 1
    told = np.zeros(len(labels), dtype=np.bool_)
    for k in range(N_FOLDS):
        here, rest = fold == k, fold != k
        cells = np.bincount(levels[rest] * n_classes + labels[rest], minlength=n_levels * n_classes)
        counts = cells.reshape(n_levels, n_classes)
        overall = counts.sum(axis=0).argmax()
        commonest = np.where(counts.any(axis=1), counts.argmax(axis=1), overall)
        told[here] = commonest[levels[here]] == labels[here]
    return float(told.mean())


def accuracy_by_neighbour(
    numbers: Float64[np.ndarray, " row"],
    labels: Int64[np.ndarray, " row"],
    fold: Int64[np.ndarray, " row"],
) -> float:
    """Share of rows whose class is that of the nearest number in other folds, in [0, 1]."""
    told = np.zeros(len(labels), dtype=np.bool_)
    numbers = numbers / max(float(np.abs(numbers).max()), 1.0)  # differences cannot overflow
    for k in range(N_FOLDS):
        here, rest = fold == k, fold != k
        order = np.argsort(numbers[rest], kind="stable")
        points = numbers[rest][order]
        right = np.clip(np.searchsorted(points, numbers[here]), 1, len(points) - 1)
        left = numbers[here] - points[right - 1] <= points[right] - numbers[here]
        told[here] = labels[rest][order][right - left] == labels[here]
    return float(told.mean())


def r_squared_by_level(
    levels: Int64[np.ndarray, " row"],
    targets: Float64[np.ndarray, " row"],
    fold: Int64[np.ndarray, " row"],
) -> float:
    """Share of the variance of `targets` that means of levels in other folds explain, at most 1."""
    stated = np.zeros(len(targets))
    for k in range(N_FOLDS):
        here, rest = fold == k, fold != k
        counts = np.bincount(levels[rest], minlength=int(levels.max()) + 1)
        sums = np.bincount(levels[rest], targets[rest], minlength=len(counts))
        overall = sums.sum() / counts.sum()
        means = np.where(counts > 0, sums / np.maximum(counts, 1), overall)
        stated[here] = means[levels[here]]
    return _r_squared(stated, targets)


def r_squared_by_line(
    numbers: Float64[np.ndarray, " row"],
    targets: Float64[np.ndarray, " row"],
    fold: Int64[np.ndarray, " row"],
) -> float:
    """Share of the variance of `targets` that lines between other folds explain, at most 1."""
    stated = np.zeros(len(targets))
    numbers = numbers / max(float(np.abs(numbers).max()), 1.0)  # differences cannot overflow
    for k in range(N_FOLDS):
        here, rest = fold == k, fold != k
        points, which, counts = np.unique(numbers[rest], return_inverse=True, return_counts=True)
        stated[here] = np.interp(numbers[here], points, np.bincount(which, targets[rest]) / counts)
    return _r_squared(stated, targets)


def _r_squared(stated: Float64[np.ndarray, " row"], targets: Float64[np.ndarray, " row"]) -> float:
    scale = float(np.abs(targets - targets.mean()).max())  # squares cannot overflow
    rest = np.square((targets - stated) / scale).sum()
    return float(1 - rest / np.square((targets - targets.mean()) / scale).sum())
