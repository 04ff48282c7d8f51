"""Class-wise errors of as many rows as are planned: the pilot's noise of all classes, scaled."""

import math
from collections.abc import Callable

from calibrant.errors import InputError
from calibrant.metrics.binned.bins import equal_width
from calibrant.metrics.binned.class_covariance import class_tally
from calibrant.metrics.binned.class_noise import ClassNoise
from calibrant.metrics.binned.classwise import (
    ClasswiseCalibrationError,
    ClasswiseRootMeanSquaredCalibrationError,
    ClasswiseSquaredCalibrationError,
)
from calibrant.metrics.binned.evidence import FEWEST, deviation_of
from calibrant.metrics.binned.in_clusters import METHODS, error_from_draws, rough_of
from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.binned.unforeseen import room_of
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.block_noise import SquareNoise
from calibrant.metrics.inference.noise import DrawnNoise
from calibrant.planning.scaled import scaled
from calibrant.prediction.base import Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import check_evaluable

__all__ = ["ClasswiseError", "classwise_at"]

ClasswiseError = (
    ClasswiseCalibrationError
    | ClasswiseRootMeanSquaredCalibrationError
    | ClasswiseSquaredCalibrationError
)
"""Means over classes, which share their rows: rows tell their noise, and margins do not."""


def classwise_at(rows: Rows, metric: ClasswiseError, level: float) -> Callable[[float], Estimate]:
    """Estimate of a factor times the rows, each as if it had come so many times.

    Gaps and shares stay. Their noise is divided by the root of the factor, and what its squares
    add by the factor.

    Raises
    ------
    InputError
        If the rows are unlabelled, or no predictions of classes.
    """
    check_evaluable(rows, metric.reads, str(metric))
    present = rows.present()
    assert isinstance(present, Predictions)  # as the metric reads
    tally = class_tally(present, metric.n_bins)
    if float(tally["w"][0].sum().square() / tally["ww"][0].sum()) < FEWEST:
        rule, remedy = f"hold {FEWEST:g} effective rows", "Bring a larger pilot."
        raise InputError("pilot", rule, "fewer", remedy)
    noise = ClassNoise.of(present, tally, metric.n_bins)

    def at(factor: float) -> Estimate:
        of_many, root = scaled(tally, factor), math.sqrt(factor)
        plain = metric.estimate(of_many, level=level, class_names=present.class_names)
        bins, room, error = equal_width(of_many, metric.n_bins), 0.0, noise.error / root
        if hard_labels(of_many):
            spread, is_root = deviation_of(bins, hard=True), metric.size != "l1"
            room = room_of(bins, spread, level, error=error, root=is_root)
        within, known = noise.within, noise.calibrated
        return error_from_draws(
            plain,
            noise.gap,
            noise.share,
            metric.size,
            level,
            noise=DrawnNoise(noise.draws / root, noise.deviation / root, error, rough_of(bins)),
            within=SquareNoise(
                within.draws / root,
                within.shares / root,
                None if within.taken is None else within.taken / factor,
                within.doubt / (factor * root),
            ),
            calibrated=None if known is None else known / root,
            method=f"{METHODS[metric.size]}, noise of all classes together",
            floor=plain.noise_floor is not None,
            room=room,
        )

    return at
