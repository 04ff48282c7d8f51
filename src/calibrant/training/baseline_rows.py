"""BaselineRows: rows as arrays, for models that are not networks."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool
from numpy.typing import NDArray

from calibrant.errors import InputError

__all__ = ["BaselineRows", "Part", "checked_rows"]

Part = tuple[NDArray[np.floating], NDArray[np.generic], NDArray[np.floating] | None]


@dataclass(frozen=True, slots=True, eq=False)
class BaselineRows:
    """Features and what came out, by rows that count. Build it with `checked_rows`.

    Attributes
    ----------
    features : Float64[ndarray, "row feature"]
        Finite.
    truth : Int64[ndarray, "row"] or Float64[ndarray, "row"]
        Class indices, or the numbers to predict.
    weights : Float64[ndarray, "row"] or None
        Importance of every row, above 0; None where every row weighs 1.
    """

    features: NDArray[np.float64]
    truth: NDArray[np.generic]
    weights: NDArray[np.float64] | None

    def __len__(self) -> int:
        return len(self.features)

    def take(self, rows: Bool[np.ndarray, " row"]) -> "BaselineRows":
        """Some of the rows, by mask."""
        weights = None if self.weights is None else self.weights[rows]
        return BaselineRows(self.features[rows], self.truth[rows], weights)


def checked_rows(name: str, part: Part, *, n_features: int | None = None) -> BaselineRows:
    """Rows of `part` whose weight is above 0, checked.

    Parameters
    ----------
    name : str
        Of the part, for messages: "train".
    part : (features, truth, weights or None)
        Features by row and feature; class indices or numbers; importance of every row.
    n_features : int, optional
        Features that there must be.

    Raises
    ------
    InputError
        When shapes do not fit, a value is not finite, a weight is negative, or no row counts.

    Examples
    --------
    >>> rows = checked_rows("train", (np.zeros((3, 2)), np.array([0, 1, 1]), np.array([1.0, 0, 2])))
    >>> len(rows), rows.truth
    (2, array([0, 1]))
    """
    features, truth, weights = part
    if features.ndim != 2 or (n_features is not None and features.shape[1] != n_features):
        rule = "have the axes row and feature" if n_features is None else f"be {n_features} wide"
        remedy = "Encode all parts by one encoder."
        raise InputError(f"features of {name}", rule, f"shape {features.shape}", remedy)
    n_rows = len(features)
    for what, column in (("truth", truth), ("weights", weights)):
        if column is not None and column.shape != (n_rows,):
            rule = f"have the shape ({n_rows},), as features have rows"
            raise InputError(f"{what} of {name}", rule, f"{column.shape}", "Give one for each row.")
    counts = np.ones(n_rows, dtype=np.bool_)
    if weights is not None:
        remedy = "0 leaves a row out."
        good = np.isfinite(weights) & (weights >= 0)
        _require(good, f"weights of {name}", "be finite and at least 0", remedy)
        counts = weights > 0
    absent = ~counts
    finite: NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(features), axis=1)
    _require(finite | absent, f"features of {name}", "be finite", "Impute missing values.")
    finite = np.isfinite(truth)
    _require(finite | absent, f"truth of {name}", "be finite", "Leave rows without it out.")
    if not counts.any():
        raise InputError(name, "hold at least one row that counts", "none", "Check the split.")
    weight = None if weights is None else weights.astype(np.float64)
    return BaselineRows(features.astype(np.float64), truth, weight).take(counts)


def _require(good: Bool[np.ndarray, " row"], name: str, rule: str, remedy: str) -> None:
    if not good.all():
        raise InputError(name, rule, f"another value at row {int(np.argmin(good))}", remedy)
