"""What ``calibrant evaluate`` does once its arguments are parsed."""

import json
from pathlib import Path

import click

from calibrant.cli.console import console_of
from calibrant.cli.evaluation_printer import print_file_evaluation
from calibrant.cli.group_progress import GroupProgress
from calibrant.cli.metric_names import check_metric_names
from calibrant.errors import InputError, OutputError
from calibrant.files import write_whole
from calibrant.pipeline.evaluate_file import evaluate_file
from calibrant.pipeline.file_evaluation import file_record
from calibrant.pipeline.prediction_source import Question
from calibrant.report.file_report import write_file_report
from calibrant.statistics.saved import is_tallies

__all__ = ["run_evaluation"]


def run_evaluation(
    question: Question,
    *,
    report: Path | None,
    out: Path | None,
    save_tallies: Path | None,
    as_json: bool,
) -> None:
    """Evaluate the file that `question` names; print, and write what is asked for."""
    places = {"report": report, "out": out, "save-tallies": save_tallies}
    _check_places(question.path, places)
    check_metric_names(question.metrics, None if is_tallies(question.path) else question.task)
    progress = GroupProgress(console_of(stderr=True, quiet=False))
    try:
        result = evaluate_file(question, progress)
    finally:
        progress.stop()
    text = json.dumps(file_record(result), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if report is not None:
        write_file_report(
            report,
            name=question.path.name,
            evaluations=result.evaluations,
            losses=result.losses,
            rows=result.rows,
            notes=result.notes,
            counted=result.counted.words(),
        )
    if save_tallies is not None and result.tallies is not None:
        result.tallies.save(save_tallies)
    if out is not None:
        write_whole(out, text)
    if as_json:
        click.echo(text, nl=False)
        return
    print_file_evaluation(console_of(stderr=False, quiet=False), result)
    for what, place in (("Report", report), ("Metrics", out), ("Tallies", save_tallies)):
        if place is not None:
            click.echo(f"{what}: {place}")


def _check_places(path: Path, places: dict[str, Path | None]) -> None:
    """Raise where a file that is to be written has no place of its own.

    That is where it would replace what is read or another one that is written; where it has no
    folder; and where a page is not named as one.
    """
    taken = {path.resolve(): "the file of predictions"}
    for option, place in places.items():
        if place is None:
            continue
        if not place.resolve().parent.is_dir():
            raise OutputError(f"cannot write {place}: there is no folder {place.parent}")
        if place.is_dir():
            raise OutputError(f"cannot write {place}: it exists and is not a file")
        if place.resolve() in taken:
            remedy = "Name another file."
            got = f"{place}, {taken[place.resolve()]}"
            raise InputError(option, "name a file of its own", got, remedy)
        taken[place.resolve()] = f"that of --{option}"
    page = places["report"]
    if page is not None and page.suffix.lower() not in {".html", ".htm"}:
        remedy = f"Name it {page.stem or 'report'}.html: it is an HTML page."
        raise InputError("report", "end in .html or .htm", str(page), remedy)
