"""The report of what one path holds: a run folder, saved tallies, or a saved evaluation."""

from pathlib import Path

from calibrant.errors import InputError
from calibrant.files import write_whole
from calibrant.metrics.base import LEVEL
from calibrant.metrics.evaluate import evaluate
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.settings import checked_level
from calibrant.pipeline.evaluate_tallies import evaluate_tallies
from calibrant.pipeline.prediction_source import Question
from calibrant.pipeline.report_models import model_of
from calibrant.pipeline.saved_predictions import is_run, saved_predictions
from calibrant.report.evaluation_report import write_report
from calibrant.report.file_report import write_file_report
from calibrant.statistics.saved import is_tallies

__all__ = ["write_one"]


def write_one(path: Path, out: Path, *, level: float | None = None) -> None:
    """Write the report of what lies at `path` to `out`, whole or not at all.

    A run folder has its report, which says more than its files alone could: that is copied. Where
    it is not there, or another level is asked for, the report is of the predictions of the test
    rows, before and after calibration.

    Parameters
    ----------
    path : Path
        Run folder, tallies or evaluation.
    out : Path
        File to write; an older one is replaced. For a run folder it may be the report itself.
    level : float, optional
        Coverage of the intervals; else that of the run or the evaluation, and .95 of tallies.

    Raises
    ------
    InputError
        If it cannot be read, is something else, or is an evaluation and has a level of its own.
    OutputError
        When `out` cannot be written.
    """
    level = None if level is None else checked_level(level)
    if is_run(path):
        report = path / "report.html"
        if level is None and report.is_file():
            if report.resolve() != out.resolve():
                write_whole(out, report.read_bytes())
            return
        _write_anew(path, out, level)
        return
    if is_tallies(path):
        result = evaluate_tallies(Question(path=path, level=LEVEL if level is None else level))
        write_file_report(
            out,
            name=path.name,
            evaluations=result.evaluations,
            losses=result.losses,
            rows=result.rows,
            notes=result.notes,
        )
        return
    given = model_of(path).given
    if level is not None:
        remedy = "Leave it out, evaluate the rows again, or save their tallies."
        raise InputError("level", "be that of the evaluation", f"{level:g}", remedy)
    assert isinstance(given, Evaluation)  # all else was written above
    write_report(given, out)


def _write_anew(run: Path, out: Path, level: float | None) -> None:
    """Write a report of the predictions that a run folder keeps."""
    saved = saved_predictions(run)
    asked = saved.recipe.evaluation
    found = evaluate(saved.rows, asked.metrics, level=asked.level if level is None else level)
    title = f"{saved.target}, by the run {run.resolve().name}"
    write_report(found, out, rows=saved.rows, before=saved.before, title=title)
