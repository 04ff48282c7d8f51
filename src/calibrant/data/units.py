"""Units: rows that a split must keep on one side, for they are equal or belong together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Int64
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from calibrant.data.columns import column_of, kind_of, listed, rows_in_words
from calibrant.errors import InputError

__all__ = ["Units", "equal_rows", "group_units"]

FEWEST_GROUPS = 3  # one for each part of a split


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Unit of every row; rows of one unit stay on one side of a split.

    Parameters
    ----------
    unit : Int64[ndarray, "row"]
        Number of the unit, from 0 in the order of first appearance.
    n_units : int
        How many there are.
    n_repeats : int
        Rows that are equal to an earlier one.
    groups : str
        What is kept together beyond equal rows, in words; ``""`` where nothing is.
    """

    unit: Int64[np.ndarray, " row"]
    n_units: int
    n_repeats: int
    groups: str = ""

    def joined(self, other: Int64[np.ndarray, " row"], *, column: str = "") -> "Units":
        """Units of rows that are linked by a unit of ours, by one of `other`, or by a chain.

        Parameters
        ----------
        other : Int64[ndarray, "row"]
            Unit of every row by another rule (see `group_units`), at least 0.
        column : str
            Column that `other` comes from, for the words of a split.

        Examples
        --------
        >>> equal = Units(np.array([0, 1, 0, 2]), n_units=3, n_repeats=1)
        >>> equal.joined(np.array([0, 1, 1, 2])).unit.tolist()  # rows 0 and 2, 2 and 1
        [0, 0, 0, 1]
        """
        n_rows = len(self.unit)
        if len(other) != n_rows:
            got = f"{len(other):,} for {n_rows:,} rows"
            raise InputError("other", "hold a unit for every row", got, "Take the same table.")
        n_others = int(other.max(initial=-1)) + 1
        edges = (np.ones(n_rows, dtype=np.int8), (self.unit, self.n_units + other))
        n_nodes = self.n_units + n_others
        _, component = connected_components(coo_array(edges, shape=(n_nodes, n_nodes)))
        unit = _numbered(component[self.unit].astype(np.int64))
        of = f" of {column!r}" if column else ""
        groups = f"{len(np.unique(other)):,} groups{of}"
        return Units(unit, int(unit.max(initial=-1)) + 1, self.n_repeats, groups)

    def describe(self) -> str:
        """What is kept together, in words; ``""`` where every row is a unit of its own.

        Examples
        --------
        >>> Units(np.array([0, 1, 0]), n_units=2, n_repeats=1).describe()
        '1 row that repeats another kept beside it'
        """
        kept = [f"{self.groups} kept whole"] if self.groups else []
        if self.n_repeats:
            rows = "1 row that repeats" if self.n_repeats == 1 else f"{self.n_repeats:,} rows that"
            repeat = "" if self.n_repeats == 1 else " repeat"
            kept.append(f"{rows}{repeat} another kept beside it")
        return ", ".join(kept)


def equal_rows(table: pa.Table, columns: Sequence[str]) -> Units:
    """Units of rows that are equal in all `columns`.

    Numbers are equal by value, whatever the sign of zero; a missing value equals another in
    the same column.

    Examples
    --------
    >>> table = pa.table({"a": [1.0, 0.0, -0.0, None, None], "b": list("xyyzz")})
    >>> units = equal_rows(table, ("a", "b"))
    >>> units.unit.tolist(), units.n_units, units.n_repeats
    ([0, 1, 1, 2, 2], 3, 2)
    """
    if not columns:
        remedy = "Name the features."
        raise InputError("columns", "name at least one column to compare", "none", remedy)
    n_rows = len(table)
    unit = np.zeros(n_rows, dtype=np.int64)
    for name in columns:
        column = column_of(table, name)
        if int(unit.max(initial=-1)) + 1 < n_rows:  # else all rows differ already
            value = _value_numbers(column, name)
            unit = _numbered(unit * (int(value.max(initial=0)) + 1) + value)
    n_units = int(unit.max(initial=-1)) + 1
    return Units(unit, n_units, n_rows - n_units)


def group_units(table: pa.Table, column: str) -> Int64[np.ndarray, " row"]:
    """Unit of every row: one for each value of `column`, from 0 in order of first appearance.

    Raises
    ------
    InputError
        If a value is missing, or if there are fewer than three.
    """
    values = column_of(table, column, "group")
    missing = np.flatnonzero(values.is_null().to_numpy())
    if len(missing):
        got = f"{len(missing):,} missing in {column!r} ({rows_in_words(missing)}, counted from 0)"
        remedy = "Fill them in, or remove these rows."
        raise InputError("group", "name the group of every row", got, remedy)
    unit = _numbered(_value_numbers(values, column))
    n_groups = int(unit.max(initial=-1)) + 1
    if n_groups < FEWEST_GROUPS:
        shown = listed(str(value) for value in pc.unique(values).to_pylist())
        got = f"{n_groups} in {column!r}: {shown}"
        remedy = "Name a column with more values, or split by row."
        raise InputError("group", "hold at least three groups", got, remedy)
    return unit


def _value_numbers(column: pa.ChunkedArray, name: str) -> Int64[np.ndarray, " row"]:
    """Number of every value of `column`, from 0; missing is a value."""
    if kind_of(column) == "other":
        got, remedy = f"values of type {column.type}", "Leave it out."
        raise InputError(name, "hold numbers or text", got, remedy)
    if pa.types.is_null(column.type):
        return np.zeros(len(column), dtype=np.int64)
    if pa.types.is_floating(column.type):
        column = pc.add(column.cast(pa.float64()), 0.0)  # -0.0 + 0.0 is 0.0
    coded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    array = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    return np.asarray(array.indices.to_numpy(), dtype=np.int64)


def _numbered(keys: Int64[np.ndarray, " row"]) -> Int64[np.ndarray, " row"]:
    """`keys` renumbered from 0 in the order of first appearance."""
    return pd.factorize(keys)[0].astype(np.int64)
