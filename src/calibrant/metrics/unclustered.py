"""Refusal of rows in clusters, for what takes rows to be independent of each other."""

from calibrant.errors import InputError
from calibrant.prediction.rows import Rows
from calibrant.statistics.blocks import Blocked
from calibrant.statistics.bundle import Tallies

__all__ = ["check_unclustered"]


def check_unclustered(argument: str, rows: Rows | Tallies, what: str, remedy: str) -> None:
    """Raise `InputError` if rows, or those of the tallies, came in clusters.

    Of tallies this is known where a metric that was tallied keeps its sums by cluster.
    """
    if isinstance(rows, Tallies):
        clustered = any(isinstance(statistic, Blocked) for statistic in rows.parts)
    else:
        clustered = rows.clusters is not None
    if clustered:
        rule = f"hold rows that do not depend on each other for {what}"
        raise InputError(argument, rule, "rows in clusters", remedy)
