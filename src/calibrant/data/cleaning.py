"""What a recipe says about the columns of a table that they do not tell by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from calibrant.data.columns import listed
from calibrant.data.schema import AskedRole
from calibrant.errors import InputError

__all__ = ["Cleaning"]


@dataclass(frozen=True, slots=True)
class Cleaning:
    """How columns are read where the usual way does not suit; by default nothing is asked for.

    Parameters
    ----------
    roles : mapping of str to str
        By column: ``"number"``, ``"category"``, ``"date"``, ``"hashed"`` (a category with many
        levels, spread over 64 features), ``"identifier"`` or ``"drop"``.
    aliases : mapping
        By column: spellings, and the level that each stands for. An alias comes before the
        spellings of missing: with ``{"Unknown": "Unknown"}`` that word is a level.
    zero_is_missing : tuple of str
        Number columns in which 0 stands for a missing value.
    keep_case : tuple of str
        Columns whose levels differ by case, padding or form alone on purpose.
    missing : mapping
        By column: further spellings of a missing value.
    date_formats : mapping
        By column: how its dates are written, in the codes of `datetime.strptime`. Such a
        column is a date.
    keep_identifiers : tuple of str
        Columns to feed although they look like identifiers.

    Raises
    ------
    InputError
        If a role is none of these, or disagrees with a date format.
    """

    roles: Mapping[str, str] = field(default_factory=dict[str, str])
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    zero_is_missing: tuple[str, ...] = ()
    keep_case: tuple[str, ...] = ()
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    date_formats: Mapping[str, str] = field(default_factory=dict[str, str])
    keep_identifiers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = get_args(AskedRole)
        wrong = {name: role for name, role in self.roles.items() if role not in known}
        if wrong:
            got = ", ".join(f"{role!r} for {name!r}" for name, role in wrong.items())
            raise InputError("roles", "be known", got, f"The roles are {listed(known)}.")
        other = [name for name in self.date_formats if self.roles.get(name, "date") != "date"]
        if other:
            got = ", ".join(f"{self.roles[name]!r} for {name!r}" for name in other)
            remedy = "Drop the role or the format."
            raise InputError("roles", "be 'date' where a date format is given", got, remedy)

    def columns(self) -> dict[str, tuple[str, ...]]:
        """Columns that each setting names, by the name of the setting."""
        return {
            "roles": tuple(self.roles),
            "aliases": tuple(self.aliases),
            "zero_is_missing": self.zero_is_missing,
            "keep_case": self.keep_case,
            "missing": tuple(self.missing),
            "date_formats": tuple(self.date_formats),
            "keep_identifiers": self.keep_identifiers,
        }
