"""What ``calibrant plan`` does once its arguments are parsed."""

import json

import click

from calibrant.cli.metric_names import check_metric_names
from calibrant.cli.prediction_options import PredictionFile
from calibrant.cli.reading import read_rows
from calibrant.errors import InputError
from calibrant.planning.width import plan
from calibrant.statistics.saved import is_tallies

__all__ = ["run_plan"]


def run_plan(
    asked: PredictionFile, *, metric: str, width: float, level: float, as_json: bool
) -> None:
    """Print the plan from the file, as sentences or as one JSON object."""
    try:
        check_metric_names((metric,), None if is_tallies(asked.path) else "classification")
    except InputError as error:
        raise error.about("--metric") from None
    found = read_rows(asked)
    told = plan(found.rows, metric, width=width, level=level)
    if as_json:
        record = {"path": str(asked.path), **told.to_dict(), "reading": list(found.notes)}
        click.echo(json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False))
        return
    click.echo(f"{asked.path.name}: {told}")
    for note in found.notes:
        click.echo(f"Note: {note.removesuffix('.')}.")
