"""The part that every column of a table plays, told from its type and its levels.

Nothing here reads the target's values, and nothing is learned: the roles say which columns the
encoder may learn from, and it does so from training rows alone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from calibrant.data.columns import (
    Kind,
    column_of,
    floats,
    kind_of,
    listed,
    numbers_of,
    rows_in_words,
)
from calibrant.data.identifiers import FEW_LEVELS, MOST_LEVELS, sequence_reason
from calibrant.errors import InputError

__all__ = ["AskedRole", "ColumnRole", "Role", "Roles", "infer_roles"]

FeatureRole = Literal["number", "category", "hashed", "date", "identifier", "dropped"]
Role = Literal["target", "split", "group", "time"] | FeatureRole
AskedRole = Literal["number", "category", "date", "hashed", "identifier", "drop"]


@dataclass(frozen=True, slots=True)
class ColumnRole:
    """What one column is used as, and why.

    Parameters
    ----------
    name : str
        Of the column; that of a part of a date is the date's, a colon and the part.
    role : str
        What it is used as.
    why : str
        In words.
    part_of : str or None
        Column that holds the date of which this is a part.
    """

    name: str
    role: Role
    why: str
    part_of: str | None = None


@dataclass(frozen=True, slots=True)
class Roles:
    """Role of every column of a table, in the table's order.

    Examples
    --------
    >>> roles = Roles((ColumnRole("age", "number", "2 to 90"), ColumnRole("ill", "target", "")))
    >>> roles.target, roles.numbers, roles.categories
    ('ill', ('age',), ())
    """

    columns: tuple[ColumnRole, ...]

    @property
    def target(self) -> str:
        """Name of the column that is predicted."""
        (name,) = self._names("target")
        return name

    @property
    def split_column(self) -> str | None:
        """Name of the column that names the part of every row; None where there is none."""
        return next(iter(self._names("split")), None)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Columns that are fed as numbers."""
        return self._names("number")

    @property
    def flagged(self) -> tuple[str, ...]:
        """Numbers whose missing values are flagged: of the parts of a date the last one alone."""
        last = {column.part_of: column.name for column in self.columns}
        return tuple(
            column.name
            for column in self.columns
            if column.role == "number"
            and (column.part_of is None or last[column.part_of] == column.name)
        )

    @property
    def categories(self) -> tuple[str, ...]:
        """Columns that are fed as categories, those that are hashed among them."""
        return self._names("category", "hashed")

    @property
    def hashed(self) -> tuple[str, ...]:
        """Categories that are fed by the hash of their levels."""
        return self._names("hashed")

    @property
    def dates(self) -> tuple[str, ...]:
        """Columns of dates; their parts are among the numbers."""
        return self._names("date")

    @property
    def group(self) -> str | None:
        """Column that groups rows and is not fed; None where there is none."""
        return next(iter(self._names("group")), None)

    @property
    def time(self) -> str | None:
        """Column that orders rows in time and is not fed; None where there is none."""
        return next(iter(self._names("time")), None)

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Columns that tell rows or things apart; not fed."""
        return self._names("identifier")

    @property
    def dropped(self) -> tuple[tuple[str, str], ...]:
        """Columns that cannot serve, with the reason."""
        return tuple((c.name, c.why) for c in self.columns if c.role == "dropped")

    def describe(self) -> list[tuple[str, Role, str]]:
        """Name, role and reason of every column, in the table's order."""
        return [(column.name, column.role, column.why) for column in self.columns]

    def _names(self, *roles: Role) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.role in roles)


def infer_roles(
    table: pa.Table,
    *,
    target: str,
    split_column: str | None = None,
    keep_identifiers: Collection[str] = (),
) -> Roles:
    """Roles of the columns of `table`, from their types and levels.

    Text (booleans and dates too) is a category; with more than 50 levels, or with nine in ten
    rows different, it is an identifier. Numbers are numbers, but whole numbers are identifiers
    when they number the rows: strictly rising or falling from row to row, or all but unique in
    a range so narrow that values drawn at random would repeat at least twenty times; or when
    they are too large for a float64 to hold. A column that is constant or wholly missing is
    dropped.

    Parameters
    ----------
    table : pyarrow.Table
        All rows.
    target : str
        Column to predict.
    split_column : str or None
        Column that names the part (train, validation, test) of every row.
    keep_identifiers : collection of str
        Columns to feed although they look like identifiers.

    Raises
    ------
    InputError
        If a name is no column, if a number is infinite, or if no column is left to learn from.
    """
    given = (
        {target: "target"} if split_column is None else {target: "target", split_column: "split"}
    )
    for name, role in given.items():
        column_of(table, name, "split_column" if role == "split" else "target")
    if split_column == target:
        raise InputError(
            "split_column", "differ from the target", repr(target), "Name another column."
        )
    for name in keep_identifiers:
        column_of(table, name, "keep_identifiers")
        if name in given:
            remedy = "Leave it out of the identifiers to keep."
            raise InputError("keep_identifiers", "name features", repr(name), remedy)
    columns: list[ColumnRole] = []
    for name in table.column_names:
        if name == target:
            columns.append(ColumnRole(name, "target", "to be predicted"))
        elif name == split_column:
            columns.append(ColumnRole(name, "split", "names the part of every row"))
        else:
            columns.append(_feature(table, name, kept=name in keep_identifiers))
    _check_finite(table, [c.name for c in columns if c.role == "number"])
    roles = Roles(tuple(columns))
    if not roles.numbers and not roles.categories:
        raise InputError(
            "table",
            "hold a column to learn from besides the target",
            f"{listed(table.column_names)}, none of them usable",
            "Feed a column that looks like an identifier with keep_identifiers.",
        )
    return roles


def _feature(table: pa.Table, name: str, *, kept: bool) -> ColumnRole:
    column = column_of(table, name)
    kind = kind_of(column)
    n_missing = column.null_count
    if kind == "other":
        return ColumnRole(name, "dropped", f"holds neither numbers nor text: {column.type}")
    if n_missing == len(column):
        return ColumnRole(name, "dropped", "every value is missing")
    present = column.drop_null()
    n_levels: int = pc.count_distinct(present).as_py()
    if n_levels == 1 and n_missing == 0:
        return ColumnRole(name, "dropped", f"constant: always {present[0].as_py()!r}")
    reason = _identifier_reason(present, kind, n_levels)
    missing = f", {n_missing:,} missing" if n_missing else ""
    if reason and not kept:
        return ColumnRole(name, "identifier", reason)
    noted = " (an identifier, kept)" if reason else ""
    if kind == "text":
        return ColumnRole(name, "category", f"{n_levels:,} levels{missing}{noted}")
    numbers = numbers_of(table, name)
    low, high = np.nanmin(numbers), np.nanmax(numbers)
    return ColumnRole(name, "number", f"{low:g} to {high:g}{missing}{noted}")


def _identifier_reason(present: pa.ChunkedArray, kind: Kind, n_levels: int) -> str | None:
    """Why the values `present` look like identifiers; None where they do not."""
    if kind == "number":
        exact = pa.types.is_integer(present.type)
        return sequence_reason(floats(present), n_levels, exact=exact)
    many = n_levels > MOST_LEVELS
    unique = n_levels > FEW_LEVELS and n_levels >= 0.9 * len(present)
    return f"text with {n_levels:,} levels in {len(present):,} rows" if many or unique else None


def _check_finite(table: pa.Table, names: list[str]) -> None:
    """No number is infinite."""
    faults: list[str] = []
    for name in names:
        rows = np.flatnonzero(np.isinf(numbers_of(table, name)))
        if len(rows):
            faults.append(f"{len(rows):,} in {name!r} ({rows_in_words(rows)}, counted from 0)")
    if faults:
        remedy = "Correct these values or leave them empty."
        raise InputError("numbers", "be finite", "infinite ones: " + "; ".join(faults), remedy)
