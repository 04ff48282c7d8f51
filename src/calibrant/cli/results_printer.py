"""Results as they are printed: metrics, comparisons, and where they are."""

from rich.console import Console
from rich.table import Table

from calibrant.metrics.evaluation import Evaluation
from calibrant.pipeline.events import Compared, Event, Measured, TruthMeasured, Written
from calibrant.pipeline.truth import TrueError
from calibrant.report.contest import Contest
from calibrant.report.numbers import count, interval, number

__all__ = ["ResultsPrinter"]


class ResultsPrinter:
    """Listener that prints what a run has measured.

    Parameters
    ----------
    console : Console
        Where to print.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._evaluation: Measured | None = None

    def __call__(self, event: Event) -> None:
        """Print `event` if it is a result."""
        match event:
            case Measured():
                self._evaluation = event
                self._measured(event)
            case Compared():
                self._compared(event.contest)
            case TruthMeasured():
                self._truth(event)
            case Written():
                self._line(f"Report: {event.out / 'report.html'}")
                for line in event.verdict:
                    self._line(line)
            case _:
                pass

    def _line(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)

    def _measured(self, event: Measured) -> None:
        n = count(event.before.n)
        title = f"{n} test rows; [interval], or noise floor: what chance alone would show"
        if event.after is event.before:
            table = Table("metric", "value", "", title=title)
            for name, cells in _scalars(event.before):
                table.add_row(name, *cells)
        else:
            table = Table("metric", "before", "", "after", "", title=title)
            after = dict(_scalars(event.after))
            for name, cells in _scalars(event.before):
                table.add_row(name, *cells, *after.get(name, ("", "")))
        self._console.print(table)

    def _compared(self, contest: Contest) -> None:
        if contest.spread is not None:
            values = contest.spread.values
            self._line(
                f"Of {len(values)} networks alone, {contest.score_in_words} lies between "
                f"{number(min(values))} and {number(max(values))}; together it is "
                f"{number(contest.spread.together)}."
            )
        if not contest.rivals:
            return
        score = contest.score_in_words
        table = Table("model", score, "network minus model", "", title="Beside simpler models")
        table.add_row("network", number(float(contest.network)), "", "")
        for rival in contest.rivals:
            ends = interval(rival.difference.low, rival.difference.high)
            difference = number(rival.difference.value)
            told = f"[{ends}]" if ends else ""
            table.add_row(rival.name, number(float(rival.after)), difference, told)
        self._console.print(table)
        for rival in contest.rivals:
            self._line(rival.sentence)

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
