"""The main job: from a recipe to a run folder."""

from dataclasses import dataclass
from pathlib import Path

from calibrant.pipeline.artifacts import write_run
from calibrant.pipeline.events import Calibrated, Listener, Measured, Written, unheard
from calibrant.pipeline.fingerprint import fingerprint
from calibrant.pipeline.folder import building, writing
from calibrant.pipeline.learn import learn, predict
from calibrant.pipeline.measure import calibrate, measure
from calibrant.pipeline.outcome import Outcome
from calibrant.pipeline.prepare import prepare
from calibrant.pipeline.recipe import Recipe
from calibrant.training.device import chosen_threads, resolve_device, threads

__all__ = ["Run", "find", "train"]


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run folder, and what is in it.

    Attributes
    ----------
    out : Path
        The folder.
    outcome : Outcome
        What was found.
    """

    out: Path
    outcome: Outcome

    @property
    def interrupted(self) -> bool:
        """Whether training was interrupted; all else is complete."""
        return self.outcome.learned.interrupted


def train(
    recipe: Recipe, out: str | Path, *, force: bool = False, on_event: Listener = unheard
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
    on_event : callable, optional
        Told what happens, as it happens; see `calibrant.pipeline.events`.

    Raises
    ------
    InputError
        When the table or the recipe cannot serve.
    FitError
        When training does not give finite numbers.
    OutputError
        When `out` exists and `force` is not given, or it cannot be written.
    KeyboardInterrupt
        When interrupted, but for training after its first epoch: then the best network so far
        is calibrated, evaluated and written, and `Run.interrupted` says so.
    """
    out = Path(out)
    with building(out, force=force, spare=[Path(recipe.data.path)]) as folder:
        outcome = find(recipe, on_event=on_event)
        with writing(out):
            write_run(folder, outcome)
    on_event(Written(out))
    return Run(out, outcome)


def find(recipe: Recipe, *, on_event: Listener = unheard) -> Outcome:
    """Outcome of `recipe`, in memory; see `train`."""
    device = resolve_device(recipe.device)
    known = recipe.data.model_copy(update={"sha256": fingerprint(recipe.data)})
    recipe = recipe.model_copy(update={"data": known, "device": device.type})
    with threads(chosen_threads(recipe.training.threads)):
        prepared = prepare(recipe, on_event)
        learned = learn(prepared, recipe, device=device, on_event=on_event)
        calibration = calibrate(predict(learned, prepared, prepared.split.validation), recipe)
        on_event(Calibrated(calibration.how))
        test = predict(learned, prepared, prepared.split.test)
        measurement = measure(test, calibration, recipe.evaluation)
        on_event(Measured(measurement.before, measurement.after))
    return Outcome(
        recipe=recipe,
        prepared=prepared,
        learned=learned,
        calibration=calibration,
        measurement=measurement,
    )
