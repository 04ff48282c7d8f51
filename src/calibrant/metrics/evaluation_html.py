"""Evaluation as a table in HTML, for notebooks; it has no colours of its own."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation_groups import Groups, group_columns
from calibrant.metrics.evaluation_numbers import matrix_of, numbers_of
from calibrant.metrics.evaluation_table import (
    MOST,
    chance_of,
    counted,
    floor_of,
    interval_of,
    reading_of,
    written,
)

__all__ = ["estimates_html", "groups_html"]

HEADS = ("metric", "value", "interval", "noise floor", "p", "how")


def estimates_html(caption: str, estimates: Mapping[str, Estimate]) -> list[str]:
    """Table of all single numbers, and one of every small matrix."""
    rows: list[Sequence[str]] = []
    for name, estimate in estimates.items():
        numbers = list(numbers_of(name, estimate))
        for one in numbers[:MOST]:
            ends = interval_of(one)
            level = "" if estimate.level is None or not ends else f"{100 * estimate.level:g} %, "
            how = f"{level}{estimate.method}" + (f" ({estimate.note})" if estimate.note else "")
            beside = (floor_of(estimate), chance_of(estimate))
            rows.append((one.label, written(one.value), ends, *beside, how))
        if len(numbers) > MOST:
            rows.append((f"... and {len(numbers) - MOST} more of {name}", "", "", "", "", ""))
    tables = [_table(caption, HEADS, rows)]
    for name, estimate in estimates.items():
        grid = matrix_of(estimate)
        if grid is not None and max(len(grid), len(grid[0])) <= MOST:
            names = estimate.names if len(estimate.names) == len(grid[0]) else ()
            heads = names or tuple(map(str, range(len(grid[0]))))
            labels = estimate.names or tuple(map(str, range(len(grid))))
            cells = [(label, *map(counted, row)) for label, row in zip(labels, grid, strict=False)]
            tables.append(_table(f"{name}{reading_of(name)}", ("", *heads), cells))
    return tables


def groups_html(groups: Groups) -> list[str]:
    """Table of the groups by row and of their metrics of one number by column."""
    if not groups:
        return []
    heads, *rows = zip(*group_columns(groups), strict=True)
    if len(groups) > len(rows):
        rows.append((f"... and {len(groups) - len(rows)} more",))
    return [_table("by group", heads, rows)]


def _table(caption: str, heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "\n".join(
        f'<tr><th scope="row">{escape(label)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>"
        for label, *cells in rows
    )
    return (
        f"<table>\n<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table>"
    )
