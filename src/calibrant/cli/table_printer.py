"""What was found in a table, as it is printed: repairs, columns, target, split."""

from collections import Counter

from rich.console import Console
from rich.table import Table

from calibrant.pipeline.events import (
    ColumnsUsed,
    Event,
    RowsSplit,
    TableMended,
    TableRead,
    TargetLabelled,
)
from calibrant.report.numbers import count, rows_in_words

__all__ = ["TablePrinter"]

MOST_COLUMNS = 40  # that are printed one by one


class TablePrinter:
    """Listener that prints what a run finds in its table.

    Parameters
    ----------
    console : Console
        Where to print.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, event: Event) -> None:
        """Print `event` if it is about the table."""
        match event:
            case TableRead():
                self._line(f"{event.name}: {count(event.n_rows)} rows, {event.n_columns} columns.")
                if event.without_target:
                    left_out = rows_in_words(event.without_target)
                    self._line(f"{left_out} without a target left out.")
            case TableMended():
                self._mended(event)
            case ColumnsUsed():
                self._columns(event)
            case TargetLabelled():
                self._line(event.how)
            case RowsSplit():
                self._split(event)
            case _:
                pass

    def _line(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)

    def _mended(self, event: TableMended) -> None:
        for sentence in event.how_read:
            self._line(sentence)
        if event.repeats:
            self._line(f"{rows_in_words(event.repeats)} equal an earlier one in all features.")
        for kind, counts in event.mended.items():
            columns = ", ".join(f"{count(n)} in {name!r}" for name, n in counts.items())
            self._line(f"Mended, {kind}: {columns}.")
        for sentence in event.suggestions:
            self._line(f"Suggestion: {sentence}")
        for sentence in event.warnings:
            self._line(f"Warning: {sentence}")

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
        first = f" in the first of {event.n_folds} folds" if event.n_folds > 1 else ""
        self._line(
            f"{event.how} {count(event.train)} training, {count(event.validation)} validation "
            f"and {count(event.test)} test rows{first}."
        )
        if event.per_class:
            classes = ", ".join(f"{count(n)} of {name!r}" for name, n in event.per_class.items())
            self._line(f"Training rows: {classes}.")
