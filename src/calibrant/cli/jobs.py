"""What the commands that make a run folder do once their arguments are parsed."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from calibrant.cli.failures import INTERRUPTED
from calibrant.cli.printer import Printer
from calibrant.errors import InputError, OutputError
from calibrant.pipeline.demo import Dataset, demo
from calibrant.pipeline.events import Listener
from calibrant.pipeline.folder import free_name, resumable
from calibrant.pipeline.recipe import Recipe
from calibrant.pipeline.recipe_file import build_recipe, read_recipe
from calibrant.pipeline.recipes import named_recipe
from calibrant.pipeline.record import metrics_record
from calibrant.pipeline.run import Run, train
from calibrant.pipeline.settings import Settings, merged

__all__ = ["Asked", "run_demo", "run_training"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the arguments say about the recipe.

    Attributes
    ----------
    name : str or None
        Recipe that is shipped.
    config : Path or None
        Recipe file; its settings go before those of `name`.
    settings : mapping
        Settings that were typed; they go before all others.
    options : mapping of str to str
        Option of every setting that has one.
    """

    name: str | None
    config: Path | None
    settings: Settings
    options: Mapping[str, str]

    def recipe(self) -> Recipe:
        """Recipe that is asked for.

        Raises
        ------
        InputError
            When a file cannot be read, or holds what is not allowed.
        click.UsageError
            When an option has a value that is not allowed.
        """
        if self.config is not None:
            base = {} if self.name is None else named_recipe(self.name)
            return read_recipe(self.config, self.settings, base=base)
        try:
            base = {} if self.name is None else named_recipe(self.name)
            return build_recipe(
                merged(base, self.settings), source="the options", spoken=self.options
            )
        except InputError as error:
            raise click.UsageError(str(error)) from error


def run_training(
    asked: Asked,
    out: Path | None,
    *,
    force: bool,
    resume: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Train as `asked`; the exit code."""
    recipe = _interrupted(asked, out) if resume and out is not None else asked.recipe()
    place = out or free_name(f"{Path(recipe.data.path).stem}-run")

    def job(listener: Listener) -> Run:
        return train(recipe, place, force=force, resume=resume, on_event=listener)

    return _told(job, place, as_json=as_json, quiet=quiet)


def run_demo(
    dataset: Dataset, out: Path | None, *, seed: int, force: bool, as_json: bool, quiet: bool
) -> int:
    """Run the demonstration on `dataset`; the exit code."""
    place = out or free_name("calibrant-demo")

    def job(listener: Listener) -> Run:
        return demo(dataset, place, seed=seed, force=force, on_event=listener)

    return _told(job, place, as_json=as_json, quiet=quiet)


def _interrupted(asked: Asked, out: Path) -> Recipe:
    """Recipe of the interrupted run `out`, where nothing else is asked for."""
    if asked.config is not None or asked.settings.get("data") is not None:
        return asked.recipe()
    checkpoint = resumable(out)
    if checkpoint is None:
        got = f"{out}, beside which there is none"
        remedy = "Give DATA and --target to train from the start."
        raise InputError("--resume", "name the --out of an interrupted run", got, remedy)
    return read_recipe(checkpoint / "recipe.toml", asked.settings)


def _told(job: Callable[[Listener], Run], place: Path, *, as_json: bool, quiet: bool) -> int:
    """Do `job`, printing its events, and its result as JSON if asked; the exit code."""
    printer = Printer(to_errors=as_json, quiet=quiet)
    try:
        run = job(printer)
    except (KeyboardInterrupt, OutputError):
        if resumable(place) is not None:
            printer.say("What was trained is kept: the same command with --resume goes on.")
        raise
    finally:
        printer.close()
    if as_json:
        result = {
            "out": str(run.out),
            "report": str(run.out / "report.html"),
            "verdict": list(run.verdict),
            "interrupted": run.interrupted,
            "metrics": metrics_record(run.outcome),
        }
        click.echo(json.dumps(result, indent=2, allow_nan=False))
    return INTERRUPTED if run.interrupted else 0
