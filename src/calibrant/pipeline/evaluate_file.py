"""From a file of predictions, whoever made them, to what they are worth."""

from pathlib import Path

from calibrant.metrics.evaluate import Progress
from calibrant.metrics.settings import checked_level
from calibrant.pipeline.evaluate_classes import evaluate_classes
from calibrant.pipeline.evaluate_numbers import evaluate_numbers
from calibrant.pipeline.evaluate_tallies import evaluate_tallies
from calibrant.pipeline.file_evaluation import FileEvaluation
from calibrant.pipeline.file_rows import source_of
from calibrant.pipeline.prediction_source import Question
from calibrant.statistics.saved import is_tallies

__all__ = ["evaluate_file", "is_arrays"]


def evaluate_file(question: Question, progress: Progress | None = None) -> FileEvaluation:
    """Metrics and losses of the predictions in a file, or of saved tallies the metrics.

    `progress` hears of every group of rows that was evaluated; see `calibrant.evaluate`.

    Raises
    ------
    InputError
        If the file cannot be read, or its columns, labels and the options do not go together.
    """
    checked_level(question.level)
    if is_tallies(question.path):
        return evaluate_tallies(question)
    source = source_of(question)
    if question.task == "regression":
        return evaluate_numbers(source, question, progress)
    return evaluate_classes(source, question, progress)


def is_arrays(path: Path) -> bool:
    """Whether a file holds arrays rather than a table, by its name."""
    return path.suffix.lower() == ".npz"
