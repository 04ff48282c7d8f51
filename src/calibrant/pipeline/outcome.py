"""Outcome: all that a run has found, before any of it is written."""

from dataclasses import dataclass

from calibrant.pipeline.learn import Learned
from calibrant.pipeline.measure import Calibration, Measurement
from calibrant.pipeline.prepare import Prepared
from calibrant.pipeline.recipe import Recipe
from calibrant.pipeline.truth import TrueError

__all__ = ["Outcome", "Truth"]


@dataclass(frozen=True, slots=True)
class Truth:
    """True calibration errors of generated data, before and after calibration."""

    before: TrueError
    after: TrueError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """All that a run has found, before any of it is written.

    Attributes
    ----------
    recipe : Recipe
        With the hash of the table that was read, and the device that was found.
    prepared, learned, calibration, measurement
        What the four steps gave.
    truth : Truth or None
        For generated data.
    """

    recipe: Recipe
    prepared: Prepared
    learned: Learned
    calibration: Calibration
    measurement: Measurement
    truth: Truth | None = None
