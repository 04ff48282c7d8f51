"""Report of a training run."""

from pathlib import Path

from calibrant.files import write_whole
from calibrant.report.background import (
    columns_section,
    data_section,
    reproduce_section,
    training_section,
)
from calibrant.report.blocks import Page
from calibrant.report.evidence import (
    errors_section,
    first_picture,
    metrics_section,
    reliability_section,
)
from calibrant.report.html import html_of
from calibrant.report.opening import run_opening, subject, truth_sentence
from calibrant.report.summary import RunSummary

__all__ = ["render", "write"]


def render(summary: RunSummary) -> str:
    """Text of the HTML report of a run; the same summary gives the same text."""
    before, after = summary.before, summary.after
    opening = run_opening(before, after, summary.reliability_before, summary.reliability_after)
    sentences = [*opening.sentences, summary.calibrator]
    if summary.truth is not None:
        sentences.append(truth_sentence(summary.truth))
    warnings = list(summary.notes)
    if summary.interrupted:
        warnings.insert(0, "Training was interrupted; this is the best state that it had reached.")
    final = before if after is None else after
    columns, when = [("Uncalibrated", before)], "uncalibrated"
    if after is not None:
        columns, when = [("Before", before), ("After", after)], "after calibration"
    errors = errors_section(final, summary.confusion)
    sections = [
        reliability_section(
            summary.reliability_before, summary.reliability_after, before.class_names
        ),
        metrics_section(columns, summary.truth),
        *([errors] if errors else []),
        training_section(summary.training, device=summary.device),
        data_section(summary),
        columns_section(summary),
        reproduce_section(summary),
    ]
    page = Page(
        title=summary.title,
        subject=subject(final),
        warnings=warnings,
        headline=opening.headline,
        sentences=sentences,
        numbers=opening.numbers,
        picture=first_picture(summary.reliability_after or summary.reliability_before, when),
        sections=sections,
    )
    return html_of(page)


def write(path: str | Path, summary: RunSummary) -> None:
    """Write the HTML report of a run to `path`, whole or not at all.

    Raises
    ------
    OutputError
        When `path` cannot be written.
    """
    write_whole(path, render(summary))
