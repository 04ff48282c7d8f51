"""Tables of classes: how many rows each has, how many were recognised, and its metrics."""

import math
from collections.abc import Sequence

from calibrant.metrics.evaluation import Evaluation
from calibrant.report.blocks import Cell, Table
from calibrant.report.glossary import entry_of
from calibrant.report.numbers import count, unit_of
from calibrant.report.shapes import per_class
from calibrant.report.tables import measured

__all__ = ["class_tables"]

_MOST_UNFOLDED = 20
_DOZEN = 12
_MOST_LISTED = 100

Confusion = Sequence[Sequence[float]]
Column = tuple[str, Sequence[Cell]]


def class_tables(evaluation: Evaluation, confusion: Confusion | None) -> list[Table]:
    """Table of up to 20 classes; of more the dozen recognised worst, and others folded away.

    Folded are all of up to 100 classes, and of more the 100 of which the smallest share was
    recognised, or, without a confusion matrix, the first. None when there is nothing to tell.
    """
    names = evaluation.class_names
    n_classes = len(names)
    columns = [*_counts(confusion, evaluation.n), *_metrics(evaluation)]
    if not columns:
        return []
    if n_classes <= _MOST_UNFOLDED:
        return [_table(range(n_classes), names, columns, name="class-table", caption="Classes")]
    worst = range(n_classes) if confusion is None else _by_recall(confusion)
    tables: list[Table] = []
    if confusion is not None:
        caption = f"The {_DOZEN} of {n_classes:,} classes that were recognised least"
        dozen = _table(worst[:_DOZEN], names, columns, name="class-table", caption=caption)
        tables.append(dozen)
    listed, caption = range(n_classes), f"All {n_classes:,} classes"
    if n_classes > _MOST_LISTED:
        order = "the first" if confusion is None else "least recognised first"
        listed = worst[:_MOST_LISTED]
        caption = f"{_MOST_LISTED} of {n_classes:,} classes, {order}; the metrics as JSON hold all"
    name = "all-classes-table" if tables else "class-table"
    tables.append(_table(listed, names, columns, name=name, caption=caption, folded=True))
    return tables


def _table(
    listed: Sequence[int],
    names: Sequence[str],
    columns: Sequence[Column],
    *,
    name: str,
    caption: str,
    folded: bool = False,
) -> Table:
    """Table of some of the classes."""
    rows = [[Cell(names[k]), *(cells[k] for _, cells in columns)] for k in listed]
    header = ["Class", *(label for label, _ in columns)]
    return Table(name=name, caption=caption, header=header, rows=rows, folded=folded)


def _counts(confusion: Confusion | None, n: int) -> list[Column]:
    """Columns of rows, or their weight: of the class, given the class, and both."""
    if confusion is None:
        return []
    held = [math.fsum(row) for row in confusion]
    given = [math.fsum(column) for column in zip(*confusion, strict=True)]
    right = [row[k] for k, row in enumerate(confusion)]
    every = ((unit_of(confusion, n), held), ("Given this class", given), ("Right", right))
    return [(label, [Cell(count(n), float(n)) for n in numbers]) for label, numbers in every]


def _metrics(evaluation: Evaluation) -> list[Column]:
    """Columns of the metrics that have a number a class."""
    columns: list[Column] = []
    for name, estimate in evaluation.items():
        numbers = per_class(estimate)
        if numbers is not None and len(numbers) == len(evaluation.class_names):
            label = entry_of(name).label.removesuffix(", of each class")
            columns.append((label, [measured(one) for one in numbers]))
    return columns


def _by_recall(confusion: Confusion) -> list[int]:
    """Classes from the least share recognised up; those without rows last."""
    shares = [row[k] / held if (held := math.fsum(row)) else 1.0 for k, row in enumerate(confusion)]
    return sorted(range(len(shares)), key=shares.__getitem__)
