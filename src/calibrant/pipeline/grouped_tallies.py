"""Tallies of grouped rows remember, in a note, which column the groups are of."""

from dataclasses import replace

from calibrant.statistics.bundle import Tallies

__all__ = ["column_of_groups", "with_column"]

NOTE = "groups are by "


def with_column(tallies: Tallies, column: str | None) -> Tallies:
    """Tallies with a note of the column; as they are without one."""
    if column is None:
        return tallies
    return replace(tallies, notes=(*tallies.notes, f"{NOTE}{column}"))


def column_of_groups(tallies: Tallies) -> str | None:
    """Column that the notes tell of; None where they tell of none, or of several."""
    columns = {note.removeprefix(NOTE) for note in tallies.notes if note.startswith(NOTE)}
    return columns.pop() if len(columns) == 1 else None
