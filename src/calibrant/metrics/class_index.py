"""Index of a class that a caller names."""

from numbers import Integral

from calibrant.errors import InputError
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies

__all__ = ["index_of_class"]


def index_of_class(rows: Rows | Tallies, class_name: str | int) -> int:
    """Index of a class, by name or by index.

    Raises
    ------
    InputError
        If there is no such class.
    """
    names = rows.class_names
    if isinstance(class_name, str) and class_name in names:
        return names.index(class_name)
    if _is_index(class_name) and 0 <= int(class_name) < len(names):
        return int(class_name)
    known = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    remedy = f"Name one of {known}, or its index."
    raise InputError("class_name", "be a class of the rows", f"{class_name!r}", remedy)


def _is_index(value: object) -> bool:
    """Whether a value, of whatever kind, counts something."""
    return not isinstance(value, bool) and isinstance(value, Integral)
