"""Range of a metric, as the catalogue states it, and how far apart two of its values can be."""

import math
from dataclasses import replace

from calibrant.comparison.difference import Difference
from calibrant.metrics.base import Metric
from calibrant.metrics.registry import METRICS

__all__ = ["range_of", "within_range"]


def range_of(metric: Metric) -> tuple[float, float]:
    """Least and greatest value of a metric of the catalogue; infinite for those of one's own.

    Of a class that has several entries it is the range of them all.

    Examples
    --------
    >>> from calibrant.metrics.resolving import resolve
    >>> range_of(resolve("brier", 2)), range_of(resolve("log_loss", 2))
    ((0.0, 2.0), (0.0, inf))
    """
    home = f"{type(metric).__module__}:{type(metric).__qualname__}"
    ranges = [entry.range for entry in METRICS.values() if entry.home == home]
    if not ranges:
        return -math.inf, math.inf
    return float(min(low for low, _ in ranges)), float(max(high for _, high in ranges))


def within_range(found: Difference, metric: Metric) -> Difference:
    """The difference with ends that two values of the metric can be apart.

    Student's interval knows no range; what lies beyond it cannot be.
    """
    low, high = range_of(metric)
    if found.low is None or found.high is None or not math.isfinite(high - low):
        return found
    most = high - low
    return replace(found, low=max(found.low, -most), high=min(found.high, most))
