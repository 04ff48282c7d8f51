"""Features that alone predict the target on training rows: mostly it is known before them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from jaxtyping import Float64, Int64

from calibrant.data.alone import (
    accuracy_by_level,
    accuracy_by_neighbour,
    auroc_alone,
    folds_of,
    r_squared_by_level,
    r_squared_by_line,
    rank_correlation,
)
from calibrant.data.columns import listed, numbers_of, texts_of
from calibrant.data.units import equal_rows

__all__ = ["telling_features"]

FEWEST_ROWS = 50  # training rows on which a column is judged
FEWEST_OTHERS = 20  # of them outside the commonest class: fewer stand apart by chance
MOST_ROWS = 20_000  # training rows on which columns are judged, drawn where there are more
FEW_LEVELS = 50  # of a column that cannot remember rows
REPEATS = 5  # rows for each different number from which numbers are levels
MOST_NAMED = 5  # columns that have a sentence of their own
CLEAR_AUROC = 0.999
CLEAR_ACCURACY = 0.98
CLEAR_ERROR = 0.05  # of the error of stating the commonest class
CLEAR_RANKS = 0.9999
CLEAR_R_SQUARED = 0.999


def telling_features(
    table: pa.Table,
    rows: Int64[np.ndarray, " train"],
    targets: Int64[np.ndarray, " row"] | Float64[np.ndarray, " row"],
    *,
    numbers: Sequence[str],
    categories: Sequence[str],
    groups: Int64[np.ndarray, " row"] | None = None,
) -> Iterator[str]:
    """Sentence on each feature that alone predicts the target on `rows` of `table`.

    At least 50 rows are needed, 20 of them not of the commonest class. Of two classes, an area
    under the ROC curve of .999 is an alarm; of any number of them, 98 % of the rows told out of
    fold, with at most a twentieth of the errors of always stating the commonest class. Of a
    number, a rank correlation of .9999 is one, or .999 of the variance explained out of fold.
    The values that are there and whether they are missing are judged apart.

    A column of more than 50 levels could remember rows that are equal in all features, so it is
    judged on one row of each such set. Of more than 20,000 rows, as many are drawn, always the
    same.

    Parameters
    ----------
    table : pyarrow.Table
        Rows with a target.
    rows : Int64[ndarray, "train"]
        Training rows, ascending.
    targets : Int64[ndarray, "row"] or Float64[ndarray, "row"]
        Class index of every row of `table`, or the number that is predicted.
    numbers, categories : sequence of str
        Columns that the model is fed.
    groups : Int64[ndarray, "row"] or None
        Group of every row where the split keeps groups whole: no row is predicted from its own.
    """
    if len(rows) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST_ROWS, replace=False))
    part = table.take(pa.array(rows))
    different = _firsts(equal_rows(part, (*numbers, *categories)).unit)
    group = np.arange(len(rows)) if groups is None else groups[rows]
    told: dict[str, str] = {}
    for view in _views(part, numbers, categories, different):
        own_group = group[view.rows]
        if view.column in told or len(_firsts(own_group)) < FEWEST_OTHERS:
            continue
        fold = folds_of(own_group)
        if targets.dtype == np.float64:
            finding = _number_told(view, targets[rows][view.rows].astype(np.float64), fold)
        else:
            finding = _class_told(view, targets[rows][view.rows].astype(np.int64), fold)
        if finding:
            told[view.column] = f"{view.what} alone {finding} ({len(view.rows):,} training rows)."
    for sentence in list(told.values())[:MOST_NAMED]:
        yield f"{sentence} Leave it out if it is known only after the outcome."
    if others := list(told)[MOST_NAMED:]:
        yield (
            f"Other features that each predict the target alone: {listed(others)}. Leave out "
            "those that are known only after the outcome."
        )


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """What is judged of a column: its values, or whether they are missing, on `rows`.

    `numbers` are None for what has no order; `levels` are None for numbers that hardly repeat.
    """

    column: str
    what: str
    rows: Int64[np.ndarray, " row"]
    numbers: Float64[np.ndarray, " row"] | None
    levels: Int64[np.ndarray, " row"] | None


def _views(
    table: pa.Table,
    numbers: Sequence[str],
    categories: Sequence[str],
    different: Int64[np.ndarray, " different"],
) -> Iterator[_View]:
    """Views of every feature; the rows of those with many levels are `different` ones."""
    every = np.arange(len(table))
    for name in numbers:
        values = numbers_of(table, name)
        there = ~np.isnan(values)
        rows = np.flatnonzero(there)
        levels, found = pd.factorize(values[rows])
        if len(found) > FEW_LEVELS:
            rows = different[there[different]]
            levels, found = pd.factorize(values[rows])
        if len(rows):
            many = len(found) > FEW_LEVELS and len(found) * REPEATS > len(rows)
            own = None if many else levels.astype(np.int64)
            yield _View(name, repr(name), rows, values[rows], own)
        if not there.all():
            yield _View(name, f"That {name!r} is missing", every, None, there.astype(np.int64))
    for name in categories:
        texts = texts_of(table, name)
        levels, found = pd.factorize(texts)
        rows = different if len(found) > FEW_LEVELS else every
        yield _View(name, repr(name), rows, None, levels[rows].astype(np.int64))


def _class_told(
    view: _View, labels: Int64[np.ndarray, " row"], fold: Int64[np.ndarray, " row"]
) -> str | None:
    """What `view` tells of the class, in words; None where that is no cause for alarm."""
    counts = np.bincount(labels)
    n_others = len(labels) - int(counts.max(initial=0))
    if len(labels) < FEWEST_ROWS or n_others < FEWEST_OTHERS:
        return None
    present = np.flatnonzero(counts)
    if len(present) == 2 and view.numbers is not None:
        area = auroc_alone(view.numbers, labels == present[1])
        if max(area, 1 - area) >= CLEAR_AUROC:
            ranks = "ranks the two classes with an area under the ROC curve of"
            return f"{ranks} {max(area, 1 - area):.4f}"
    if view.levels is not None:
        accuracy = accuracy_by_level(view.levels, labels, fold)
    else:
        assert view.numbers is not None
        accuracy = accuracy_by_neighbour(view.numbers, labels, fold)
    base = n_others / len(labels)
    if accuracy < CLEAR_ACCURACY or 1 - accuracy > CLEAR_ERROR * base:
        return None
    return (
        f"tells the class of {100 * accuracy:.1f} % of the rows out of fold, of which the "
        f"commonest class is {100 * (1 - base):.1f} %"
    )


def _number_told(
    view: _View, targets: Float64[np.ndarray, " row"], fold: Int64[np.ndarray, " row"]
) -> str | None:
    """What `view` tells of the number, in words; None where that is no cause for alarm."""
    if len(targets) < FEWEST_ROWS or np.ptp(targets) == 0:
        return None
    if view.numbers is not None and np.ptp(view.numbers) > 0:
        ranks = rank_correlation(view.numbers, targets)
        if abs(ranks) >= CLEAR_RANKS:
            return f"ranks the target with a rank correlation of {ranks:.5f}"
    if view.levels is not None:
        explained = r_squared_by_level(view.levels, targets, fold)
    else:
        assert view.numbers is not None
        explained = r_squared_by_line(view.numbers, targets, fold)
    if explained < CLEAR_R_SQUARED:
        return None
    return f"explains {100 * explained:.2f} % of the variance of the target out of fold"


def _firsts(keys: Int64[np.ndarray, " row"]) -> Int64[np.ndarray, " different"]:
    """First row of each different key, ascending."""
    return np.sort(np.unique(keys, return_index=True)[1])
