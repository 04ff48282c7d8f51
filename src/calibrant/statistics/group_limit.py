"""How many groups rows may have, before an evaluation of each takes hours."""

from calibrant.errors import InputError
from calibrant.prediction.rows import Rows

__all__ = ["MOST_GROUPS", "check_groups"]

MOST_GROUPS = 10_000
SECONDS, MEGABYTES = 0.05, 0.05  # of one group with the usual metrics, see docs


def check_groups(rows: Rows) -> None:
    """Raise where rows have more groups than are evaluated one by one.

    Raises
    ------
    InputError
        With their number, what they would take, and what to do instead.
    """
    n_groups = 0 if rows.groups is None else len(rows.groups.names)
    if n_groups <= MOST_GROUPS:
        return
    minutes, size = n_groups * SECONDS / 60, n_groups * MEGABYTES / 1000
    got = (
        f"{n_groups:,} of {len(rows):,} rows, which would take some {minutes:,.0f} minutes and "
        f"{size:,.1f} GB"
    )
    remedy = (
        "Name what a group is by fewer values, such as the region of a customer, or evaluate "
        "a part of the groups."
    )
    raise InputError("groups", f"be at most {MOST_GROUPS:,}", got, remedy)
