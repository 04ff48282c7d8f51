"""Predictions of classes in a file: what their probabilities and decisions are worth."""

from dataclasses import replace

import numpy as np

from calibrant.data.columns import listed, rows_in_words
from calibrant.errors import InputError
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluate import Progress, evaluate, tally
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.resolving import resolve
from calibrant.pipeline.class_matching import check_labels, distinct, labels_among, two_in_order
from calibrant.pipeline.file_evaluation import FileEvaluation
from calibrant.pipeline.file_rows import filled_codes, rounding_of, stated_rows
from calibrant.pipeline.grouped_tallies import with_column
from calibrant.pipeline.labelled_rows import (
    RowGroups,
    RowWeights,
    counted_rows,
    label_column,
    row_clusters,
    row_groups,
    row_weights,
)
from calibrant.pipeline.prediction_source import Labels, Question, Source
from calibrant.pipeline.saved_losses import loss_of, split_specs
from calibrant.prediction.base import Predictions
from calibrant.prediction.decisions import UNORDERED, Decisions
from calibrant.prediction.door import decisions
from calibrant.prediction.names import in_order

__all__ = ["evaluate_classes"]


def evaluate_classes(
    source: Source, question: Question, progress: Progress | None = None
) -> FileEvaluation:
    """Metrics and losses of the probabilities, and metrics of the decisions, in a file.

    Raises
    ------
    InputError
        If columns, labels or options do not go together, or hold what they must not.
    """
    label = label_column(source, question)
    if not distinct(source.texts(label, "label")):
        raise InputError(label, "hold labels", "none at all", "Name the column of what came out.")
    stated = source.stated(question, label)
    labels, has_order = (
        _labels_of_decisions(source, question, label) if stated is None else (stated.labels, True)
    )
    weights, notes = row_weights(source, question, label, labels.codes < 0)
    notes = (*source.how, *labels.notes, *notes)
    groups, clusters = row_groups(source, question), row_clusters(source, question)
    evaluations: dict[str, Evaluation] = {}
    losses: dict[str, dict[str, Estimate]] = {}
    rows: Predictions | Decisions | None = None
    specs = split_specs(question.losses)
    if stated is not None:
        rows = stated_rows(stated, question, weights, groups=groups, clusters=clusters)
        notes = (*notes, *rows.notes, *rounding_of(stated, rows))
        evaluations["probabilities"] = _evaluated(rows, question, question.metrics, progress)
        of_specs = {spec: loss_of(rows, spec) for spec in specs}
        if of_specs:
            losses["probabilities"] = {spec: value for spec, (value, _) in of_specs.items()}
        notes = (*notes, *(note for _, told in of_specs.values() for note in told))
    elif specs:
        remedy = "Name the columns of the probabilities, or leave --losses out."
        raise InputError("losses", "stand beside probabilities", "decisions alone", remedy)
    if question.decided is not None:
        guess = labels_among(
            source.texts(question.decided, "decided"), labels.class_names, "decided"
        )
        decided = _decisions(
            guess, labels, question.decided, weights, groups=groups, clusters=clusters
        )
        decided = decided if has_order else replace(decided, notes=(*decided.notes, UNORDERED))
        names = question.metrics if stated is None else _of_decisions(question, rows)
        evaluations["decisions"] = _evaluated(decided, question, names, progress)
        rows = decided if rows is None else rows
        notes = (*notes, *guess.notes, *decided.notes)
    assert rows is not None  # either probabilities or decisions were named
    taken = {label, question.weights or source.usual_weights, question.decided, "class_names"}
    taken |= {question.group_by, question.clusters}
    taken |= set(() if stated is None else stated.columns)
    return FileEvaluation(
        question=question,
        evaluations=evaluations,
        losses=losses,
        rows=rows,
        tallies=with_column(tally(rows, question.metrics or None), question.group_by)
        if question.tallied
        else None,
        unused=tuple(name for name in source.names if name not in taken),
        notes=tuple(dict.fromkeys(notes)),
        counted=counted_rows(source, question, rows),
    )


def _decisions(
    guess: Labels,
    labels: Labels,
    name: str,
    weights: RowWeights,
    *,
    groups: RowGroups,
    clusters: RowGroups,
) -> Decisions:
    """Decided rows through the door, those without a label at weight 0."""
    counts = labels.codes >= 0
    bad = np.flatnonzero((guess.codes < 0) & (counts if weights is None else weights > 0))
    if len(bad):
        got = f"{len(bad):,} missing ({rows_in_words(bad)})"
        remedy = "Fill them or leave these rows out."
        raise InputError(name, "hold a class in every row", got, remedy)
    return decisions(
        predicted=filled_codes(guess.codes),
        labels=filled_codes(labels.codes),
        class_names=labels.class_names,
        weights=weights,
        groups=groups,
        clusters=clusters,
    )


def _labels_of_decisions(source: Source, question: Question, label: str) -> tuple[Labels, bool]:
    """Labels by the classes that are told, or else that both columns hold; whether in an order."""
    texts = source.texts(label, "label")
    found, has_order = question.classes, True
    if found:
        check_labels(texts, found, label)
    else:
        names = distinct(texts)
        if question.decided is not None:
            decided = distinct(source.texts(question.decided, "decided"))
            _check_shared(decided, names)
            names += decided
        found, has_order = in_order(names)
    return labels_among(texts, two_in_order(found, question.positive), label), has_order


def _check_shared(decided: list[str], labels: list[str]) -> None:
    """Raise where no class was ever decided on that came out: another column was named."""
    if decided and not set(decided) & set(labels):
        got = f"{listed(decided, 5)}, none of which is a label"
        remedy = f"The labels are {listed(labels, 5)}. Name the column of decisions, or all "
        remedy += "classes with --classes."
        raise InputError("decided", "hold classes of the labels", got, remedy)


def _evaluated(
    rows: Predictions | Decisions,
    question: Question,
    names: tuple[str, ...],
    progress: Progress | None,
) -> Evaluation:
    """Evaluation of the metrics asked for, or the usual ones."""
    return evaluate(rows, names or None, level=question.level, progress=progress)


def _of_decisions(question: Question, rows: Predictions | Decisions | None) -> tuple[str, ...]:
    """Those of the metrics asked for that decisions can tell."""
    n_classes = 0 if rows is None else rows.n_classes
    able = [
        name for name in question.metrics if issubclass(Decisions, resolve(name, n_classes).reads)
    ]
    if question.metrics and not able:
        got = listed(question.metrics)
        remedy = "Add one such as accuracy, or leave --decided out."
        raise InputError("metrics", "hold one that decisions can tell", got, remedy)
    return tuple(able)
