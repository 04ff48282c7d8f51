"""A number that is predicted, and the numbers of a column that is cut into classes."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from jaxtyping import Float64, Int64

from calibrant.data.columns import column_of, kind_of, numbers_of, rows_in_words
from calibrant.errors import InputError

__all__ = ["NumberTarget", "deciles", "number_strata", "number_target", "target_numbers"]

FEW_VALUES = 10  # different numbers that may be meant as classes
LARGEST = 1e150  # its square, and the sum of many, is still finite


@dataclass(frozen=True, slots=True)
class NumberTarget:
    """Number that a model predicts.

    Parameters
    ----------
    name : str
        Column.
    how : str
        What is predicted, as a sentence.
    """

    name: str
    how: str

    def values(self, table: pa.Table) -> Float64[np.ndarray, " row"]:
        """Number of every row of `table`; NaN where it is missing.

        Raises
        ------
        InputError
            If a value is infinite or no number.
        """
        numbers = numbers_of(table, self.name)
        infinite = np.flatnonzero(np.isinf(numbers))
        if len(infinite):
            raise _not_finite(self.name, numbers, infinite)
        return numbers


def number_target(table: pa.Table, name: str) -> NumberTarget:
    """The column `name` as a number to predict.

    Parameters
    ----------
    table : pyarrow.Table
        Rows that have a target (see `calibrant.data.target.labelled_rows`).
    name : str
        Column of numbers. Few different ones are allowed; then `how` says so.

    Raises
    ------
    InputError
        If the column holds no numbers, only one, or such as cannot be squared; if one is missing
        or infinite.

    Examples
    --------
    >>> number_target(pa.table({"sold": [1.5, 2.0, 7.25, 2.0]}), "sold").how
    "'sold' is predicted as a number, from 1.5 to 7.25; it has only 3 different values."
    """
    numbers = _regressed(table, name)
    low, high = float(numbers.min()), float(numbers.max())
    if low == high:
        got = f"{low:g} in all {len(numbers):,} rows of {name!r}"
        raise InputError("target", "vary from row to row", got, "Name another column.")
    if max(abs(low), abs(high)) > LARGEST:
        got = f"{low:g} to {high:g} in {name!r}"
        rule = "be small enough for squared errors"
        raise InputError("target", rule, got, "Change its unit.")
    n_values = len(np.unique(numbers))
    few = f"; it has only {n_values} different values" if n_values <= FEW_VALUES else ""
    how = f"{name!r} is predicted as a number, from {low:.6g} to {high:.6g}{few}."
    return NumberTarget(name, how)


def number_strata(table: pa.Table, name: str) -> Int64[np.ndarray, " row"]:
    """Stratum of every row, for the split: the decile of the number that is predicted."""
    return deciles(_regressed(table, name))


def deciles(numbers: Float64[np.ndarray, " row"]) -> Int64[np.ndarray, " row"]:
    """Decile of every number, 0 to 9; equal numbers are in one."""
    return np.searchsorted(np.quantile(numbers, np.arange(1, 10) / 10), numbers).astype(np.int64)


def target_numbers(
    table: pa.Table, name: str, *, rule: str, remedy: str
) -> Float64[np.ndarray, " row"]:
    """Numbers of the target `name`: all there, all finite.

    `rule` and `remedy` speak where it holds no numbers.
    """
    column = column_of(table, name, "target")
    if kind_of(column) != "number":
        raise InputError("target", rule, f"{name!r}, which holds {column.type}", remedy)
    numbers = numbers_of(table, name)
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        raise _not_finite(name, numbers, bad)
    return numbers


def _regressed(table: pa.Table, name: str) -> Float64[np.ndarray, " row"]:
    remedy = "Name a column of numbers, or predict its classes instead."
    return target_numbers(table, name, rule="hold numbers for a regression", remedy=remedy)


def _not_finite(
    name: str, numbers: Float64[np.ndarray, " row"], bad: Int64[np.ndarray, " bad"]
) -> InputError:
    got = f"{numbers[bad[0]]} in {rows_in_words(bad)}, counted from 0, of {name!r}"
    return InputError("target", "be finite in every row", got, "Filter these rows out.")
