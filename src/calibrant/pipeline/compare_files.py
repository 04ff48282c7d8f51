"""From files of several models' predictions of the same rows to their comparison."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Int64
from numpy.typing import NDArray

from calibrant.comparison.compare import compare
from calibrant.comparison.comparison import Comparison
from calibrant.comparison.same_rows import check_same_rows
from calibrant.data.columns import listed
from calibrant.errors import InputError
from calibrant.pipeline.class_matching import distinct
from calibrant.pipeline.file_rows import source_of, stated_rows
from calibrant.pipeline.labelled_rows import label_column, row_clusters, row_weights
from calibrant.pipeline.prediction_source import Question, Source
from calibrant.prediction.base import Predictions
from calibrant.statistics.saved import is_tallies

__all__ = ["compare_files"]

MOST_TOLD = 3  # rows that a message names
REMEDY = "Put the same rows into the same order, or name the column that tells them apart: --id."


@dataclass(frozen=True, slots=True, eq=False)
class _Stated:
    """Predictions of a file, and the columns that tell its rows apart or together."""

    rows: Predictions
    ids: NDArray[np.object_] | None
    clusters: NDArray[np.object_] | None
    notes: tuple[str, ...]


def compare_files(
    questions: Mapping[str, Question],
    *,
    id_column: str | None = None,
    clusters: str | None = None,
    baseline: str | None = None,
) -> Comparison:
    """Comparison of the predictions that files or columns hold, by the names of the models.

    Parameters
    ----------
    questions : mapping
        Where every model's predictions are, and which metrics are wanted at which level. The
        classes of the first are those of all.
    id_column : str, optional
        Column that names every row. Rows of the others are put into the order of the first; else
        they must stand in it.
    clusters : str, optional
        Column of the first file with the unit of every row.
    baseline : str, optional
        Model that all others are compared with; else every pair is.

    Raises
    ------
    InputError
        If a file cannot be read, rows are not the same, or options do not go together.
    """
    name, *others = questions
    first = _stated(questions[name], id_column, clusters)
    class_names = first.rows.class_names
    models = {name: first.rows}
    notes = list(first.notes)
    for other in others:
        question = replace(questions[other], classes=class_names)
        found = _stated(question, id_column, None)
        rows = found.rows
        if first.ids is not None and found.ids is not None:
            order = _order(first.ids, found.ids, str(questions[name].path), str(question.path))
            rows = rows.take(torch.from_numpy(order))
        else:
            check_same_rows(first.rows, rows, names=(name, other), remedy=REMEDY)
        models[other] = rows
        notes += found.notes
    asked = questions[name]
    found = compare(
        models,
        metrics=asked.metrics or None,
        level=asked.level,
        clusters=first.clusters,
        baseline=baseline,
    )
    return replace(found, notes=tuple(dict.fromkeys((*notes, *found.notes))))


def _stated(question: Question, id_column: str | None, clusters: str | None) -> _Stated:
    """Predictions of one model."""
    if is_tallies(question.path):
        rule, got = "hold a row for each prediction", "tallies, which keep no rows"
        remedy = "Pass the predictions of both: a pair needs both scores of every row."
        raise InputError(str(question.path), rule, got, remedy)
    source = source_of(question)
    label = label_column(source, question)
    if not distinct(source.texts(label, "label")):
        raise InputError(label, "hold labels", "none at all", "Name the column of what came out.")
    stated = source.stated(question, label)
    if stated is None:
        rule, remedy = "hold probabilities", "Name their columns: --prob or --prob-prefix."
        raise InputError(str(question.path), rule, "decisions alone", remedy)
    weights, notes = row_weights(source, question, label, stated.labels.codes < 0)
    rows = stated_rows(stated, question, weights, groups=None, clusters=None)
    return _Stated(
        rows,
        None if id_column is None else _ids(source, id_column, str(question.path)),
        row_clusters(source, replace(question, clusters=clusters)),
        (*source.how, *stated.labels.notes, *notes, *rows.notes),
    )


def _ids(source: Source, column: str, path: str) -> NDArray[np.object_]:
    """Name of every row, none of them twice or missing."""
    ids = source.texts(column, "id")
    names, counts = np.unique(ids.astype(str), return_counts=True)
    if "" in names:
        got, remedy = f"none in row {int(np.argmax(ids == ''))}", "Name every row."
        raise InputError(f"{column} of {path}", "name every row", got, remedy)
    if len(names) < len(ids):
        twice = [str(name) for name in names[counts > 1]]
        got = f"{len(twice):,} that stand more than once: {_some(twice)}"
        raise InputError(f"{column} of {path}", "name every row by itself", got, "Choose another.")
    return ids


def _order(
    first: NDArray[np.object_], other: NDArray[np.object_], first_path: str, path: str
) -> Int64[np.ndarray, " row"]:
    """Places of the rows of another file, in the order of the first."""
    place = {str(name): k for k, name in enumerate(other)}
    missing = [str(name) for name in first if str(name) not in place]
    if missing or len(other) > len(first):
        known = {str(name) for name in first}
        more = [name for name in place if name not in known]
        told = [f"without {len(missing):,}: {_some(missing)}"] if missing else []
        told += [f"with {len(more):,} more: {_some(more)}"] if more else []
        rule = f"hold the rows of {first_path}"
        raise InputError(path, rule, "; ".join(told), "Compare predictions of the same rows.")
    return np.array([place[str(name)] for name in first], dtype=np.int64)


def _some(names: list[str]) -> str:
    """Return the first few of some names."""
    return listed(names[:MOST_TOLD]) + (", ..." if len(names) > MOST_TOLD else "")
