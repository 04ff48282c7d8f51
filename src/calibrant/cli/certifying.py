"""What ``calibrant certify`` does once its arguments are parsed."""

import json

import click

from calibrant.claims.certify import LEVELS, certificate
from calibrant.cli.prediction_options import PredictionFile
from calibrant.cli.reading import read_rows

__all__ = ["run_certificate"]


def run_certificate(
    asked: PredictionFile,
    *,
    levels: tuple[float, ...],
    view: str,
    level: float,
    simultaneous: bool,
    as_json: bool,
) -> None:
    """Print the certificate of the file, as sentences or as one JSON object."""
    found = read_rows(asked)
    told = certificate(
        found.rows, levels or LEVELS, view=view, level=level, simultaneous=simultaneous
    )
    if as_json:
        record = {"path": str(asked.path), **told.to_dict(), "reading": list(found.notes)}
        click.echo(json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False))
        return
    click.echo(f"{asked.path.name}: {told}")
    for note in [each for each in found.notes if each not in told.notes]:
        click.echo(f"Note: {note.removesuffix('.')}.")
