"""What ``calibrant report`` does once its arguments are parsed."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import click

from calibrant.cli.metric_names import check_metric_names
from calibrant.errors import InputError, OutputError
from calibrant.metrics.base import LEVEL
from calibrant.metrics.settings import checked_level
from calibrant.pipeline.report_models import check_present, models_of
from calibrant.pipeline.write_reports import write_one
from calibrant.report.several.page import several_of
from calibrant.report.several.write import write_several

__all__ = ["run_comparison", "run_report"]


def run_report(
    path: Path, out: Path | None, *, force: bool, level: float | None, as_json: bool
) -> None:
    """Write the report of what lies at `path`; print where it is."""
    place = path / "report.html" if path.is_dir() else path.with_name("report.html")
    place = place if out is None else out
    own = path.is_dir() and level is None and out is None  # the report of a run, where it is
    if level is not None:
        checked_level(level)
    check_present([path])
    if not own:
        _check_place(place, [path], force=force)
    write_one(path, place, level=level)
    if as_json:
        click.echo(json.dumps({"out": str(place)}))
        return
    click.echo(f"Report: {place}")


def run_comparison(
    paths: Sequence[Path],
    out: Path | None,
    *,
    force: bool,
    names: Sequence[str],
    reference: str | None,
    metrics: Sequence[str],
    independent: bool,
    level: float | None,
    as_json: bool,
) -> None:
    """Write the page about several models; print where it is and its verdict."""
    place = paths[0].resolve().parent / "comparison.html" if out is None else out
    place = Path("comparison.html") if place == Path.cwd() / "comparison.html" else place
    _check_place(place, paths, force=force)
    checked_level(LEVEL if level is None else level)
    check_metric_names(tuple(metrics), None)
    check_present(paths)
    several = several_of(
        models_of(paths, names),
        reference=reference,
        metrics=metrics or None,
        level=LEVEL if level is None else level,
        independent=independent,
    )
    verdict = write_several(place, several)
    if as_json:
        told = {"out": str(place), "verdict": list(verdict), **several.to_dict()}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False))
        return
    click.echo(f"Report: {place}")
    for line in verdict:
        click.echo(line)


def _check_place(place: Path, paths: Sequence[Path], *, force: bool) -> None:
    """Raise where the page would replace what is read, or a file without `force`."""
    if place.resolve() in {path.resolve() for path in paths}:
        got = f"{place}, which is read"
        raise InputError("out", "name a file of its own", got, "Name another file.")
    if place.is_file() and not force:
        raise OutputError(f"{place} already exists. Choose another file, or pass --force.")
    if place.exists() and not place.is_file():
        raise OutputError(f"cannot write {place}: it exists and is not a file")
    folder = place.absolute().parent
    if not folder.is_dir():
        raise OutputError(f"cannot write {place}: there is no folder {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"cannot write {place}: nothing may be written in {folder}")
