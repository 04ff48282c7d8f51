"""What ``calibrant plan`` does once its arguments are parsed."""

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from calibrant.cli.metric_names import check_metric_names
from calibrant.cli.prediction_options import PredictionFile
from calibrant.cli.reading import read_rows
from calibrant.errors import InputError
from calibrant.planning.difference import DifferencePlan, plan_difference
from calibrant.planning.plan import Plan
from calibrant.planning.width import plan
from calibrant.prediction.base import Predictions
from calibrant.statistics.saved import is_tallies

__all__ = ["run_difference_plan", "run_plan"]

OPTIONS = {
    "metric": "--metric",
    "difference": "--difference",
    "n": "--rows",
    "power": "--power",
    "level": "--level",
    "a and b": "the two models",
    "a": "the first model",
    "b": "the second model",
    "pilot": "FILE",
    "width": "--width",
    "share": "--share",
}


def run_plan(
    asked: PredictionFile | None,
    *,
    metric: str,
    width: float,
    level: float,
    share: float | None,
    as_json: bool,
) -> None:
    """Print the plan from the file, or from none, as sentences or as one JSON object."""
    _check_metric(asked, metric)
    found = None if asked is None else read_rows(asked)
    rows = None if found is None else found.rows
    with _named():
        told = plan(rows, metric, width=width, level=level, share=share)
    _print(asked, told, () if found is None else found.notes, as_json=as_json)


def run_difference_plan(
    asked: PredictionFile,
    against: Path,
    *,
    metric: str,
    difference: float | None,
    n: int | None,
    power: float,
    level: float,
    as_json: bool,
) -> None:
    """Print the plan of a difference between the models of two files."""
    _check_metric(asked, metric)
    files = asked, replace(asked, path=against)
    found = [read_rows(each) for each in files]
    models: list[Predictions] = []
    for file, each in zip(files, found, strict=True):
        if not isinstance(each.rows, Predictions):
            remedy = "Pass the predictions themselves."
            raise InputError(str(file.path.name), "hold rows of predictions", "sums", remedy)
        models.append(each.rows)
    with _named():
        told = plan_difference(
            models[0], models[1], metric, difference=difference, n=n, power=power, level=level
        )
    notes = list(dict.fromkeys(note for each in found for note in each.notes))
    _print(asked, told, notes, as_json=as_json)


@contextmanager
def _named() -> Generator[None]:
    """Call arguments as their options are typed."""
    try:
        yield
    except InputError as error:
        raise error.about(OPTIONS.get(error.argument, error.argument)) from None


def _check_metric(asked: PredictionFile | None, metric: str) -> None:
    rows = asked is None or not is_tallies(asked.path)
    try:
        check_metric_names((metric,), "classification" if rows else None)
    except InputError as error:
        raise error.about("--metric") from None


def _print(
    asked: PredictionFile | None,
    told: Plan | DifferencePlan,
    notes: Sequence[str],
    *,
    as_json: bool,
) -> None:
    if as_json:
        record = {
            "path": None if asked is None else str(asked.path),
            **told.to_dict(),
            "reading": list(notes),
        }
        click.echo(json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False))
        return
    click.echo(str(told) if asked is None else f"{asked.path.name}: {told}")
    for note in notes:
        click.echo(f"Note: {note.removesuffix('.')}.")
