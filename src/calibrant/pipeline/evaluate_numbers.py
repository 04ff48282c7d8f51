"""Predictions of numbers in a file: what several predictors are worth, side by side."""

from itertools import chain

import numpy as np

from calibrant.data.columns import listed
from calibrant.errors import InputError
from calibrant.metrics.evaluate import Progress, evaluate, tally
from calibrant.pipeline.file_evaluation import FileEvaluation
from calibrant.pipeline.grouped_tallies import with_column
from calibrant.pipeline.labelled_rows import (
    check_numbers_present,
    counted_rows,
    label_column,
    row_clusters,
    row_groups,
    row_weights,
)
from calibrant.pipeline.prediction_source import Question, Source
from calibrant.pipeline.saved_losses import number_loss_of, split_specs
from calibrant.prediction.door import numbers

__all__ = ["evaluate_numbers"]


def evaluate_numbers(
    source: Source, question: Question, progress: Progress | None = None
) -> FileEvaluation:
    """Metrics and losses of every predictor in a file.

    Raises
    ------
    InputError
        If columns and options do not go together, or hold what they must not.
    """
    label = label_column(source, question)
    names = _predictors(question, source.names)
    if question.tallied and len(names) > 1:
        remedy = "Name one predictor, and evaluate the others besides."
        raise InputError("predictions", "be one to save tallies of", listed(names), remedy)
    targets = source.numbers(label, "label")
    missing = np.isnan(targets)
    if bool(missing.all()):
        raise InputError(label, "hold labels", "none at all", "Name the column of what came out.")
    weights, notes = row_weights(source, question, label, missing)
    columns = {name: source.numbers(name, "predictions") for name in names}
    same = all(len(values) == len(targets) for values in columns.values())
    check_numbers_present(columns, ~missing if same else None)
    wanted = question.metrics or None
    groups, clusters = row_groups(source, question), row_clusters(source, question)
    rows = {
        name: numbers(
            predicted=values, targets=targets, weights=weights, groups=groups, clusters=clusters
        )
        for name, values in columns.items()
    }
    told = {
        name: {spec: number_loss_of(one, spec) for spec in split_specs(question.losses)}
        for name, one in rows.items()
    }
    of_losses = (notes for of_specs in told.values() for _, notes in of_specs.values())
    taken = {label, question.weights or source.usual_weights, question.group_by, *names}
    taken |= {question.clusters}
    return FileEvaluation(
        question=question,
        evaluations={
            name: evaluate(one, wanted, level=question.level, progress=progress)
            for name, one in rows.items()
        },
        losses={
            name: {spec: value for spec, (value, _) in of_specs.items()}
            for name, of_specs in told.items()
            if of_specs
        },
        rows=next(iter(rows.values())) if len(rows) == 1 else None,
        tallies=with_column(tally(next(iter(rows.values())), wanted), question.group_by)
        if question.tallied
        else None,
        unused=tuple(name for name in source.names if name not in taken),
        notes=tuple(dict.fromkeys((*source.how, *notes, *chain(*of_losses)))),
        counted=counted_rows(source, question, next(iter(rows.values()))),
    )


def _predictors(question: Question, known: tuple[str, ...]) -> tuple[str, ...]:
    """Columns of the predictors; what is no column may be several, with commas between."""
    names = [
        name
        for given in question.predictors
        for name in ([given] if given in known else map(str.strip, given.split(",")))
        if name
    ]
    if not names:
        remedy = f"Name them: --predictions COLUMN COLUMN. There are {listed(known)}."
        raise InputError("predictions", "name the columns of the predictors", "none", remedy)
    return tuple(dict.fromkeys(names))
