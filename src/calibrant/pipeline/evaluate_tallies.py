"""Tallies in a file: what the predictions that they were taken of are worth."""

from dataclasses import fields, replace

from calibrant.errors import InputError
from calibrant.metrics.evaluate import evaluate
from calibrant.pipeline.file_evaluation import FileEvaluation
from calibrant.pipeline.grouped_tallies import column_of_groups
from calibrant.pipeline.prediction_source import Question
from calibrant.report.evidence.counted import counted_of
from calibrant.statistics.saved import load_tallies

__all__ = ["evaluate_tallies"]

ASKED = {"path", "reading", "task", "metrics", "level"}  # what tallies leave open
MEASURED = {"predictions": "probabilities", "numbers": "predictions"}


def evaluate_tallies(question: Question) -> FileEvaluation:
    """Metrics of saved tallies.

    Raises
    ------
    InputError
        If the file is damaged, an option speaks of columns, or a metric was not tallied.
    """
    _check_options(question)
    tallies = load_tallies(question.path)
    of_numbers = tallies.kind == "numbers"
    found = evaluate(tallies, question.metrics or None, level=question.level)
    return FileEvaluation(
        question=replace(
            question,
            task="regression" if of_numbers else "classification",
            group_by=column_of_groups(tallies),
        ),
        evaluations={MEASURED.get(tallies.kind, tallies.kind): found},
        rows=tallies,
        notes=("read from tallies", *tallies.notes),
        counted=counted_of(tallies),
    )


def _check_options(question: Question) -> None:
    """Raise for options that are about the rows, which tallies no longer have."""
    for field in fields(question):
        if field.name in ASKED or field.name == "form":
            continue
        value: object = getattr(question, field.name)
        if value != field.default:
            remedy = "Leave it out, or evaluate the rows themselves."
            got = f"{field.name}={value!r} beside tallies"
            raise InputError("options", "go with the file", got, remedy)
