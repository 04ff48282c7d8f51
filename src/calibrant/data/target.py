"""What is predicted: classes of a column, two sides of a cut through its numbers, or a number."""

from dataclasses import dataclass
from math import isfinite

import numpy as np
import pyarrow as pa
from jaxtyping import Float64, Int64
from numpy.typing import NDArray

from calibrant.data.columns import (
    column_of,
    kind_of,
    listed,
    numbers_of,
    rows_in_words,
    texts_of,
)
from calibrant.data.multilabel import check_single_label
from calibrant.data.number_target import NumberTarget, deciles, number_target, target_numbers
from calibrant.errors import InputError

__all__ = [
    "FEWEST_ROWS",
    "NumberTarget",
    "Target",
    "label_target",
    "labelled_rows",
    "number_target",
    "strata_of",
]

FEWEST_ROWS = 3  # of a class: one for each part of the split
MOST_FLOATS = 50  # different fractions that may still be class labels


@dataclass(frozen=True, slots=True)
class Target:
    """Classes that a model tells apart.

    Parameters
    ----------
    name : str
        Column.
    class_names : tuple of str
        Names by class index; numbers in their order, else sorted.
    positive : str or None
        Name of class 1 where there are two classes, else None.
    threshold : float or None
        Where the column's numbers are cut: above it is class 1, at or below it class 0.
    how : str
        How the classes came about, as a sentence.
    """

    name: str
    class_names: tuple[str, ...]
    positive: str | None
    threshold: float | None
    how: str

    def labels(self, table: pa.Table) -> Int64[np.ndarray, " row"]:
        """Class index of every row of `table`; -1 where the target is missing."""
        if self.threshold is not None:
            numbers = numbers_of(table, self.name)
            return np.where(np.isnan(numbers), -1, numbers > self.threshold).astype(np.int64)
        texts = texts_of(table, self.name)
        index = {"": -1} | {name: k for k, name in enumerate(self.class_names)}
        unknown = sorted({text for text in texts if text not in index})
        if unknown:
            remedy = "Remove these rows, or train with them."
            rule = f"hold the classes {listed(self.class_names)}"
            raise InputError(self.name, rule, listed(unknown), remedy)
        return np.asarray([index[text] for text in texts], dtype=np.int64)


def labelled_rows(table: pa.Table, name: str) -> Int64[np.ndarray, " labelled"]:
    """Rows of `table` whose target is there, ascending; at least one."""
    column = column_of(table, name, "target")
    rows = np.flatnonzero(column.is_valid().to_numpy()).astype(np.int64)
    if len(rows) == 0:
        remedy = "Name another column, or fill this one."
        raise InputError("target", "be there in some rows", f"{name!r}, all missing", remedy)
    return rows


def strata_of(
    table: pa.Table, name: str, *, positive_above: float | str | None = None
) -> Int64[np.ndarray, " row"]:
    """Stratum of every row, for the split: its class, or the decile of a number that is cut."""
    if positive_above is None:
        texts = _class_texts(table, name)
        order = {text: k for k, text in enumerate(_classes(table, name, texts))}
        return np.asarray([order[text] for text in texts], dtype=np.int64)
    return deciles(_numbers(table, name))


def label_target(
    table: pa.Table,
    name: str,
    *,
    positive: str | None = None,
    positive_above: float | str | None = None,
    train_rows: Int64[np.ndarray, " train"],
) -> tuple[Target, Int64[np.ndarray, " row"]]:
    """Classes of the column `name`, and the class index of every row of `table`.

    Parameters
    ----------
    table : pyarrow.Table
        Rows that have a target (see `labelled_rows`).
    name : str
        Column: class labels (text, booleans or numbers), or a number that is cut.
    positive : str or None
        Which of two classes is the positive one, index 1. By default the one with fewer
        training rows; the last one where both have as many.
    positive_above : float, "median" or None
        Cut the numbers of the column here: above is the positive class. The median is that
        of the training rows.
    train_rows : Int64[ndarray, "train"]
        Rows from which the cut and the rarer class are learned.

    Raises
    ------
    InputError
        If the column has one class, a class with fewer than three rows, or numbers that look
        continuous and are not cut; if `positive` is not a class, or `positive_above` not a number.
    """
    if positive_above is None:
        target = _classified(table, name, positive, train_rows)
    elif positive is None:
        target = _cut(table, name, positive_above, train_rows)
    else:
        got = f"{positive!r} beside positive_above"
        remedy = "Drop one: above the cut is the positive class."
        raise InputError("positive", "be left out where a number is cut", got, remedy)
    labels = target.labels(table)
    _check_counts(name, target.class_names, np.bincount(labels, minlength=2))
    return target, labels


def _classified(
    table: pa.Table, name: str, positive: str | None, train_rows: Int64[np.ndarray, " train"]
) -> Target:
    texts = _class_texts(table, name)
    names = _classes(table, name, texts)
    if positive is not None and positive not in names:
        rule = f"be a class of {name!r}"
        raise InputError("positive", rule, repr(positive), f"Its classes are {listed(names)}.")
    if len(names) != 2:
        if positive is not None:
            got = f"{positive!r} of {len(names)} classes"
            remedy = "Drop it, or use a target with two classes."
            raise InputError("positive", "be left out beyond two classes", got, remedy)
        return Target(name, names, None, None, f"{len(names)} classes of {name!r}.")
    first, last = names
    if positive is not None:
        why = "as asked"
    else:
        n_first, n_last = (int((texts[train_rows] == text).sum()) for text in names)
        positive = first if n_first < n_last else last
        which = "the last of two that are equally frequent" if n_first == n_last else "the rarer"
        why = f"{which}, {min(n_first, n_last):,} of {n_first + n_last:,} training rows"
    negative = last if positive == first else first
    how = f"The positive class of {name!r} is {positive!r}: {why}."
    return Target(name, (negative, positive), positive, None, how)


def _cut(
    table: pa.Table,
    name: str,
    positive_above: float | str,
    train_rows: Int64[np.ndarray, " train"],
) -> Target:
    numbers = _numbers(table, name)
    if positive_above == "median":
        threshold = float(np.median(numbers[train_rows]))
        of = f"the median of {len(train_rows):,} training rows"
    else:
        threshold, of = _threshold(positive_above), "as asked"
    above, below = f"{name} > {threshold:.6g}", f"{name} <= {threshold:.6g}"
    how = f"{name!r} is cut at {threshold!r}, {of}; above is the positive class."
    return Target(name, (below, above), above, threshold, how)


def _threshold(value: float | str) -> float:
    try:
        threshold = float(value)
    except ValueError:
        threshold = float("nan")
    if not isfinite(threshold):
        remedy = "Name a number, or 'median'."
        raise InputError("positive_above", "be a finite number or 'median'", repr(value), remedy)
    return threshold


def _numbers(table: pa.Table, name: str) -> Float64[np.ndarray, " row"]:
    """Numbers of a column that is cut: all there, all finite."""
    rule, remedy = (
        "hold numbers where it is cut",
        "Leave positive_above out: it holds class labels.",
    )
    return target_numbers(table, name, rule=rule, remedy=remedy)


def _class_texts(table: pa.Table, name: str) -> NDArray[np.object_]:
    """Class name of every row, all there."""
    check_single_label(table, name)
    texts = texts_of(table, name)
    bad = np.flatnonzero(texts == "")
    if len(bad):
        got = f"none in {rows_in_words(bad)}, counted from 0"
        raise InputError("target", "be there in every row", got, "Filter these rows out.")
    return texts


def _classes(table: pa.Table, name: str, texts: NDArray[np.object_]) -> tuple[str, ...]:
    """Classes in order: of numbers by value, else by name; checked."""
    counts: dict[str, int] = {}
    for text in texts:
        counts[text] = counts.get(text, 0) + 1
    is_number = kind_of(table.column(name)) == "number"
    names = sorted(counts, key=float) if is_number else sorted(counts)
    if is_number and len(names) > MOST_FLOATS and any(not float(n).is_integer() for n in names):
        got = f"{len(names):,} different numbers in {name!r}"
        remedy = "Cut it with positive_above: 'median' or a number."
        raise InputError("target", "hold class labels", got, remedy)
    _check_counts(name, tuple(names), np.asarray([counts[name] for name in names]))
    return tuple(names)


def _check_counts(
    name: str, class_names: tuple[str, ...], counts: Int64[np.ndarray, " class"]
) -> None:
    """At least two classes, and of each a row for every part of the split."""
    occupied = [k for k, count in enumerate(counts) if count > 0]
    if len(occupied) < 2:
        got = f"{class_names[occupied[0]]!r} in all {int(counts.sum()):,} rows of {name!r}"
        remedy = "Name another column, or cut a number elsewhere."
        raise InputError("target", "have at least two classes", got, remedy)
    rare = [k for k, count in enumerate(counts) if count < FEWEST_ROWS]
    if rare:
        shown = ", ".join(f"{class_names[k]!r} with {counts[k]}" for k in rare[:5])
        more = f" and {len(rare) - 5:,} more classes" if len(rare) > 5 else ""
        raise InputError(
            "target",
            f"have at least {FEWEST_ROWS} rows of every class, one for each part of the split",
            shown + more,
            "Merge or remove rare classes; cut a continuous number with positive_above.",
        )
