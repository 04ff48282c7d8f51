"""Difference of two calibration errors of the same rows, freed of what noise adds to each."""

from typing import Literal

import numpy as np

from calibrant.comparison.difference import Difference, unsure
from calibrant.comparison.gap_noise import GapNoise, joint_noise
from calibrant.comparison.gap_rows import RowGaps, class_events, equal_mass_gaps, row_gaps
from calibrant.comparison.gap_side import Side
from calibrant.comparison.gap_test import GapTest, Scale, difference_of_sizes
from calibrant.comparison.pair import Pair
from calibrant.comparison.same_gaps import SameGaps, Sizes, same_gaps
from calibrant.comparison.too_few import too_few_for_bins
from calibrant.metrics.binned.calibration import (
    EqualWidthMetric,
    ExpectedCalibrationError,
    RootMeanSquaredCalibrationError,
)
from calibrant.metrics.binned.classwise import (
    ClasswiseCalibrationError,
    ClasswiseRootMeanSquaredCalibrationError,
    ClasswiseSquaredCalibrationError,
)
from calibrant.metrics.binned.debiased import DebiasedCalibrationError
from calibrant.metrics.binned.equal_mass_errors import (
    EqualMassCalibrationError,
    EqualMassSquaredCalibrationError,
)
from calibrant.metrics.binned.squared import (
    DebiasedRootMeanSquaredCalibrationError,
    SquaredCalibrationError,
)
from calibrant.metrics.proper.murphy import BrierReliability
from calibrant.prediction.base import Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.views import events_of

__all__ = ["BinnedError", "calibration_difference"]

BinnedError = (
    ExpectedCalibrationError
    | DebiasedCalibrationError
    | RootMeanSquaredCalibrationError
    | SquaredCalibrationError
    | DebiasedRootMeanSquaredCalibrationError
    | ClasswiseCalibrationError
    | ClasswiseRootMeanSquaredCalibrationError
    | ClasswiseSquaredCalibrationError
    | EqualMassCalibrationError
    | EqualMassSquaredCalibrationError
    | BrierReliability
)
"""Errors whose difference has an interval."""

MOST_BINS = 1000  # of both models that hold rows: their covariance has a million entries
METHOD = "test inversion with joint noise of the gaps (approximate)"

Norm = Literal["l1", "l2"]


def calibration_difference(
    metric: BinnedError, value: float, pair: Pair, level: float
) -> Difference:
    """Calibration error of the first model less that of the second, with its interval.

    Parameters
    ----------
    metric : BinnedError
        Error of one event a row, or the mean over classes.
    value : float
        Difference of the two values.
    pair : Pair
        The rows, of hard or soft labels.
    level : float
        Coverage of the interval, in (0, 1).

    Notes
    -----
    The interval and the p value are of the true errors, what the bins would show with rows without
    end; the value is the difference of what was seen. Noise adds to both errors, and not the same:
    where the models differ in how sharp they are, the value may lie outside of the interval. There
    is none below twenty effective rows, or ten clusters, as for one error alone. For
    the method, and how well it holds its level, see `GapTest` and the documentation.
    """
    norm, scale = _kind(metric)
    first, second = (_gaps(metric, rows) for rows in (pair.a, pair.b))
    if np.array_equal(first.added, second.added) and np.array_equal(first.bins, second.bins):
        return unsure(0.0, pair.n, pair.n_effective, "both state every row the same")
    few = too_few_for_bins(pair)
    if few:
        return unsure(value, pair.n, pair.n_effective, few)
    if int((first.share > 0).sum() + (second.share > 0).sum()) > MOST_BINS:
        why = f"the two models fill more than {MOST_BINS:,} bins"
        return unsure(value, pair.n, pair.n_effective, why)
    noise = joint_noise(first, second, pair, of_squares=norm == "l2")
    if noise is None:
        return unsure(value, pair.n, pair.n_effective, "the gaps have no noise to tell of")
    sides = [_side(gaps, noise, k, norm, len(first.bins)) for k, gaps in enumerate((first, second))]
    same = _same(first, second, sides, noise, pair)
    test = GapTest(sides[0], sides[1], noise.covariance, scale, same)
    return difference_of_sizes(value, test, pair, level, METHOD)


def _kind(metric: BinnedError) -> tuple[Norm, Scale]:
    """Norm of the gaps, and whether the error is their size or its root."""
    match metric:
        case ExpectedCalibrationError() | DebiasedCalibrationError() | ClasswiseCalibrationError():
            return "l1", "size"
        case EqualMassCalibrationError(norm="l1"):
            return "l1", "size"
        case SquaredCalibrationError() | ClasswiseSquaredCalibrationError() | BrierReliability():
            return "l2", "size"
        case EqualMassSquaredCalibrationError():
            return "l2", "size"
        case _:
            return "l2", "root"


def _gaps(metric: BinnedError, rows: Rows) -> RowGaps:
    if isinstance(metric, EqualWidthMetric):
        return row_gaps([events_of(rows, metric.view)], metric.n_bins, metric.closed)
    if isinstance(metric, (EqualMassCalibrationError, EqualMassSquaredCalibrationError)):
        return equal_mass_gaps(rows, metric.view, metric.n_bins)
    if isinstance(metric, BrierReliability):
        assert metric.n_bins is not None  # checked where the method is chosen
        return row_gaps([events_of(rows, metric.view)], metric.n_bins)
    assert isinstance(rows, Predictions)  # as the metric reads
    return row_gaps(class_events(rows), metric.n_bins)


def _same(
    first: RowGaps, second: RowGaps, sides: list[Side], noise: GapNoise, pair: Pair
) -> SameGaps | None:
    """What noise would show if both models had the same gaps."""
    either = noise.either
    sizes: list[Sizes] = []
    for side, held in zip(sides, noise.held, strict=True):
        at = held[either]
        sizes.append(lambda gaps, side=side, at=at: side.size(gaps[:, at]))
    gaps = first.gap[either], second.gap[either]
    return same_gaps(gaps, noise.seen, pair.n_effective, (sizes[0], sizes[1]))


def _side(gaps: RowGaps, noise: GapNoise, which: int, norm: Norm, n_events: int) -> Side:
    """Gaps of one model that have noise; every event counts the same."""
    held = noise.held[which]
    share = gaps.share[held]
    return Side(
        gap=gaps.gap[held],
        deviation=noise.deviation(which),
        share=share,
        place=gaps.place[held],
        event=gaps.event[held],
        factor=(np.ones_like(share) if norm == "l1" else 1 / share) / n_events,
        norm=norm,
    )
