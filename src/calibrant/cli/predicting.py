"""What ``calibrant predict`` does once its arguments are parsed."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from calibrant.cli.console import console_of
from calibrant.data.drift import ColumnDrift
from calibrant.data.read import Reading
from calibrant.pipeline.predict import Predicted, predict
from calibrant.report.numbers import count

__all__ = ["run_prediction"]


def run_prediction(
    run: Path,
    data: Path,
    out: Path,
    *,
    reading: Reading,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Predict, telling what was found; the exit code."""
    progress = console_of(stderr=True, quiet=quiet or as_json)

    def tell(n_rows: int) -> None:
        if progress.is_terminal:
            progress.print(f"{count(n_rows)} rows", end="\r")

    predicted = predict(run, data, out, reading=reading, force=force, on_rows=tell)
    if as_json:
        click.echo(json.dumps(_record(predicted), indent=2, allow_nan=False))
    else:
        _show(predicted, console_of(stderr=False, quiet=quiet))
    return 0


def _show(predicted: Predicted, console: Console) -> None:
    """Print what was predicted and found."""

    def say(text: str) -> None:
        console.print(text, soft_wrap=True)

    for sentence in predicted.how_read:
        say(sentence)
    mended = {
        **predicted.mended,
        "missing numbers filled in": predicted.imputed,
        "categories that training had not": predicted.unseen,
    }
    for kind, columns in mended.items():
        if columns:
            say(f"Mended, {kind}: {_counts(columns)}.")
    drifted = [column for column in predicted.drift if column.note]
    for column in drifted:
        say(f"Drift: {column.note}")
    if predicted.predicted:
        table = Table("predicted", "rows")
        for name, n in sorted(predicted.predicted.items()):
            table.add_row(name, count(n))
        console.print(table)
    say(f"{count(predicted.n_rows)} rows predicted: {predicted.out}")


def _counts(columns: Mapping[str, int]) -> str:
    """Counts by column in words."""
    return ", ".join(f"{count(n)} in {name!r}" for name, n in columns.items())


def _record(predicted: Predicted) -> dict[str, object]:
    """Plain data for JSON."""
    return {
        "out": str(predicted.out),
        "rows": predicted.n_rows,
        "how_read": list(predicted.how_read),
        "mended": {kind: dict(columns) for kind, columns in predicted.mended.items()},
        "imputed": dict(predicted.imputed),
        "unseen": dict(predicted.unseen),
        "drift": [_drift(column) for column in predicted.drift],
        "predicted": dict(predicted.predicted),
    }


def _drift(column: ColumnDrift) -> dict[str, object]:
    """Drift of a column as plain data."""
    return asdict(column)
