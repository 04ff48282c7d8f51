"""Report of an evaluation that stands alone."""

from pathlib import Path

from calibrant.files import write_whole
from calibrant.metrics.evaluation import Evaluation
from calibrant.report.blocks import Page
from calibrant.report.html import html_of
from calibrant.report.pages.opening import evaluation_opening, subject
from calibrant.report.sections.errors import errors_section
from calibrant.report.sections.metrics import metrics_section
from calibrant.report.shapes import matrix

__all__ = ["write_report"]


def write_report(evaluation: Evaluation, path: str | Path) -> None:
    """Write `evaluation` to `path` as one HTML file that needs nothing else.

    The page holds the metrics with their intervals, and, where the evaluation has a
    ``confusion_matrix``, the errors by class.

    Parameters
    ----------
    evaluation : Evaluation
        What `calibrant.evaluate` returned.
    path : str or Path
        File to write, whole or not at all; an older one is replaced.

    Raises
    ------
    OutputError
        When `path` cannot be written.
    """
    opening = evaluation_opening(evaluation)
    confusion = matrix(evaluation["confusion_matrix"]) if "confusion_matrix" in evaluation else None
    errors = errors_section(evaluation, confusion)
    sections = [metrics_section([("Value", evaluation)]), *([errors] if errors else [])]
    page = Page(
        title="Evaluation",
        subject=subject(evaluation),
        warnings=evaluation.notes,
        headline=opening.headline,
        sentences=opening.sentences,
        numbers=opening.numbers,
        picture=None,
        sections=sections,
    )
    write_whole(path, html_of(page))
