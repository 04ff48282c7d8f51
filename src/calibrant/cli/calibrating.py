"""What ``calibrant calibrate`` and ``calibrant apply`` do once their arguments are parsed."""

import json
from pathlib import Path

import click
from rich.table import Table

from calibrant.calibrators.registry import entry
from calibrant.cli.console import console_of
from calibrant.cli.prediction_options import PredictionFile
from calibrant.cli.reading import question_of
from calibrant.errors import OutputError
from calibrant.metrics.estimate import Estimate
from calibrant.pipeline.apply_file import apply_file
from calibrant.pipeline.calibrate_file import METRICS, FileCalibration, calibrate_file
from calibrant.report.numbers import count, number

__all__ = ["run_application", "run_calibration"]

LABELS = {"log_loss": "log loss", "brier": "Brier score", "ece": "ECE, top label"}
LEGEND = (
    "In the table, 'less identity' is the log loss less that of the rows as they are; 'behind' is "
    "how far it is above the best, with a standard error."
)
REMEDY = (
    "These rows are those of the fit, so that the numbers after it are optimistic. "
    "For honest ones, apply the calibrator to other rows and evaluate these."
)


def run_calibration(
    asked: PredictionFile,
    *,
    method: str,
    out: Path | None,
    force: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Fit, keep, and print what was found."""
    entry(method)
    if out is not None and out.exists() and not force:
        raise OutputError(f"{out} already exists. Choose another folder, or pass --force.")
    found = calibrate_file(question_of(asked), method, seed=seed)
    if out is not None:
        found.fitted.save(out, class_names=found.class_names, force=force)
    if as_json:
        place = None if out is None else str(out)
        record = {"path": str(asked.path), **found.to_dict(), "out": place}
        click.echo(json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False))
        return
    told = f"{found.name}, fitted on {count(found.fitted.n)} rows: {found.fitted.found}"
    click.echo(f"{asked.path.name}: {told}.")
    if found.evidence:
        click.echo(found.evidence)
        click.echo(LEGEND)
    console_of(stderr=False, quiet=False).print(_table(found))
    click.echo(REMEDY)
    for note in found.notes:
        click.echo(f"Note: {note.removesuffix('.')}.")
    if out is not None:
        click.echo(f"Calibrator: {out}")


def run_application(
    asked: PredictionFile,
    *,
    calibrator: Path,
    out: Path,
    prefix: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Calibrate the rows of the file, and tell."""
    done = apply_file(question_of(asked), calibrator, out, prefix=prefix, force=force)
    if as_json:
        record = {
            "out": str(done.out),
            "rows": done.n_rows,
            "method": done.method,
            "found": done.found,
            "columns": list(done.columns),
            "how_read": list(done.how_read),
            "warnings": list(done.warnings),
        }
        click.echo(json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False))
        return
    for sentence in done.how_read:
        click.echo(sentence)
    click.echo(f"Calibrator {done.method}: {done.found}.")
    for warning in done.warnings:
        click.echo(f"Warning: {warning}", err=True)
    click.echo(f"{count(done.n_rows)} rows calibrated: {done.out}")


def _table(found: FileCalibration) -> Table:
    table = Table("on the rows of the fit", "before", "after (optimistic)")
    for name in METRICS:
        table.add_row(LABELS[name], *(_told(one[name]) for one in (found.before, found.after)))
    return table


def _told(estimate: Estimate) -> str:
    value = estimate.value
    return number(value) if isinstance(value, float) else ""
