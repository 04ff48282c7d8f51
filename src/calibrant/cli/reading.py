"""From what was said of a file of predictions to its rows, or its tallies."""

from calibrant.cli.prediction_options import PredictionFile
from calibrant.data.read import Reading
from calibrant.errors import InputError
from calibrant.pipeline.file_rows import FileRows, rows_of_file
from calibrant.pipeline.prediction_source import Question
from calibrant.statistics.saved import is_tallies

__all__ = ["question_of", "read_rows"]


def read_rows(asked: PredictionFile) -> FileRows:
    """Labelled predictions of classes in the file, or saved tallies.

    Raises
    ------
    InputError
        If the file cannot be read, or its columns, labels and the options do not go together.
    """
    if asked.clusters is not None and is_tallies(asked.path):
        rule, remedy = "name a column of rows", "Leave it out: tallies keep the clusters they had."
        raise InputError("--clusters", rule, f"{asked.clusters!r} beside tallies", remedy)
    return rows_of_file(question_of(asked))


def question_of(asked: PredictionFile) -> Question:
    """Which columns hold what."""
    return Question(
        path=asked.path,
        reading=Reading(asked.delimiter, asked.encoding, asked.decimal),
        label=asked.label,
        prob=asked.prob,
        prob_prefix=asked.prob_prefix,
        positive=asked.positive,
        classes=asked.classes,
        form="logits" if asked.logits else "probs",
        weights=asked.weights,
        normalize=asked.normalize,
        skip_unlabelled=asked.skip_unlabelled,
        clusters=asked.clusters,
    )
