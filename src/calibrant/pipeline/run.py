"""The main job: from a recipe to a run folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibrant.pipeline.artifacts import write_run
from calibrant.pipeline.checkpoints import Checkpoints, open_checkpoints
from calibrant.pipeline.compare import hold_contest
from calibrant.pipeline.events import Compared, Listener, Measured, Resumed, Written, unheard
from calibrant.pipeline.fingerprint import fingerprint
from calibrant.pipeline.folder import building, writing
from calibrant.pipeline.learn import learn
from calibrant.pipeline.measure import measure
from calibrant.pipeline.outcome import Outcome
from calibrant.pipeline.prepare import prepare
from calibrant.pipeline.recipe import Recipe
from calibrant.pipeline.task import Task
from calibrant.pipeline.tasks import task_of
from calibrant.pipeline.trial import Trial, attempt
from calibrant.prediction.fit_rows import others_than_fit
from calibrant.statistics.threads import threads
from calibrant.training.device import chosen_threads, resolve_device

__all__ = ["Run", "complete", "find", "train"]


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run folder, and what is in it.

    Attributes
    ----------
    out : Path
        The folder.
    outcome : Outcome
        What was found.
    verdict : tuple of str
        How its report opens, in up to three lines.
    """

    out: Path
    outcome: Outcome
    verdict: tuple[str, ...] = ()

    @property
    def interrupted(self) -> bool:
        """Whether training was interrupted; all else is complete."""
        return self.outcome.interrupted


def train(
    recipe: Recipe,
    out: str | Path,
    *,
    force: bool = False,
    resume: bool = False,
    on_event: Listener = unheard,
) -> Run:
    """Run folder `out` of what `recipe` asks for: read, train, calibrate, evaluate, write.

    Parameters
    ----------
    recipe : Recipe
        All settings.
    out : str or Path
        Folder to make; it is there when the run is whole, and never before.
    force : bool, default False
        Replace an older folder.
    resume : bool, default False
        Go on where an interrupted run of the same recipe ended, if one is there: the result is
        that of a run without the interrupt.
    on_event : callable, optional
        Told what happens, as it happens; see `calibrant.pipeline.events`.

    Raises
    ------
    InputError
        When the table or the recipe cannot serve, or the interrupted run was another.
    FitError
        When training does not give finite numbers.
    OutputError
        When `out` exists and `force` is not given, or it cannot be written.
    KeyboardInterrupt
        When interrupted, but for the training of the last fold after its first epoch: then the
        best network so far is calibrated, evaluated and written, and `Run.interrupted` says so.
    """
    out = Path(out)
    spare = [Path(recipe.data.path)]
    with building(out, force=force, resume=resume, spare=spare) as folder:
        recipe = complete(recipe)
        with writing(out):
            checkpoints = open_checkpoints(folder, recipe)
        if resume:
            on_event(Resumed(checkpoints.how))
        outcome = find(recipe, checkpoints=checkpoints, on_event=on_event)
        with writing(out):
            verdict = write_run(folder, outcome)
            if not outcome.interrupted:
                checkpoints.remove()
    on_event(Written(out, verdict))
    return Run(out, outcome, verdict)


def complete(recipe: Recipe) -> Recipe:
    """`recipe` with the hash of its table, and with the device that is found for it.

    Raises
    ------
    InputError
        When the table cannot be read, is another than the recipe was written for, or the
        device is not there.
    """
    known = recipe.data.model_copy(update={"sha256": fingerprint(recipe.data)})
    device = resolve_device(recipe.device)
    return recipe.model_copy(update={"data": known, "device": device.type})


def find(
    recipe: Recipe, *, checkpoints: Checkpoints | None = None, on_event: Listener = unheard
) -> Outcome:
    """Outcome of `recipe`, in memory; see `train`."""
    task = task_of(complete(recipe))
    with threads(chosen_threads(recipe.training.threads)):
        return _found(task, checkpoints, on_event)


def _found(task: Task, checkpoints: Checkpoints | None, on_event: Listener) -> Outcome:
    """Outcome of `task`."""
    prepared = prepare(task, on_event)
    trials: list[Trial] = []
    for k, fold in enumerate(prepared.folds):
        learned = learn(
            task,
            fold,
            at=(k, len(prepared.folds)),
            checkpoints=None if checkpoints is None else checkpoints.folder,
            on_event=on_event,
        )
        trials.append(attempt(task, prepared, fold, learned, on_event))
    _check_apart(trials)
    tested = np.concatenate([fold.split.test for fold in prepared.folds])
    order = np.argsort(tested, kind="stable")
    before, after = trials[0].before, trials[0].after
    if len(trials) > 1:
        before = task.join([trial.before for trial in trials], order)
        calibrated = any(trial.calibration.fitted is not None for trial in trials)
        after = task.join([trial.after for trial in trials], order) if calibrated else before
    part = task.recipe.evaluation
    metrics = task.default_metrics(before) if part.metrics is None else part.metrics
    measurement = measure(before, after, metrics, level=part.level)
    on_event(Measured(measurement.before, measurement.after))
    contest = hold_contest(task, trials, order, prepared.units.unit[tested[order]])
    on_event(Compared(contest))
    return Outcome(
        task=task,
        prepared=prepared,
        trials=tuple(trials),
        tested=tested[order],
        measurement=measurement,
        contest=contest,
    )


def _check_apart(trials: Sequence[Trial]) -> None:
    """Raise `InputError` where test rows of a fold are rows that its calibrators were fitted on."""
    for trial in trials:
        for rows in (trial.after, *(baseline.after for baseline in trial.baselines)):
            others_than_fit(rows, allow_fit_rows=False, argument="test rows")
