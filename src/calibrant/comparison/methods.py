"""Which method tells the difference of a metric between two models on the same rows."""

import math

import numpy as np
from jaxtyping import Float64

from calibrant.comparison.calibration_difference import BinnedError, calibration_difference
from calibrant.comparison.decided_alike import share_difference
from calibrant.comparison.difference import Difference, unsure
from calibrant.comparison.pair import Pair
from calibrant.comparison.paired import paired_difference_of
from calibrant.comparison.ranked import Ranking, ranked_difference
from calibrant.comparison.smooth_difference import smooth_difference
from calibrant.comparison.tabled import tabled_difference
from calibrant.metrics.base import Metric, TallyMetric
from calibrant.metrics.binless.smooth import SmoothCalibrationError
from calibrant.metrics.binned.calibration import MaximumCalibrationError
from calibrant.metrics.decided.accuracy import ErrorRate, Hit
from calibrant.metrics.means import MeanScore
from calibrant.statistics.confusion import Confusion

__all__ = ["difference_of"]

SOFT = "it takes hard labels"
LARGEST = "the largest of many gaps is decided by a bin of few rows; compare ece"
UNKNOWN = "no paired interval is known for it"


def difference_of(
    metric: Metric, values: tuple[float, float], pair: Pair, level: float
) -> Difference:
    """Value of a metric for the first model less that for the second, with interval and p value.

    Parameters
    ----------
    metric : Metric
        A number that both kinds of rows can tell.
    values : pair of float
        Of the first and of the second model.
    pair : Pair
        The rows.
    level : float
        Coverage of the interval, in (0, 1).
    """
    value = values[0] - values[1]
    why = _refusal(metric, value, pair)
    if why:
        return unsure(value, pair.n, pair.n_effective, why)
    if isinstance(metric, (MeanScore, ErrorRate)):
        return _of_means(metric, pair, level)
    if isinstance(metric, BinnedError):
        return calibration_difference(metric, value, pair, level)
    if isinstance(metric, SmoothCalibrationError):
        return smooth_difference(metric, values, pair, level)
    if isinstance(metric, Ranking):
        return ranked_difference(metric, pair, level)
    assert isinstance(metric, TallyMetric)
    return tabled_difference(metric, pair, level)


def _refusal(metric: Metric, value: float, pair: Pair) -> str:
    """Why there is no interval, or nothing; means tell of themselves."""
    if isinstance(metric, (MeanScore, ErrorRate)):
        return ""
    if isinstance(metric, MaximumCalibrationError):
        return LARGEST
    tabled = isinstance(metric, TallyMetric) and isinstance(metric.statistic, Confusion)
    ranked = isinstance(metric, Ranking)
    if not (tabled or ranked or isinstance(metric, (BinnedError, SmoothCalibrationError))):
        return UNKNOWN
    if math.isnan(value):
        return "the value of one is undefined"
    return SOFT if (tabled or ranked) and not pair.is_hard else ""


def _of_means(metric: MeanScore | ErrorRate, pair: Pair, level: float) -> Difference:
    """From the scores of the rows: of shares by the rows that one alone gets, else by moments."""
    score, sign = (metric.score, 1.0) if isinstance(metric, MeanScore) else (Hit(), -1.0)
    first, second = (
        sign * np.asarray(score.of(rows).numpy(force=True)) for rows in (pair.a, pair.b)
    )
    is_share = isinstance(metric, ErrorRate) or metric.is_share
    if is_share and pair.is_plain and _is_binary(first) and _is_binary(second):
        only_first, only_second = int((first > second).sum()), int((second > first).sum())
        return share_difference(only_first, only_second, pair.n, level)
    return paired_difference_of(
        first, second, weights=pair.weight, level=level, clusters=pair.units
    )


def _is_binary(scores: Float64[np.ndarray, " row"]) -> bool:
    return bool(np.isin(scores, (-1.0, 0.0, 1.0)).all())
