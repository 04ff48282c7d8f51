"""Outcome: all that a run has found, before any of it is written."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

from calibrant.pipeline.measure import Measurement
from calibrant.pipeline.prepare import Prepared
from calibrant.pipeline.recipe import Recipe
from calibrant.pipeline.task import Task
from calibrant.pipeline.trial import Trial
from calibrant.pipeline.truth import TrueError
from calibrant.report.contest import Contest

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
    task : Task
        What is predicted; its recipe has the hash of the table that was read, and the device
        that was found.
    prepared : Prepared
        The table.
    trials : tuple of Trial
        One a fold.
    tested : Int64[ndarray, "row"]
        Test rows of all folds, ascending, as indices of the rows that have a target.
    measurement : Measurement
        Of these rows, in this order.
    contest : Contest
        The network beside others.
    truth : Truth or None
        For generated data.
    """

    task: Task
    prepared: Prepared
    trials: tuple[Trial, ...]
    tested: Int64[np.ndarray, " row"]
    measurement: Measurement
    contest: Contest
    truth: Truth | None = None

    @property
    def recipe(self) -> Recipe:
        """Complete settings."""
        return self.task.recipe

    @property
    def interrupted(self) -> bool:
        """Whether training was interrupted."""
        return any(trial.learned.interrupted for trial in self.trials)
