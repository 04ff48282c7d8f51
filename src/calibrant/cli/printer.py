"""A run as it is printed: tables for people, a bar while the network learns."""

import sys
from collections import Counter

from rich.console import Console
from rich.table import Table

from calibrant.cli.progress import EpochProgress
from calibrant.metrics.evaluation import Evaluation
from calibrant.pipeline.events import (
    Calibrated,
    ColumnsUsed,
    EpochEnded,
    Event,
    Measured,
    RowsSplit,
    TableRead,
    TargetLabelled,
    TrainingEnded,
    TrainingStarted,
    TruthMeasured,
    Written,
)
from calibrant.pipeline.truth import TrueError
from calibrant.report.numbers import count, interval, number

__all__ = ["Printer"]

MOST_COLUMNS = 40  # that are printed one by one


class Printer:
    """Listener that prints the events of a run.

    Parameters
    ----------
    to_errors : bool
        Print on the standard error; the standard output is kept for JSON.
    quiet : bool
        Print nothing at all.
    """

    def __init__(self, *, to_errors: bool, quiet: bool) -> None:
        self._console = _console(stderr=to_errors, quiet=quiet)
        self._progress = EpochProgress(_console(stderr=True, quiet=quiet))
        self._evaluation: Measured | None = None

    def __call__(self, event: Event) -> None:
        """Print `event`."""
        match event:
            case TableRead():
                self._line(f"{event.name}: {count(event.n_rows)} rows, {event.n_columns} columns.")
                if event.without_target:
                    self._line(f"{_rows(event.without_target)} without a target left out.")
            case ColumnsUsed():
                self._columns(event)
            case TargetLabelled():
                self._line(event.how)
            case RowsSplit():
                self._split(event)
            case TrainingStarted():
                self._line(
                    f"Training on {event.device}: {event.n_features} features, "
                    f"{count(event.n_weights)} weights, loss {event.loss}."
                )
                self._progress.start(event.max_epochs)
            case EpochEnded():
                self._progress.advance(event)
            case TrainingEnded():
                self._progress.stop()
                self._line(f"Best epoch {event.best_epoch} of {event.n_epochs}. {event.why}")
            case Calibrated():
                self._line(event.how)
            case Measured():
                self._measured(event)
            case TruthMeasured():
                self._truth(event)
            case Written():
                self._line(f"Report: {event.out / 'report.html'}")

    def close(self) -> None:
        """Take the progress bar off the screen, whatever ended the run."""
        self._progress.stop()

    def _line(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)

    def _columns(self, event: ColumnsUsed) -> None:
        fed = {"number", "category"}
        few = len(event.columns) <= MOST_COLUMNS
        shown = [column for column in event.columns if few or column.role not in fed]
        table = Table("column", "role", "why")
        for column in shown:
            table.add_row(column.name, column.role, column.why)
        if len(shown) < len(event.columns):
            rest = Counter(column.role for column in event.columns if column not in shown)
            table.add_row(f"{sum(rest.values())} more", " / ".join(rest), "see the report")
        self._console.print(table)

    def _split(self, event: RowsSplit) -> None:
        self._line(
            f"{event.how} {count(event.train)} training, {count(event.validation)} validation "
            f"and {count(event.test)} test rows."
        )
        classes = ", ".join(f"{count(n)} of {name!r}" for name, n in event.per_class.items())
        self._line(f"Training rows: {classes}.")

    def _measured(self, event: Measured) -> None:
        self._evaluation = event
        n = count(event.before.n)
        title = f"{n} test rows; [interval], or noise floor: what chance alone would show"
        table = Table("metric", "before", "", "after", "", title=title)
        after = dict(_scalars(event.after))
        for name, cells in _scalars(event.before):
            table.add_row(name, *cells, *after.get(name, ("", "")))
        self._console.print(table)

    def _truth(self, event: TruthMeasured) -> None:
        table = Table(
            "calibration error", "before", "after", title="Stated against known probabilities"
        )
        table.add_row(
            f"true, over {count(event.before.n)} fresh rows",
            _with_floor(event.before),
            _with_floor(event.after),
        )
        measured = self._evaluation
        if measured is not None and "positive_ece" in measured.before:
            table.add_row(
                f"estimate from {count(measured.before.n)} test rows (positive_ece)",
                " ".join(_cells(measured.before, "positive_ece")),
                " ".join(_cells(measured.after, "positive_ece")),
            )
        self._console.print(table)


def _console(*, stderr: bool, quiet: bool) -> Console:
    """Console that prints text as it is, and 100 columns wide where no terminal says otherwise."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(
        stderr=stderr,
        quiet=quiet,
        markup=False,
        highlight=False,
        emoji=False,
        width=None if stream.isatty() else 100,
    )


def _rows(n: int) -> str:
    """`n` rows, in words."""
    return f"{count(n)} row{'' if n == 1 else 's'}"


def _scalars(evaluation: Evaluation) -> list[tuple[str, tuple[str, str]]]:
    """Name, value and interval of the metrics of `evaluation` that are one number."""
    return [
        (name, _cells(evaluation, name))
        for name, estimate in evaluation.items()
        if isinstance(estimate.value, float)
    ]


def _cells(evaluation: Evaluation, name: str) -> tuple[str, str]:
    """Value and interval of a metric as text."""
    estimate = evaluation[name]
    value, low, high = estimate.value, estimate.low, estimate.high
    if not isinstance(value, float):
        return "", ""
    if isinstance(low, float) and isinstance(high, float):
        return number(value), f"[{interval(low, high)}]"
    floor = estimate.noise_floor
    return number(value), "" if floor is None else f"floor {number(floor)}"


def _with_floor(error: TrueError) -> str:
    """Value and noise floor."""
    return f"{number(error.value)} floor {number(error.noise_floor)}"
