"""Trial: what was learned on one fold, calibrated, and predicted for its test rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64
from torch import nn

from calibrant.pipeline.events import BaselineFitted, Calibrated, Listener
from calibrant.pipeline.fold import Fold
from calibrant.pipeline.learn import Learned
from calibrant.pipeline.measure import Calibration
from calibrant.pipeline.prepare import Prepared
from calibrant.pipeline.task import Task
from calibrant.prediction.rows import Rows

__all__ = ["BaselineTrial", "Trial", "attempt"]


@dataclass(frozen=True, slots=True, eq=False)
class BaselineTrial:
    """A baseline, calibrated as the network is, on the same rows.

    Attributes
    ----------
    name, how : str
        Of the baseline, and how it was fitted, a sentence.
    calibration : Calibration
        Of its predictions.
    before, after : Rows
        The test rows as predicted and as calibrated.
    """

    name: str
    how: str
    calibration: Calibration
    before: Rows
    after: Rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """What was learned on one fold, and what it predicts for the test rows.

    Attributes
    ----------
    fold : Fold
        The rows.
    learned : Learned
        Networks.
    calibration : Calibration
        Of what they predict together.
    before, after : Rows
        The test rows as predicted and as calibrated.
    alone : tuple of Rows
        The test rows as each network predicts them by itself, where there are several.
    baselines : tuple of BaselineTrial
        Simpler models on the same rows.
    """

    fold: Fold
    learned: Learned
    calibration: Calibration
    before: Rows
    after: Rows
    alone: tuple[Rows, ...]
    baselines: tuple[BaselineTrial, ...]


def attempt(
    task: Task, prepared: Prepared, fold: Fold, learned: Learned, on_event: Listener
) -> Trial:
    """Calibrate on the validation rows of `fold`, predict its test rows, fit the baselines."""
    networks, test = learned.networks, fold.split.test
    units = prepared.units.unit[fold.split.validation]
    validation = _predicted(task, networks, fold, fold.split.validation)
    calibration = task.calibrate(validation, units)
    on_event(Calibrated(calibration.how))
    before = _predicted(task, networks, fold, test)
    alone = tuple(_predicted(task, [one], fold, test) for one in networks)
    return Trial(
        fold=fold,
        learned=learned,
        calibration=calibration,
        before=before,
        after=calibration.transform(before),
        alone=alone if len(alone) > 1 else (),
        baselines=_baselines(task, fold, units, on_event) if task.recipe.baselines else (),
    )


def _predicted(
    task: Task, networks: Sequence[nn.Module], fold: Fold, rows: Int64[np.ndarray, " part"]
) -> Rows:
    """What `networks` together predict for some of the rows."""
    return task.predict(networks, fold.features[rows], fold.target, fold.labels[rows])


def _baselines(
    task: Task, fold: Fold, units: Int64[np.ndarray, " part"], on_event: Listener
) -> tuple[BaselineTrial, ...]:
    """Baselines on the rows of `fold`, calibrated as the network is."""
    trials: list[BaselineTrial] = []
    for baseline in task.baselines(fold):
        validation = task.predict_baseline(baseline, fold, fold.split.validation)
        calibration = task.calibrate(validation, units)
        before = task.predict_baseline(baseline, fold, fold.split.test)
        after = calibration.transform(before)
        trials.append(BaselineTrial(baseline.name, baseline.how, calibration, before, after))
        on_event(BaselineFitted(baseline.name, baseline.how))
    return tuple(trials)
