"""Predictions in a table: a column for the positive class, or one for every class, by name."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from jaxtyping import Bool, Float
from numpy.typing import NDArray

from calibrant.data.columns import column_of, kind_of, listed, numbers_of, rows_in_words, texts_of
from calibrant.errors import InputError
from calibrant.pipeline.class_matching import (
    check_labels,
    distinct,
    is_yes_or_no,
    labels_among,
    match_names,
    two_in_order,
)
from calibrant.pipeline.labelled_rows import check_numbers_present
from calibrant.pipeline.prediction_source import Labels, Question, Source, Stated

__all__ = ["TableSource", "decimals_of"]

MOST_DECIMALS = 6  # of more, rounding moves sums by less than is allowed for anyhow
OFF = 1e-3  # allowed for anyhow


class TableSource(Source):
    """Columns of a table.

    Parameters
    ----------
    table : pyarrow.Table
        A row for each prediction.
    how : tuple of str
        What was guessed to read it, in words.
    """

    def __init__(self, table: pa.Table, how: tuple[str, ...] = ()) -> None:
        self._table = table
        self._how = how

    @property
    def how(self) -> tuple[str, ...]:
        """See `Source.how`."""
        return self._how

    @property
    def names(self) -> tuple[str, ...]:
        """See `Source.names`."""
        return tuple(self._table.column_names)

    @property
    def usual_label(self) -> None:
        """See `Source.usual_label`: a table has none."""
        return None

    @property
    def usual_weights(self) -> None:
        """See `Source.usual_weights`: a table has none."""
        return None

    def numbers(self, name: str, argument: str) -> Float[np.ndarray, " row"]:
        """See `Source.numbers`."""
        column = column_of(self._table, name, argument)
        if pa.types.is_float32(column.type):  # its edges of bins are those of float32
            return np.asarray(column.to_numpy(), dtype=np.float32)
        return numbers_of(self._table, name, or_empty=False)

    def texts(self, name: str, argument: str) -> NDArray[np.object_]:
        """See `Source.texts`."""
        column_of(self._table, name, argument)
        return texts_of(self._table, name)

    def stated(self, question: Question, label: str) -> Stated | None:
        """See `Source.stated`."""
        texts = self.texts(label, "label")
        if question.prob is not None:
            return self._positive(question, question.prob, texts)
        taken = {label, question.weights, question.decided}
        taken |= {question.group_by, question.clusters}
        columns = self._columns_by_class(question, distinct(texts), taken)
        if columns is None:
            return None
        if len(columns) < 2:
            remedy = "One column is that of the positive class: --prob COLUMN --positive CLASS."
            got = f"that of {listed(columns)} alone"
            raise InputError("probabilities", "have a column for every class", got, remedy)
        if question.classes:
            check_labels(texts, tuple(columns), label)
        classes = two_in_order(tuple(columns), question.positive)
        names = tuple(columns[name] for name in classes)
        values = np.column_stack([self.numbers(name, "probabilities") for name in names])
        labels = labels_among(texts, classes, label)
        counts = _counts(labels, question)
        check_numbers_present({name: values[:, k] for k, name in enumerate(names)}, counts)
        if question.form == "logits" or question.normalize:
            return Stated(values, labels, names)
        decimals = decimals_of(values)
        rest = [
            name
            for name in self.names
            if name not in {*names, *taken} and self._holds_numbers(name)
        ]
        _check_sums(values, counts, decimals, rest)
        return Stated(values, labels, names, decimals)

    def _holds_numbers(self, name: str) -> bool:
        """Whether a column holds numbers."""
        return kind_of(column_of(self._table, name)) == "number"

    def _positive(self, question: Question, prob: str, texts: NDArray[np.object_]) -> Stated:
        """Values of one column, for the positive class of the two that the labels hold."""
        found = question.classes or tuple(distinct(texts))
        label = question.label or "label"
        if question.classes:
            check_labels(texts, found, label)
        rule = "hold two classes beside one column of probabilities"
        if len(found) > 2:
            prefix = _prefix_of(self.names, found)
            begins = "PREFIX, which their names begin with" if prefix is None else prefix
            remedy = f"Give a column for every class: --prob-prefix {begins}."
            if set(found) <= set(self.names):
                remedy = f"Columns are called as the classes are: leave --prob out. Or: {remedy}"
            remedy += "" if question.positive is None else " Leave --positive out."
            raise InputError("labels", rule, f"{len(found)}: {listed(found)}", remedy)
        if len(found) == 1 and not question.classes and not is_yes_or_no(found):
            remedy = f"Name both: --classes {found[0]},OTHER, and the one of --prob by --positive."
            other = question.positive
            if other is not None and match_names([other], found).unknown:
                remedy = f"Name both: --classes {found[0]},{other}."
            raise InputError(label, rule, f"one class, {listed(found)}", remedy)
        classes = two_in_order(found, question.positive)
        if len(classes) != 2:
            remedy = "Name both with --classes."
            raise InputError("labels", rule, f"{len(classes)}: {listed(classes)}", remedy)
        labels = labels_among(texts, classes, label)
        values = self.numbers(prob, "prob")
        check_numbers_present({prob: values}, _counts(labels, question))
        return Stated(values, labels, (prob,))

    def _columns_by_class(
        self, question: Question, found: Sequence[str], taken: set[str | None]
    ) -> dict[str, str] | None:
        """Column of every class, in the order of the classes asked for, or of the table."""
        prefix = question.prob_prefix or ""
        free = [name for name in self.names if name not in taken]
        stems = {name.removeprefix(prefix): name for name in free if name.startswith(prefix)}
        stems.pop("", None)
        match = match_names(question.classes or found, tuple(stems))
        unnamed = question.prob_prefix is None and not match.known
        if unnamed and question.decided is not None:
            return None
        if unnamed and not question.classes:
            prefix = _prefix_of(free, found)
            remedy = "Name them: --prob COLUMN --positive CLASS, or --prob-prefix PREFIX, or "
            remedy += f"--decided COLUMN. {_told(free)}"
            if prefix is not None:
                remedy = f"Say what their names begin with: --prob-prefix {prefix}."
            rule = "be in columns that are named, or called as the labels are"
            raise InputError("probabilities", rule, f"labels such as {listed(found[:3])}", remedy)
        if match.unknown:
            rule = "have a column for every class"
            got = f"none for {listed(match.unknown)}"
            remedy = _told(list(stems.values()) or free)
            if match.known:
                remedy += " Add one, or leave rows of other classes out."
            raise InputError("probabilities", rule, got, remedy)
        named = set(match.known.values())
        if question.classes:  # their order is that of the classes
            return {name: stems[name] for name in map(match.known.__getitem__, question.classes)}
        if question.prob_prefix is None:
            return {stem: column for stem, column in stems.items() if stem in named}
        return stems


def _prefix_of(columns: Sequence[str], classes: Sequence[str]) -> str | None:
    """What names of columns begin with before the name of every class; None if they do not."""
    first = next(iter(classes), "")
    ends = [name.removesuffix(first) for name in columns if first and name.endswith(first)]
    found = [start for start in ends if start and {start + name for name in classes} <= {*columns}]
    return found[0] if len(found) == 1 else None


def _told(columns: Sequence[str]) -> str:
    return f"There are {listed(columns)}." if columns else "There is no other column."


def _counts(labels: Labels, question: Question) -> Bool[np.ndarray, " row"]:
    """Rows whose values matter: all, but for those without a label that are to be left out."""
    return (labels.codes >= 0) | (not question.skip_unlabelled)


def decimals_of(values: Float[np.ndarray, "row class"]) -> int | None:
    """Fewest decimals, up to 6, that all `values` are written with; None for more, or for none.

    Examples
    --------
    >>> decimals_of(np.array([[0.25, 0.75]])), decimals_of(np.array([[1 / 3, 2 / 3]]))
    (2, None)
    """
    for decimals in range(MOST_DECIMALS + 1):
        if np.array_equal(np.round(values, decimals), values, equal_nan=True):
            return decimals or None
    return None


def _check_sums(
    values: Float[np.ndarray, "row class"],
    counts: Bool[np.ndarray, " row"],
    decimals: int | None,
    rest: Sequence[str],
) -> None:
    """Raise where the probabilities of a row do not sum to 1, as far as they are probabilities."""
    unit = 0.0 if decimals is None else 0.5 * 10.0**-decimals
    sums = values.astype(np.float64).sum(axis=1)
    bad = np.flatnonzero((np.abs(sums - 1) > max(OFF, unit * values.shape[1] + 1e-9)) & counts)
    if not len(bad) or not np.all((values[bad] >= 0) & (values[bad] <= 1)):
        return  # what is no probability is told by the door
    got = f"{sums[bad[0]]:.6g} in row {bad[0]} ({len(bad):,} such: {rows_in_words(bad)})"
    remedy = "Declare --logits, or --normalize to divide every row by its sum."
    if rest:
        remedy += f" If one of {listed(rest)} is a class too, name all with --classes."
    raise InputError("probabilities", "sum to 1 in every row", got, remedy)
