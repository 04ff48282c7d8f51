"""Section with the rows that were most wrong."""

from collections.abc import Sequence

from calibrant.report.blocks import Cell, Section, Table
from calibrant.report.evidence.worst_rows import WorstRow
from calibrant.report.numbers import in_percent, number

__all__ = ["worst_section"]

_COLUMNS = 6  # of the table that are shown
_LETTERS = 60
_HEADER = ("Row", "True class", "Stated for it", "Predicted class", "Stated for that", "Log loss")


def worst_section(rows: Sequence[WorstRow], *, when: str = "") -> Section | None:
    """Section with one line a row; None where there are none."""
    if not rows:
        return None
    names = [name for name, _ in rows[0].values]
    shown = names[:_COLUMNS]
    lead = [
        "The wrong rows whose true class was given the least probability"
        f"{f', {when} calibration' if when else ''}. Mislabelled rows, rows "
        "read wrongly and what the model has never seen are often among them."
    ]
    if len(names) > len(shown):
        lead.append(f"Shown are {len(shown)} of their {len(names)} columns.")
    table = Table(
        name="worst-table",
        caption=f"The {len(rows)} rows that were most wrong",
        header=[*_HEADER, *shown],
        rows=[_line(row, len(shown)) for row in rows],
        stacked=True,
    )
    return Section(name="worst", title="Which rows were most wrong?", lead=lead, blocks=[table])


def _line(row: WorstRow, n_columns: int) -> list[Cell]:
    """Cells of one row."""
    return [
        Cell(row.row),
        Cell(row.true),
        Cell(_share(row.stated_true), row.stated_true),
        Cell(row.predicted),
        Cell(_share(row.stated_predicted), row.stated_predicted),
        Cell(number(row.loss), row.loss),
        *(Cell(_short(value)) for _, value in row.values[:n_columns]),
    ]


def _share(share: float) -> str:
    """Share in percent; a small one in the digits that show it, and one near 1 not as all."""
    if share in (0.0, 1.0) or 0.0005 <= share < 0.9995:
        return in_percent(share)
    if share < 0.0005:
        return f"{100 * share:.2g}\N{NO-BREAK SPACE}%"
    return "over 99.9\N{NO-BREAK SPACE}%"


def _short(value: str) -> str:
    """`value`, cut where it is long."""
    return value if len(value) <= _LETTERS else f"{value[: _LETTERS - 1]}\N{HORIZONTAL ELLIPSIS}"
