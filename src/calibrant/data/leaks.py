"""Warnings of leaks: what a model could know of the test rows before it is tested."""

from collections.abc import Iterator, Sequence
from shlex import quote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Float64, Int64

from calibrant.data.columns import column_of
from calibrant.data.schema import Roles
from calibrant.data.split import Split
from calibrant.data.telling import telling_features
from calibrant.data.units import Units, equal_rows

__all__ = ["leak_warnings"]

SHARED = 0.01  # share of test rows whose identifier trains, above which it is said


def leak_warnings(
    table: pa.Table,
    roles: Roles,
    split: Split,
    targets: Int64[np.ndarray, " row"] | Float64[np.ndarray, " row"],
    units: Units | None = None,
) -> tuple[str, ...]:
    """Sentences on what may flatter a model in the test: the columns, the counts, the remedy.

    There are three: rows on two sides of the split that are equal in all features; identifiers
    of things that are on two sides; and features that alone predict the target (see
    `calibrant.data.telling`). They change nothing, and of the targets only those of training
    rows are read.

    Parameters
    ----------
    table : pyarrow.Table
        Rows with a target.
    roles : Roles
        Of its columns: those that are fed, and those that tell rows or things apart.
    split : Split
        Of these rows.
    targets : Int64[ndarray, "row"] or Float64[ndarray, "row"]
        Class index of every row, or the number that is predicted.
    units : Units or None
        Rows that the split keeps together, if it does.
    """
    features = (*roles.numbers, *roles.categories)
    groups = None if units is None or not units.groups else units.unit
    return (
        *_equal_across(table, split, features),
        *_identifiers_across(table, split, roles.identifiers),
        *telling_features(
            table,
            split.train,
            targets,
            numbers=roles.numbers,
            categories=roles.categories,
            groups=groups,
        ),
    )


def _equal_across(table: pa.Table, split: Split, features: Sequence[str]) -> Iterator[str]:
    """Sentence on rows of two parts that are equal in all `features`."""
    unit = equal_rows(table, features).unit
    pairs = (
        ("test", split.test, "training", split.train),
        ("test", split.test, "validation", split.validation),
        ("validation", split.validation, "training", split.train),
    )
    equal = [
        f"{n_equal:,} of {len(rows):,} {name} rows to a {other_name} row"
        for name, rows, other_name, others in pairs
        if (n_equal := int(np.isin(unit[rows], unit[others]).sum()))
    ]
    if equal:
        yield (
            f"Rows on two sides of the split are equal in all features: {', '.join(equal)}. They "
            "flatter a model that memorises. Remove the copies, or let the rows be drawn at "
            "random, which keeps equal rows together."
        )


def _identifiers_across(table: pa.Table, split: Split, identifiers: Sequence[str]) -> Iterator[str]:
    """Sentence on each of the `identifiers` whose things are on both sides of `split`."""
    for name in identifiers:
        column = column_of(table, name)
        trained = pc.unique(column.take(pa.array(split.train)).drop_null())
        tested = column.take(pa.array(split.test))
        shared = int(pc.sum(pc.is_in(tested, value_set=trained)).as_py() or 0)
        if shared > SHARED * len(split.test):
            n_values, n_rows = int(pc.count_distinct(column).as_py()), len(column)
            yield (
                f"{name!r} has {n_values:,} different values in {n_rows:,} rows, and {shared:,} of "
                f"{len(split.test):,} test rows share theirs with a training row. If the model "
                f"will meet new ones, keep each on one side of the split: --group {quote(name)}."
            )
