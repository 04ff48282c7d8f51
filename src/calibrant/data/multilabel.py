"""Targets with several labels in one row: told from class names that merely hold a comma."""

from collections.abc import Collection

import pyarrow as pa

from calibrant.data.columns import column_of
from calibrant.errors import InputError

__all__ = ["check_single_label", "joined_labels"]

SEPARATORS = (";", "|", ",")
FEWEST_JOINED = 3  # different cells with several labels
MOST_PARTS = 0.6  # labels for each different cell; "a", "b" and "a;b" may be three classes
ALONE = 0.5  # share of the labels that some row has alone
REMEDY = (
    "Train one model for each label, on a column that says yes or no to it, or keep one label in "
    "each row."
)


def check_single_label(table: pa.Table, name: str) -> None:
    """Cells of the column `name` hold one label each.

    Raises
    ------
    InputError
        If the column holds lists, or text that joins labels (see `joined_labels`).
    """
    column = column_of(table, name, "target")
    kind, types = column.type, pa.types
    rule = "hold one label in every row"
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        raise InputError("target", rule, f"lists ({kind}) in {name!r}", REMEDY)
    if not (types.is_string(kind) or types.is_large_string(kind)):
        return
    different = [text for text in column.unique().to_pylist() if text is not None]
    joined = joined_labels(different)
    if joined is not None:
        example, separator, n_joined, n_labels = joined
        got = f"{n_joined:,} different cells such as {example!r} in {name!r}, "
        got += f"of {n_labels:,} labels joined by {separator!r}"
        raise InputError("target", rule, got, REMEDY)


def joined_labels(cells: Collection[str]) -> tuple[str, str, int, int] | None:
    """An example, the separator, and the counts of joined cells and of labels; None if none are.

    `cells` are different texts. They are joined labels where at least three of them have several
    parts, at least half of these parts are also cells of their own, and there are at most .6
    different parts for each cell. Class names that hold a comma seldom pass: their parts do not
    stand alone. Digits about a comma are a number.

    Examples
    --------
    >>> joined_labels(["action", "drama", "war", "action;war", "drama;war", "action;drama"])
    ('action;drama', ';', 3, 3)
    >>> joined_labels(["Austin, TX", "Boston, MA", "Dallas, TX", "Houston, TX"]) is None
    True
    """
    for separator in SEPARATORS:
        parts = {cell: _parts(cell, separator) for cell in cells}
        several = sorted(cell for cell, of in parts.items() if len(of) > 1)
        if len(several) < FEWEST_JOINED:
            continue
        labels = {part for cell in several for part in parts[cell]}
        if separator == "," and all(label.lstrip("+-").isdigit() for label in labels):
            continue
        alone = labels & {of[0] for of in parts.values() if len(of) == 1}
        different = labels.union(*parts.values())
        if len(alone) >= ALONE * len(labels) and len(different) <= MOST_PARTS * len(cells):
            return several[0], separator, len(several), len(different)
    return None


def _parts(cell: str, separator: str) -> tuple[str, ...]:
    """Labels of `cell`, without padding; an empty one is none."""
    stripped = (part.strip() for part in cell.split(separator))
    return tuple(part for part in stripped if part)
