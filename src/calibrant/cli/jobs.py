"""What the commands that make a run folder do once their arguments are parsed."""

import json
from collections.abc import Callable
from pathlib import Path

import click

from calibrant.cli.failures import INTERRUPTED
from calibrant.cli.printer import Printer
from calibrant.pipeline.demo import Dataset, demo
from calibrant.pipeline.events import Listener
from calibrant.pipeline.folder import free_name
from calibrant.pipeline.recipe_file import build_recipe, read_recipe
from calibrant.pipeline.record import metrics_record
from calibrant.pipeline.run import Run, train
from calibrant.pipeline.settings import Settings

__all__ = ["run_demo", "run_training"]


def run_training(
    config: Path | None,
    overrides: Settings,
    out: Path | None,
    *,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Train as the recipe `config` says, `overrides` in front; the exit code."""
    if config is None:
        recipe = build_recipe(overrides, source="the options")
    else:
        recipe = read_recipe(config, overrides)
    place = out or free_name(f"{Path(recipe.data.path).stem}-run")

    def job(listener: Listener) -> Run:
        return train(recipe, place, force=force, on_event=listener)

    return _told(job, as_json=as_json, quiet=quiet)


def run_demo(
    dataset: Dataset, out: Path | None, *, seed: int, force: bool, as_json: bool, quiet: bool
) -> int:
    """Run the demonstration on `dataset`; the exit code."""
    place = out or free_name("calibrant-demo")

    def job(listener: Listener) -> Run:
        return demo(dataset, place, seed=seed, force=force, on_event=listener)

    return _told(job, as_json=as_json, quiet=quiet)


def _told(job: Callable[[Listener], Run], *, as_json: bool, quiet: bool) -> int:
    """Do `job`, printing its events, and its result as JSON if asked; the exit code."""
    printer = Printer(to_errors=as_json, quiet=quiet)
    try:
        run = job(printer)
    finally:
        printer.close()
    if as_json:
        result = {
            "out": str(run.out),
            "report": str(run.out / "report.html"),
            "interrupted": run.interrupted,
            "metrics": metrics_record(run.outcome),
        }
        click.echo(json.dumps(result, indent=2, allow_nan=False))
    return INTERRUPTED if run.interrupted else 0
