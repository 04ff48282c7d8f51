"""Groups and clusters of rows as they come in, and in words how many rows have no cluster."""

from typing import NamedTuple

from calibrant.prediction.arrays import ArrayLike, Layout
from calibrant.prediction.codes import MISSING, Codes, encode

__all__ = ["Units", "read_units"]


class Units(NamedTuple):
    """The group and the cluster of every row, where given, and what is to be told of them."""

    groups: Codes | None
    clusters: Codes | None
    notes: tuple[str, ...]


def read_units(groups: ArrayLike | None, clusters: ArrayLike | None, layout: Layout) -> Units:
    """Groups and clusters of rows from names or numbers of any kind.

    Rows without a cluster are together in one, which a note tells: where they do not belong
    together, that is a great cluster that no one meant, and intervals rest on it.

    Raises
    ------
    InputError
        As `encode` does.
    """
    units = None if clusters is None else encode("clusters", clusters, layout)
    return Units(
        None if groups is None else encode("groups", groups, layout),
        units,
        () if units is None else _without(units),
    )


def _without(units: Codes) -> tuple[str, ...]:
    """How many rows have no cluster, if some."""
    if MISSING not in units.names:
        return ()
    n, of = int((units.codes == units.names.index(MISSING)).sum()), len(units.codes)
    if n == 1:
        return (f"1 of {of:,} rows has no cluster and counts as one of its own",)
    return (f"{n:,} of {of:,} rows have no cluster and count as one together",)
