"""Comparison as text and as HTML: a table of every pair of models, with footnotes."""

from collections.abc import Sequence
from html import escape

from calibrant.comparison.contrast import Contrast
from calibrant.metrics.evaluation_table import Footnotes, written

__all__ = [
    "cells_of",
    "comparison_lines",
    "comparison_tables",
    "heads_of",
    "p_in_words",
    "shortened",
]

LONGEST = 16  # letters of a model's name at the head of a column


def p_in_words(p_value: float | None) -> str:
    """Text of a p value with three decimals; empty where there is none.

    Examples
    --------
    >>> p_in_words(0.0421), p_in_words(0.00004), p_in_words(None)
    ('0.042', '<0.001', '')
    """
    if p_value is None:
        return ""
    return "<0.001" if p_value < 0.001 else f"{p_value:.3f}"


def shortened(name: str) -> str:
    """Name, cut where it is long.

    Examples
    --------
    >>> shortened("network"), shortened("a network of many layers")
    ('network', 'a network of ...')
    """
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 3]}..."


def heads_of(pair: Sequence[Contrast]) -> tuple[str, ...]:
    """Heads of the columns of one pair of models."""
    first, second = shortened(pair[0].first), shortened(pair[0].second)
    return "metric", first, second, "difference", "interval", "p", "verdict"


def cells_of(one: Contrast, notes: Footnotes) -> tuple[str, ...]:
    """Texts of a contrast; how its interval was found goes to the notes."""
    found = one.difference
    ends = ""
    if found.low is not None and found.high is not None:
        ends = f"{written(found.low)} to {written(found.high)}"
    values = (written(value) for value in (one.first_value, one.second_value, found.value))
    told = f"{one.verdict} {notes.mark(found.method)}"
    return one.metric, *values, ends, p_in_words(one.adjusted_p), told


def comparison_lines(
    title: str, contrasts: Sequence[Contrast], remarks: Sequence[str]
) -> list[str]:
    """Title, a table of every pair, footnotes and remarks."""
    lines, notes = [title], Footnotes()
    for pair in _by_pair(contrasts):
        rows = [heads_of(pair), *(cells_of(one, notes) for one in pair)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines += [_aligned(row, widths) for row in rows]
    return [*lines, *notes.lines(), *(remark for remark in remarks if remark)]


def comparison_tables(title: str, contrasts: Sequence[Contrast]) -> list[str]:
    """Tables in HTML, one a pair, and their footnotes; they have no colours of their own."""
    notes = Footnotes()
    tables = [_table(title, heads_of(pair), pair, notes) for pair in _by_pair(contrasts)]
    return [*tables, *(f"<p>{escape(line)}</p>" for line in notes.lines())]


def _table(title: str, heads: Sequence[str], pair: Sequence[Contrast], notes: Footnotes) -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "\n".join(
        f'<tr><th scope="row">{escape(label)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>"
        for label, *cells in (cells_of(one, notes) for one in pair)
    )
    return (
        f"<table>\n<caption>{escape(title)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table>"
    )


def _by_pair(contrasts: Sequence[Contrast]) -> list[list[Contrast]]:
    pairs: dict[tuple[str, str], list[Contrast]] = {}
    for one in contrasts:
        pairs.setdefault((one.first, one.second), []).append(one)
    return list(pairs.values())


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    label, *numbers, told = cells
    shown = [cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=False)]
    return "  ".join((label.ljust(widths[0]), *shown, told)).rstrip()
