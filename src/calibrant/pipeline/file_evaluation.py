"""What the predictions of a file are worth, and the same as plain data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation import Evaluation
from calibrant.pipeline.prediction_source import Question
from calibrant.prediction.rows import Rows
from calibrant.report.evidence.counted import Counted
from calibrant.statistics.bundle import Tallies

__all__ = ["FileEvaluation", "file_record", "is_record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEvaluation:
    """What the predictions of a file are worth.

    Attributes
    ----------
    question : Question
        What was asked.
    evaluations : mapping
        Metrics by what was measured: ``probabilities``, ``decisions``, or the column of each
        predictor of numbers; at least one.
    losses : mapping
        Losses by what was measured, as `evaluations`, and by their spec.
    rows : Rows, Tallies or None
        What the first of the evaluations is of; None of several predictors of numbers.
    tallies : Tallies or None
        Tallies of the rows, where they were asked for.
    unused : tuple of str
        Columns that were not read.
    notes : tuple of str
        What was done to the rows, in words.
    counted : Counted
        How the rows count: by weight, in clusters.
    """

    question: Question
    evaluations: Mapping[str, Evaluation]
    losses: Mapping[str, Mapping[str, Estimate]] = field(
        default_factory=dict[str, Mapping[str, Estimate]]
    )
    rows: Rows | Tallies | None = None
    tallies: Tallies | None = None
    unused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    counted: Counted = field(default_factory=Counted)

    @property
    def first(self) -> Evaluation:
        """Evaluation that stands first: of probabilities where there are any."""
        return next(iter(self.evaluations.values()))


def file_record(result: FileEvaluation) -> dict[str, object]:
    """Plain data for JSON; numbers that JSON cannot hold are None, with a reason.

    ``metrics`` holds those of the probabilities, or of the decisions where these stand alone;
    ``predictors`` in its place those of every predictor of numbers. ``losses`` holds them by
    spec, and with predictors by predictor first. Where rows have groups, ``groups`` beside the
    names of metrics holds those of every group; ``clusters`` names their column. ``weights`` names
    that of weights, and ``n_effective`` says how many rows of equal weight they leave.
    """
    first, question = result.first, result.question
    record: dict[str, object] = {"path": str(question.path), "task": question.task, "n": first.n}
    if question.group_by is not None:
        record["grouped_by"] = question.group_by
    if question.clusters is not None:
        record["clusters"] = question.clusters
    counted = result.counted
    if counted.n_clusters is not None:
        record["n_clusters"] = counted.n_clusters
    if counted.weights:
        record["weights"] = counted.weights
    if counted.n_effective is not None:
        record["n_effective"] = counted.n_effective
    told = {name: evaluation.to_dict() for name, evaluation in result.evaluations.items()}
    if question.task == "regression":
        record["predictors"] = told
    else:
        record["classes"] = list(first.class_names)
        if len(first.class_names) == 2:
            record["positive"] = first.class_names[1]
        kind, *others = told
        record |= {"measured": kind, "metrics": told[kind], **{name: told[name] for name in others}}
    if result.losses:
        losses = {
            name: {spec: value.to_dict() for spec, value in of_specs.items()}
            for name, of_specs in result.losses.items()
        }
        record["losses"] = losses if question.task == "regression" else losses["probabilities"]
    return record | {"notes": list(result.notes), "unused_columns": list(result.unused)}


def is_record(path: Path) -> bool:
    """Whether the file holds such plain data."""
    try:
        found: object = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and {"path", "task", "n"} <= found.keys()
