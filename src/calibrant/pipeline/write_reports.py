"""The report of what one path holds: a run folder, saved tallies, or a saved evaluation."""

from pathlib import Path

from calibrant.errors import InputError
from calibrant.files import write_whole
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.settings import checked_level
from calibrant.pipeline.evaluate_tallies import evaluate_tallies
from calibrant.pipeline.prediction_source import Question
from calibrant.pipeline.report_models import model_of
from calibrant.pipeline.saved_predictions import is_run
from calibrant.report.evaluation_report import write_report
from calibrant.report.file_report import write_file_report
from calibrant.statistics.saved import is_tallies

__all__ = ["write_one"]


def write_one(path: Path, out: Path, *, level: float) -> None:
    """Write the report of what lies at `path` to `out`, whole or not at all.

    A run folder has its report, which says more than its files alone could: that is copied.

    Parameters
    ----------
    path : Path
        Run folder, tallies or evaluation.
    out : Path
        File to write; an older one is replaced. For a run folder it may be the report itself.
    level : float
        Coverage of the intervals that are found anew: those of tallies.

    Raises
    ------
    InputError
        If it cannot be read, or is something else.
    OutputError
        When `out` cannot be written.
    """
    level = checked_level(level)
    if is_run(path):
        _copy(path / "report.html", out)
        return
    if is_tallies(path):
        result = evaluate_tallies(Question(path=path, level=level))
        write_file_report(
            out,
            name=path.name,
            evaluations=result.evaluations,
            losses=result.losses,
            tables=result.tables,
            confusion=result.confusion,
            notes=result.notes,
        )
        return
    given = model_of(path).given
    assert isinstance(given, Evaluation)  # all else was written above
    write_report(given, out)


def _copy(report: Path, out: Path) -> None:
    """Copy the report of a run."""
    try:
        content = report.read_bytes()
    except OSError as error:
        remedy = "Train again, or compare the run with another: calibrant report RUN OTHER."
        raise InputError(f"{report}", "be there", f"{error.strerror}", remedy) from error
    if report.resolve() != out.resolve():
        write_whole(out, content)
