"""Standard error of the difference of two models in a pilot."""

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri, stdtrit

from calibrant.comparison.calibration_difference import BinnedError
from calibrant.comparison.compare import compare
from calibrant.comparison.difference import Difference
from calibrant.comparison.metric_range import range_of
from calibrant.comparison.pair import Pair
from calibrant.comparison.paired import paired_difference_of
from calibrant.errors import InputError
from calibrant.metrics.base import Metric
from calibrant.metrics.binless.smooth import SmoothCalibrationError
from calibrant.metrics.decided.accuracy import ErrorRate, Hit
from calibrant.metrics.evaluate import evaluate
from calibrant.metrics.means import MeanScore
from calibrant.planning.plan import counted

__all__ = ["ROWS", "spread_of"]

ROWS = "moments of rows"
NARROW = 0.5  # level of an interval that tells, beside another, the degrees of freedom
NORMAL = 1e6  # degrees of freedom from which the normal quantiles stand

CalibrationError = BinnedError | SmoothCalibrationError


def spread_of(pair: Pair, metric: Metric, name: str, level: float) -> tuple[float, str]:
    """Standard error of the difference, and how it was found.

    Raises
    ------
    InputError
        If `calibrant.compare` has no interval of the metric for these rows, or the metric is a
        calibration error that may be chance for one of the models.
    """
    if isinstance(metric, (MeanScore, ErrorRate)):
        return _of_means(pair, metric, name)
    if isinstance(metric, CalibrationError):
        _check_errors(pair, metric, name)
        found = _compared(pair, metric, name, level)
        return _width(found) / (2 * float(ndtri((1 + level) / 2))), found.method
    wide, narrow = (_compared(pair, metric, name, each) for each in (level, level * NARROW))
    return _error_of(_width(wide), _width(narrow), level), wide.method


def _of_means(pair: Pair, metric: MeanScore | ErrorRate, name: str) -> tuple[float, str]:
    """From the rows' own differences, summed over clusters where there are any."""
    score = metric.score if isinstance(metric, MeanScore) else Hit()
    first, second = (np.asarray(score.of(rows).numpy(force=True)) for rows in (pair.a, pair.b))
    infinite = int((~np.isfinite(first) | ~np.isfinite(second)).sum())
    if infinite:
        remedy = "Bound the probabilities away from 0, or choose brier."
        raise InputError(
            "a and b", f"have finite {name}", f"{counted(infinite, 'row')} infinite", remedy
        )
    found = paired_difference_of(first, second, weights=pair.weight, clusters=pair.units)
    if found.low is None:
        remedy = "Pass a pilot in which the models differ from row to row."
        same = np.array_equal(first, second)
        got = "no difference in any row" if same else "the same difference in every row"
        got = got if len(first) > 1 else "a single row"
        raise InputError("a and b", "differ from row to row", got, remedy)
    quantile = float(stdtrit(found.n_effective - 1, 0.975))
    return _width(found) / (2 * quantile), ROWS if pair.units is None else found.method


def _check_errors(pair: Pair, metric: CalibrationError, name: str) -> None:
    """Raise unless both models err more than chance shows: else errors do not tell their spread."""
    for which, rows in (("a", pair.a), ("b", pair.b)):
        low = evaluate(rows, [metric]).estimates[repr(metric)].low
        if not isinstance(low, float) or low <= 0:
            got = "an interval that reaches 0" if isinstance(low, float) else "no interval"
            remedy = "Bring a larger pilot, or plan by log_loss or brier."
            raise InputError(which, f"show {name} beyond chance", got, remedy)


def _compared(pair: Pair, metric: Metric, name: str, level: float) -> Difference:
    """Difference of the pair, with an interval."""
    models = {"a": pair.a, "b": pair.b}
    (contrast,) = compare(
        models, metrics=[metric], level=level, clusters=pair.units, allow_fit_rows=True
    ).contrasts
    found = contrast.difference
    if found.low is None:
        why = found.method.removeprefix("not available: ")
        remedy = "Plan by another metric, or bring a larger pilot."
        raise InputError("metric", "have a paired interval in the pilot", f"{name}: {why}", remedy)
    _check_free(found, metric, name)
    return found


def _check_free(found: Difference, metric: Metric, name: str) -> None:
    """Raise where the interval ends where the range does: its width tells no spread then."""
    lowest, highest = range_of(metric)
    if max(-(found.low or 0.0), found.high or 0.0) >= highest - lowest:
        got = f"{found.low:.3g} to {found.high:.3g}"
        rule = f"have an interval of {name} within its range in the pilot"
        raise InputError("metric", rule, got, "Bring a larger pilot.")


def _width(found: Difference) -> float:
    assert found.low is not None
    assert found.high is not None
    return found.high - found.low


def _error_of(wide: float, narrow: float, level: float) -> float:
    """Standard error behind Student's intervals of two levels, whose ratio tells the freedom."""
    tails = (1 + level) / 2, (1 + level * NARROW) / 2

    def excess(log_freedom: float) -> float:
        freedom = math.exp(log_freedom)
        return float(stdtrit(freedom, tails[0]) / stdtrit(freedom, tails[1])) - wide / narrow

    least, most = 0.0, math.log(NORMAL)
    if excess(most) >= 0:
        return wide / (2 * float(ndtri(tails[0])))
    if excess(least) <= 0:
        return wide / (2 * float(stdtrit(1.0, tails[0])))
    freedom = math.exp(float(brentq(excess, least, most)))  # pyright: ignore[reportArgumentType]
    return wide / (2 * float(stdtrit(freedom, tails[0])))
