"""Section with the classes that were taken for one another."""

from collections.abc import Sequence

from calibrant.figures.confusion import confusion_matrix
from calibrant.metrics.evaluation import Evaluation
from calibrant.report.blocks import Block, Picture, Section
from calibrant.report.charts.matrix import MOST_CLASSES, matrix_chart
from calibrant.report.numbers import count, in_percent, unit_of
from calibrant.report.pictures import svg_of
from calibrant.report.sections.class_tables import class_tables
from calibrant.report.tables import confusion_table

__all__ = ["errors_section"]

_DRAWN_CLASSES = 30  # beyond, rows and columns have no names


def errors_section(
    evaluation: Evaluation, confusion: Sequence[Sequence[float]] | None
) -> Section | None:
    """Section with the confusion matrix, the most frequent errors, and tables of classes.

    None when neither a matrix nor a metric per class is there.
    """
    blocks = [] if confusion is None else _confusion_blocks(confusion, evaluation)
    blocks += class_tables(evaluation, confusion)
    if not blocks:
        return None
    return Section(name="errors", title="Which classes are mistaken?", lead=[], blocks=blocks)


def _confusion_blocks(confusion: Sequence[Sequence[float]], evaluation: Evaluation) -> list[Block]:
    """Blocks of a confusion matrix: the picture up to 30 classes, and the most frequent errors."""
    names, unit = evaluation.class_names, unit_of(confusion, evaluation.n)
    total = sum(sum(row) for row in confusion)
    right = sum(confusion[k][k] for k in range(len(confusion)))
    sentence = f"The likeliest class was the true one for {count(right)} of {count(total)} rows"
    if unit == "Weight":
        sentence = f"By weight, the{sentence.removeprefix('The').removesuffix(' rows')}"
    sentence += f" ({in_percent(right / total)})." if total else "."
    errors = confusion_table(confusion, names, unit=unit)
    if len(confusion) <= _DRAWN_CLASSES:
        picture = Picture(
            title="Confusion matrix",
            svg=svg_of(confusion_matrix(confusion, names), name="confusion"),
            label=f"Confusion matrix of {len(names)} classes. {sentence}",
            sentence=f"{sentence} A row is a true class, a column the class that was predicted; "
            "colour is the share of the true class.",
            table=errors if errors.rows else None,
            chart=matrix_chart(confusion, names, unit=unit) if len(names) <= MOST_CLASSES else None,
        )
        return [picture]
    return [errors] if errors.rows else []
