"""Paired difference: how much lower one model scores than another on the very same rows."""

import math

import numpy as np
from jaxtyping import Float64, Int64
from scipy.special import stdtr, stdtrit

from calibrant.comparison.difference import Difference
from calibrant.comparison.same_rows import check_same_rows
from calibrant.comparison.shared_clusters import units_of
from calibrant.comparison.too_few import too_few
from calibrant.errors import InputError
from calibrant.metrics.proper.scores import NegativeLogLikelihood, SquaredError
from calibrant.metrics.settings import check_choice, checked_level
from calibrant.prediction.arrays import ArrayLike, Layout, to_tensor
from calibrant.prediction.base import Predictions
from calibrant.prediction.codes import encode
from calibrant.statistics.moments import RowScore

__all__ = ["SCORES", "paired_difference", "paired_difference_of"]

SCORES: dict[str, RowScore] = {"log_loss": NegativeLogLikelihood(), "brier": SquaredError()}

Column = Float64[np.ndarray, " row"]


def paired_difference(
    a: Predictions,
    b: Predictions,
    *,
    score: str = "log_loss",
    level: float = 0.95,
    clusters: ArrayLike | None = None,
) -> Difference:
    """Mean score of `a` less that of `b`, with its interval.

    Parameters
    ----------
    a, b : Predictions
        Two models' probabilities for the same rows, in the same order.
    score : "log_loss" or "brier"
        Score of a row, in nats or as the sum form of Brier. Less is better.
    level : float, default 0.95
        Coverage of the interval, in (0, 1).
    clusters : array of shape (row,), optional
        Unit of every row; without it the clusters that either came with, which hold for both. See
        `paired_difference_of`.

    Raises
    ------
    InputError
        If the rows are not the same: their number, classes, weights, labels or clusters.

    Examples
    --------
    >>> import calibrant as cal
    >>> labels = [1, 1, 0, 0]
    >>> a = cal.predictions(probs=[0.9, 0.7, 0.1, 0.2], labels=labels)
    >>> b = cal.predictions(probs=[0.8, 0.6, 0.2, 0.2], labels=labels)
    >>> found = paired_difference(a, b, score="brier")
    >>> round(found.value, 4)  # 2 (.01 + .09 + .01 + .04) / 4 - 2 (.04 + .16 + .04 + .04) / 4
    -0.065
    """
    check_choice("score", score, tuple(SCORES))
    check_same_rows(a, b)
    units = units_of({"a": a, "b": b}, clusters)
    first, second = (SCORES[score].of(rows.present()).numpy(force=True) for rows in (a, b))
    return paired_difference_of(
        first,
        second,
        weights=a.present().weight(),
        level=level,
        clusters=units,
    )


def paired_difference_of(
    per_row_a: ArrayLike,
    per_row_b: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
    clusters: ArrayLike | None = None,
) -> Difference:
    r"""Mean of the rows' own differences, first less second, with Student's interval.

    With weights :math:`w_i`, differences :math:`d_i` and their weighted mean :math:`\bar d`,
    let :math:`e_c` be the sum of :math:`w_i (d_i - \bar d)` and :math:`w_c` that of the
    weights over the rows of cluster :math:`c`; without clusters each row is one. The variance
    of the mean is :math:`\frac{m}{m - 1} \sum_c e_c^2 / (\sum_i w_i)^2` with
    :math:`m = (\sum_c w_c)^2 / \sum_c w_c^2`, and there are :math:`m - 1` degrees of freedom. With
    m below two there is no interval, and no p value.

    Parameters
    ----------
    per_row_a, per_row_b : array of shape (row,)
        Scores of the two on the same rows, such as squared errors. They may be infinite.
    weights : array of shape (row,), optional
        Importance of every row, at least 0.
    level : float, default 0.95
        Coverage of the interval, in (0, 1).
    clusters : array of shape (row,), optional
        Unit of every row. Rows of one unit may depend on each other; rows of two may not.

    Raises
    ------
    InputError
        If lengths differ, a score is not a number, a weight is negative or not finite, or no
        weight is above 0.

    References
    ----------
    .. [1] Student. "The Probable Error of a Mean." Biometrika 6, 1908.
    .. [2] Liang and Zeger. "Longitudinal Data Analysis Using Generalized Linear Models."
       Biometrika 73, 1986: the sums over clusters. Kish, "Survey Sampling", 1965: m.

    Examples
    --------
    >>> found = paired_difference_of([1.0, 2.0, 6.0], [2.0, 1.0, 3.0])  # -1, 1, 3: mean 1
    >>> found.value, round(found.high - found.value, 3)  # 4.3027 * 2 / sqrt(3)
    (1.0, 4.968)
    """
    level = checked_level(level)
    first, second = _scores("per_row_a", per_row_a), _scores("per_row_b", per_row_b)
    _check_length("per_row_b", second, len(first))
    weight = np.ones(len(first)) if weights is None else _weights(weights, len(first))
    layout = Layout(None, (len(first),), has_classes=False)
    units = None if clusters is None else encode("clusters", clusters, layout).codes.numpy()
    counts = weight > 0
    first, second, weight = first[counts], second[counts], weight[counts] / weight.max()
    cluster = np.arange(len(first))
    if units is not None:
        cluster = np.unique(units[counts], return_inverse=True)[1].astype(np.int64)
    n_infinite = int(np.isinf(first).sum()), int(np.isinf(second).sum())
    share = np.bincount(cluster, weights=weight / weight.sum())
    n_effective = float(1 / np.square(share).sum())
    if any(n_infinite):
        value = math.nan if all(n_infinite) else math.copysign(math.inf, n_infinite[0] - 0.5)
        error, why = 0.0, "some scores are infinite"
    else:
        value, error, why = _mean_and_error(first, second, weight, cluster)
        few = too_few(n_effective, clustered=units is not None)
        if few and (first != second).any():
            error, why = 0.0, few
    found = not why
    freedom = n_effective - 1
    half = float(stdtrit(freedom, 0.5 + level / 2)) * error if found else math.nan
    method = "paired moments (t)" if units is None else "paired moments (t), rows by clusters"
    return Difference(
        value=value,
        low=value - half if found else None,
        high=value + half if found else None,
        level=level if found else None,
        n=len(first),
        n_effective=n_effective,
        p_value=float(2 * stdtr(freedom, -abs(value) / error)) if found else None,
        method=method if found else f"not available: {why}",
        n_infinite=n_infinite,
    )


def _mean_and_error(
    first: Column, second: Column, weight: Column, cluster: Int64[np.ndarray, " row"]
) -> tuple[float, float, str]:
    """Mean difference, its standard error, and why there is none where that is 0."""
    difference = first - second
    share = weight / weight.sum()
    mean = float(share @ difference) + 0.0
    if not difference.any():
        return 0.0, 0.0, "both score every row the same"
    excess = np.bincount(cluster, weights=share * (difference - mean))
    freed = 1 - float(np.square(np.bincount(cluster, weights=share)).sum())  # (m - 1) / m
    error = math.sqrt(float(np.square(excess).sum()) / freed) if freed > 0 else 0.0
    if error <= 1e-14 * max(np.abs(first).max(), np.abs(second).max()):  # left over by rounding
        return mean, 0.0, "all rows differ alike, which tells nothing of the spread"
    return mean, error, ""


def _scores(argument: str, values: ArrayLike) -> Column:
    scores = to_tensor(argument, values).double().numpy(force=True)
    if scores.ndim != 1 or not len(scores):
        rule, remedy = "have shape (row,) and hold a row", "Pass one score for each row."
        raise InputError(argument, rule, f"shape {scores.shape}", remedy)
    bad = np.isnan(scores) | (scores == -math.inf)
    if bad.any():
        row = int(np.argmax(bad))
        remedy = "Leave out rows that have none."
        raise InputError(argument, "be scores", f"{scores[row]} at row {row}", remedy)
    return scores


def _weights(values: ArrayLike, n_rows: int) -> Column:
    weights = to_tensor("weights", values).double().numpy(force=True)
    _check_length("weights", weights, n_rows)
    bad = ~(np.isfinite(weights) & (weights >= 0))
    if bad.any():
        row = int(np.argmax(bad))
        got = f"{weights[row]} at row {row}"
        raise InputError("weights", "be finite and at least 0", got, "0 leaves a row out.")
    if not weights.any():
        raise InputError("weights", "not all be 0", "zeros", "Keep at least one row.")
    return weights


def _check_length(argument: str, column: Column, n_rows: int) -> None:
    if column.shape != (n_rows,):
        rule = f"have shape ({n_rows},), as the first scores do"
        raise InputError(argument, rule, f"{column.shape}", "Pass the same rows.")
