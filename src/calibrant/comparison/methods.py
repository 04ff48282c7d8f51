"""Which method tells the difference of a metric between two models on the same rows."""

import math

import numpy as np
from jaxtyping import Float64

from calibrant.comparison.by_blocks import difference_by_blocks
from calibrant.comparison.by_resampling import difference_by_resampling
from calibrant.comparison.calibration_difference import BinnedError, calibration_difference
from calibrant.comparison.decided_alike import share_difference
from calibrant.comparison.difference import Difference, unsure
from calibrant.comparison.metric_range import within_range
from calibrant.comparison.pair import Pair
from calibrant.comparison.paired import paired_difference_of
from calibrant.comparison.ranked import Ranking, ranked_difference
from calibrant.comparison.smooth_difference import smooth_difference
from calibrant.comparison.tabled import tabled_difference
from calibrant.comparison.untold import UNKNOWN, why_untold
from calibrant.metrics.base import MemoryMetric, Metric, TallyMetric
from calibrant.metrics.binless.smooth import SmoothCalibrationError
from calibrant.metrics.decided.accuracy import ErrorRate, Hit
from calibrant.metrics.means import MeanScore
from calibrant.metrics.numbers.order import MedianAbsoluteError
from calibrant.metrics.ranking.best_f1 import BestF1
from calibrant.metrics.ranking.gains import Captured, Lift
from calibrant.metrics.ranking.one_vs_one import OneVsOneAUROC
from calibrant.metrics.ranking.points import (
    PrecisionAtRecall,
    RecallAtFalseAlarms,
    RecallAtPrecision,
    SpecificityAtRecall,
)
from calibrant.metrics.ranking.positive import PositiveAUROC
from calibrant.metrics.ranking.roc_points import EqualErrorRate, YoudenMax
from calibrant.metrics.selective.points import AccuracyAtCoverage, CoverageAtAccuracy
from calibrant.statistics.confusion import Confusion

__all__ = ["difference_of"]

SOFT = "it takes hard labels"
RESAMPLED = (
    *(PrecisionAtRecall, RecallAtPrecision, RecallAtFalseAlarms, SpecificityAtRecall, BestF1),
    *(EqualErrorRate, YoudenMax, Captured, Lift, AccuracyAtCoverage, CoverageAtAccuracy),
    MedianAbsoluteError,
)
"""Metrics of a threshold or a place that the rows choose, which jumps as one comes or goes."""


def difference_of(
    metric: Metric, values: tuple[float, float], pair: Pair, level: float
) -> Difference:
    """Value of a metric for the first model less that for the second, with interval and p value.

    The interval is nowhere beyond what two values of the metric can be apart.

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
    return within_range(_told(_ranked_alike(metric, pair), values, pair, level), metric)


def _told(metric: Metric, values: tuple[float, float], pair: Pair, level: float) -> Difference:
    """The same, by the method of the metric, which may know no range."""
    value = values[0] - values[1]
    if isinstance(metric, (MeanScore, ErrorRate)):
        return _of_means(metric, pair, level)
    why = why_untold(metric) or _refusal(metric, value, pair)
    if why:
        return unsure(value, pair.n, pair.n_effective, why)
    if isinstance(metric, SmoothCalibrationError):
        return smooth_difference(metric, values, pair, level)
    if isinstance(metric, BinnedError):
        return calibration_difference(metric, value, pair, level)
    if isinstance(metric, Ranking):
        return ranked_difference(metric, pair, level)
    return _of_units(metric, value, pair, level)


def _of_units(metric: Metric, value: float, pair: Pair, level: float) -> Difference:
    """From single rows where a matrix tells how far each moves the value, else from blocks."""
    if isinstance(metric, RESAMPLED):
        return difference_by_resampling(metric, value, pair, level)
    if isinstance(metric, TallyMetric) and isinstance(metric.statistic, Confusion):
        return tabled_difference(metric, pair, level)
    assert isinstance(metric, (TallyMetric, MemoryMetric))  # as `_refusal` lets pass
    return difference_by_blocks(metric, value, pair, level)


def _ranked_alike(metric: Metric, pair: Pair) -> Metric:
    """The area of two classes, where a metric is that by another name; else itself."""
    of_two = isinstance(metric, OneVsOneAUROC) and pair.a.n_classes == 2
    return PositiveAUROC() if of_two else metric


def _refusal(metric: Metric, value: float, pair: Pair) -> str:
    """Why these rows give no interval, or nothing."""
    if not isinstance(metric, (TallyMetric, MemoryMetric)):
        return UNKNOWN
    if not math.isfinite(value):
        return f"the value of one is {'undefined' if math.isnan(value) else 'infinite'}"
    tabled = isinstance(metric, TallyMetric) and isinstance(metric.statistic, Confusion)
    if (tabled or isinstance(metric, Ranking)) and not pair.is_hard:
        return SOFT
    told = isinstance(metric, (BinnedError, SmoothCalibrationError, *RESAMPLED))
    return metric.rough if isinstance(metric, TallyMetric) and not told else ""


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
