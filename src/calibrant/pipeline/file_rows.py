"""Rows of a prediction file, or its tallies, for what asks one thing of them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

from calibrant.data.read import open_source
from calibrant.errors import InputError
from calibrant.pipeline.labelled_rows import (
    RowGroups,
    RowWeights,
    label_column,
    row_clusters,
    row_groups,
    row_weights,
)
from calibrant.pipeline.prediction_arrays import read_arrays
from calibrant.pipeline.prediction_source import Question, Source, Stated
from calibrant.pipeline.prediction_table import TableSource
from calibrant.prediction.base import Predictions
from calibrant.prediction.door import predictions
from calibrant.statistics.bundle import Tallies
from calibrant.statistics.saved import is_tallies, load_tallies

__all__ = ["FileRows", "filled_codes", "rounding_of", "rows_of_file", "source_of", "stated_rows"]


@dataclass(frozen=True, slots=True)
class FileRows:
    """Labelled predictions of a file, or the tallies in it, and what was done to read them."""

    rows: Predictions | Tallies
    notes: tuple[str, ...]


def rows_of_file(question: Question) -> FileRows:
    """Labelled predictions of classes in a file, or saved tallies.

    Raises
    ------
    InputError
        If the file cannot be read, states no probabilities, or its columns, labels and the
        options do not go together.
    """
    if is_tallies(question.path):
        tallies = load_tallies(question.path)
        return FileRows(tallies, ("read from tallies", *tallies.notes))
    source = source_of(question)
    label = label_column(source, question)
    stated = source.stated(question, label)
    if stated is None:
        remedy = "Name their columns: --prob and --positive, or --prob-prefix."
        raise InputError("file", "state probabilities", "none that were found", remedy)
    weights, notes = row_weights(source, question, label, stated.labels.codes < 0)
    groups, clusters = row_groups(source, question), row_clusters(source, question)
    rows = stated_rows(stated, question, weights, groups=groups, clusters=clusters)
    told = (*source.how, *stated.labels.notes, *notes, *rows.notes, *rounding_of(stated, rows))
    return FileRows(rows, tuple(dict.fromkeys(told)))


def source_of(question: Question) -> Source:
    """Columns of the file: of a table, or of arrays by the ending of its name."""
    if question.path.suffix.lower() == ".npz":
        return read_arrays(question.path)
    file = open_source(question.path, question.reading)
    return TableSource(file.read().table, file.how)


def stated_rows(
    stated: Stated,
    question: Question,
    weights: RowWeights,
    *,
    groups: RowGroups,
    clusters: RowGroups,
) -> Predictions:
    """Rows through the door, those without a label at weight 0."""
    is_logits = question.form == "logits"
    return predictions(
        probs=None if is_logits else stated.values,
        logits=stated.values if is_logits else None,
        labels=filled_codes(stated.labels.codes),
        weights=weights,
        class_names=stated.labels.class_names,
        normalize=question.normalize,
        decimals=stated.decimals,
        groups=groups,
        clusters=clusters,
    )


def rounding_of(stated: Stated, rows: Predictions) -> tuple[str, ...]:
    """What rounding of probabilities did to the sums of the rows."""
    if stated.decimals is None:
        return ()
    sums = rows.present().full_probs.double().sum(dim=-1)
    low, high = (float(end) for end in sums.aminmax())
    if max(1 - low, high - 1) <= 1e-6:
        return ()
    return (
        f"probabilities are rounded to {stated.decimals} decimals: rows sum to {low:.6g} to "
        f"{high:.6g}, and are taken as they are",
    )


def filled_codes(codes: Int64[np.ndarray, " row"]) -> Int64[np.ndarray, " row"]:
    """Codes with 0 where there is no label; such rows weigh 0."""
    return np.maximum(codes, 0)
