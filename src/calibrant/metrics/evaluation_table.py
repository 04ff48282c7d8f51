"""Evaluation as text: a table of at most 100 columns, and below it what does not fit."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import fill

from calibrant.metrics.estimate import Estimate, Matrix
from calibrant.metrics.evaluation_numbers import SingleNumber, matrix_of, numbers_of

__all__ = [
    "FLOOR",
    "LONGEST",
    "MOST",
    "WIDTH",
    "Footnotes",
    "chance_of",
    "counted",
    "floor_of",
    "interval_of",
    "other_details",
    "reading_of",
    "table_lines",
    "written",
]

WIDTH = 100
MOST = 12  # entries of a vector, and rows of a matrix, that are shown
LONGEST = 36  # letters of a label

HEADS = ("metric", "value", "interval", "noise floor", "p")
FLOOR = "noise floor: what chance shows on average (in brackets: once in 20); p: how often as much"


@dataclass(frozen=True, slots=True)
class Footnotes:
    """Sentences below a table, each once, by the mark that calls for it."""

    texts: list[str] = field(default_factory=list[str])

    def mark(self, text: str) -> str:
        """Mark of a text."""
        if text not in self.texts:
            self.texts.append(text)
        return f"[{self.texts.index(text) + 1}]"

    def lines(self) -> list[str]:
        """All of them, with their marks."""
        marked = [(f"[{k}] ", text) for k, text in enumerate(self.texts, start=1)]
        return [
            fill(f"{mark}{text}", WIDTH, subsequent_indent=" " * len(mark)) for mark, text in marked
        ]


def table_lines(estimates: Mapping[str, Estimate]) -> list[str]:
    """Table of all single numbers, then matrices and footnotes."""
    shown = {name: list(numbers_of(name, estimate)) for name, estimate in estimates.items()}
    notes = Footnotes()
    rows = [
        _cells(one, estimates[name], notes)
        for name, numbers in shown.items()
        for one in numbers[:MOST]
    ]
    tested = any(row[-1] for row in rows)
    n_columns = len(HEADS) if tested else len(HEADS) - 1
    heads = HEADS[:n_columns]
    widths = [max(map(len, column)) for column in zip(HEADS, *rows, strict=True)][:n_columns]
    room = WIDTH - sum(widths) - 2 * len(widths)
    lines = [_line((*heads, "how"), widths)]
    for name, numbers in shown.items():
        estimate = estimates[name]
        for k, one in enumerate(numbers[:MOST]):
            how = _how(estimate, numbers, notes, room) if k == 0 else ""
            lines.append(_line((*_cells(one, estimate, notes)[:n_columns], how), widths))
        if len(numbers) > MOST:
            lines.append(f"... and {len(numbers) - MOST} more of {name}")
    for name, estimate in estimates.items():
        grid = matrix_of(estimate)
        if grid is not None:
            lines += _matrix_lines(name, grid, estimate.names)
    if any("noise_floor_95" in estimate.details for estimate in estimates.values()):
        lines.append(FLOOR)
    return [*lines, *notes.lines()]


def written(value: float) -> str:
    """Text of a value with four decimals, or five digits where those would hide it.

    Examples
    --------
    >>> written(0.71234), written(-0.00001234), written(1234567.8)
    ('0.7123', '-1.234e-05', '1.2346e+06')
    """
    size = abs(value)
    if not math.isfinite(value) or size == 0 or 1e-3 <= size < 1e6:
        return f"{value:.4f}"
    return f"{value:.4g}" if size < 1 else f"{value:.5g}"


def interval_of(one: SingleNumber) -> str:
    """Text of the ends of an interval, empty where there is none."""
    if one.low is None or one.high is None:
        return ""
    return f"{written(one.low)} to {written(one.high)}"


def floor_of(estimate: Estimate) -> str:
    """Text of the noise floor and its 95th percentile, empty where there is none."""
    if estimate.noise_floor is None:
        return ""
    high = estimate.details.get("noise_floor_95")
    return written(estimate.noise_floor) + ("" if high is None else f" ({written(high)})")


def chance_of(estimate: Estimate) -> str:
    """Text of the p value, empty where there is none.

    Examples
    --------
    >>> from functools import partial
    >>> of = partial(Estimate, 0.1, None, None, None, 10, "not available: an example")
    >>> chance_of(of(details={"p_value": 0.0456})), chance_of(of(details={"p_value": 2e-5}))
    ('0.046', '<.001')
    """
    p = estimate.details.get("p_value")
    return "" if p is None or math.isnan(p) else "<.001" if p < 0.001 else f"{p:.3f}"


def other_details(estimate: Estimate) -> dict[str, float]:
    """Details that have no column of their own."""
    return {k: v for k, v in estimate.details.items() if k not in ("noise_floor_95", "p_value")}


def _cells(one: SingleNumber, estimate: Estimate, notes: Footnotes) -> tuple[str, ...]:
    label = one.label
    if len(label) > LONGEST:
        name, bracket, entry = label.partition("[")
        kept = max(4, LONGEST - 8 - len(bracket + entry))  # the entry tells one row from the next
        label = f"{name[:kept]}...{bracket}{entry}"
        if len(label) > LONGEST - 4:
            label = f"{label[: LONGEST - 8]}..."
        label = f"{label} {notes.mark(one.label)}"
    return label, written(one.value), interval_of(one), floor_of(estimate), chance_of(estimate)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    label, *numbers, how = cells
    aligned = [cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True)]
    return "  ".join((label.ljust(widths[0]), *aligned, how)).rstrip()


def _how(estimate: Estimate, numbers: Sequence[SingleNumber], notes: Footnotes, room: int) -> str:
    """How the interval was found and what is to be known besides, in `room` letters."""
    has_interval = any(interval_of(one) for one in numbers)
    level = f"{100 * estimate.level:g} %, " if estimate.level is not None and has_interval else ""
    told = [estimate.note] if estimate.note else []
    told += [f"{name} {written(number)}" for name, number in other_details(estimate).items()]
    method, besides = f"{level}{estimate.method}", "; ".join(told)
    whole = f"{method} ({besides})" if besides else method
    if len(whole) <= room:
        return whole
    short = method if has_interval else "no interval"
    if len(short) + 5 > room:
        return notes.mark(whole)
    return f"{short} {notes.mark(besides if has_interval and besides else whole)}"


def _matrix_lines(name: str, grid: Matrix, names: tuple[str, ...]) -> list[str]:
    """A small matrix by row and column; of a large one its size."""
    n_columns = len(grid[0])
    if max(len(grid), n_columns) > MOST:
        size = f"{len(grid)} by {n_columns}"
        return [f"{name}: {size}, not printed; see to_frame(cells=True)"]
    rows = tuple(names[k] if k < len(names) else f"{k}" for k in range(len(grid)))
    columns = names if n_columns == len(names) else tuple(map(str, range(n_columns)))
    cells = [[counted(value) for value in row] for row in grid]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    first = max(map(len, rows))
    lines = [
        "  ".join(("", label.ljust(first), *map(str.rjust, row, widths))).rstrip()
        for label, row in zip(("", *rows), (columns, *cells), strict=True)
    ]
    if max(map(len, lines)) > WIDTH:
        return [f"{name}: too wide to print; see to_frame(cells=True)"]
    return [f"{name}{reading_of(name)}", *lines]


def reading_of(name: str) -> str:
    """What the rows and columns of a matrix are, where its name does not say."""
    return ": true classes by row, chosen ones by column" if name == "confusion_matrix" else ""


def counted(value: float) -> str:
    """Text of an entry of a matrix: a count as a whole number."""
    return f"{value:,.0f}" if math.isfinite(value) and value.is_integer() else written(value)
