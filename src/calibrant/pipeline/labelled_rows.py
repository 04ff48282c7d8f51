"""Which rows of a prediction file count, and how much: those with a label, by their weight."""

import numpy as np
from jaxtyping import Bool, Float
from numpy.typing import NDArray

from calibrant.data.columns import listed, rows_in_words
from calibrant.errors import InputError
from calibrant.pipeline.prediction_source import Question, Source
from calibrant.prediction.codes import MISSING
from calibrant.prediction.rows import Rows
from calibrant.report.evidence.counted import Counted, counted_of

__all__ = [
    "RowGroups",
    "RowWeights",
    "check_numbers_present",
    "counted_rows",
    "label_column",
    "row_clusters",
    "row_groups",
    "row_weights",
]

RowWeights = Float[np.ndarray, " row"] | None
RowGroups = NDArray[np.object_] | None


def label_column(source: Source, question: Question) -> str:
    """Name of the column of labels."""
    name = question.label or source.usual_label
    if name is None:
        remedy = f"Name it: --label COLUMN. There are {listed(source.names)}."
        raise InputError("label", "name the column of what came out", "none", remedy)
    return name


def row_weights(
    source: Source, question: Question, label: str, missing: Bool[np.ndarray, " row"]
) -> tuple[RowWeights, tuple[str, ...]]:
    """Weight of every row, 0 without a label, None where all weigh 1; and what was left out.

    Raises
    ------
    InputError
        If rows have no label and `skip_unlabelled` does not say to leave them out, or a row that
        counts has no weight.
    """
    unlabelled = np.flatnonzero(missing)
    if len(unlabelled) and not question.skip_unlabelled:
        got = f"{len(unlabelled):,} missing ({rows_in_words(unlabelled)})"
        remedy = "Fill them, or leave these rows out with --skip-unlabelled."
        raise InputError(label, "hold a label in every row", got, remedy)
    name = question.weights or source.usual_weights
    weights = None if name is None else source.numbers(name, "weights")
    if name is not None and weights is not None:
        check_numbers_present({name: weights}, ~missing if len(missing) == len(weights) else None)
    if not len(unlabelled):
        return weights, ()
    kept = np.where(missing, 0.0, 1.0 if weights is None else weights)
    note = f"{len(unlabelled):,} without a label were left out ({rows_in_words(unlabelled)})"
    return kept, (note,)


def counted_rows(source: Source, question: Question, rows: Rows) -> Counted:
    """How the rows of a file count, by the columns that say so."""
    weights = question.weights or source.usual_weights
    return counted_of(rows, weights=weights or "", clusters=question.clusters or "")


def row_groups(source: Source, question: Question) -> RowGroups:
    """Group of every row, ``(missing)`` where there is none; None where none are asked for.

    Raises
    ------
    InputError
        If there is no such column.
    """
    return _memberships(source, question.group_by, "group_by", "groups")


def row_clusters(source: Source, question: Question) -> RowGroups:
    """Cluster of every row, ``(missing)`` where there is none; None where none are asked for.

    Raises
    ------
    InputError
        If there is no such column.
    """
    return _memberships(source, question.clusters, "clusters", "clusters")


def _memberships(source: Source, column: str | None, argument: str, what: str) -> RowGroups:
    if column is None:
        return None
    texts = source.texts(column, argument)
    if MISSING in texts and "" in texts:
        got = f"the text {MISSING!r} beside rows without any"
        remedy = "Call them otherwise, or fill what is missing."
        raise InputError(column, f"tell {what} apart", got, remedy)
    return np.where(texts == "", MISSING, texts)


def check_numbers_present(
    columns: dict[str, Float[np.ndarray, " row"]], counts: Bool[np.ndarray, " row"] | None
) -> None:
    """Raise where a row that counts has no number, naming every column.

    Raises
    ------
    InputError
        With the number of rows for each column, and the first five.
    """
    told: list[str] = []
    for name, values in columns.items():
        bad: NDArray[np.bool_] = np.isnan(values)
        rows = np.flatnonzero(bad if counts is None else bad & counts)
        if len(rows):
            told.append(f"{len(rows):,} missing in {name!r} ({rows_in_words(rows)})")
    if told:
        more = f" and {len(told) - 5} more columns" if len(told) > 5 else ""
        rule, remedy = "hold a number in every row", "Fill them or leave these rows out."
        raise InputError("columns", rule, f"{'; '.join(told[:5])}{more}", remedy)
