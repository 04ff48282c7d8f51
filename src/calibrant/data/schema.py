"""The part that every column of a table plays, told from its type and its levels.

Nothing here reads the target's values, and nothing is learned: the roles say which columns the
encoder may learn from, and it does so from training rows alone.
"""

from dataclasses import dataclass
from typing import Literal

__all__ = ["AskedRole", "ColumnRole", "Role", "Roles"]

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
