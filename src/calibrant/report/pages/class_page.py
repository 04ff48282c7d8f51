"""Page of a run that predicts classes."""

from calibrant.report.blocks import Page
from calibrant.report.evidence.curves import Curves
from calibrant.report.pages.opening import run_opening, run_subject, truth_sentence
from calibrant.report.sections.background import background_sections, doubts
from calibrant.report.sections.beside import contest_sections, with_contest
from calibrant.report.sections.errors import errors_section
from calibrant.report.sections.metrics import metrics_section
from calibrant.report.sections.moments import Moment, moments_of
from calibrant.report.sections.reliability import first_picture, reliability_section
from calibrant.report.summary import RunSummary

__all__ = ["class_page"]


def class_page(summary: RunSummary) -> Page:
    """Page with confidence, metrics and errors of a run, and what they rest on."""
    before, after, background = summary.before, summary.after, summary.background
    tables = summary.reliability_before, summary.reliability_after
    opening = run_opening(before, after, *tables, summary.change)
    sentences = [*opening.sentences, summary.calibrator]
    if summary.truth is not None:
        sentences.append(truth_sentence(summary.truth))
    final = before if after is None else after
    columns, when = [("Uncalibrated", before)], "uncalibrated"
    if after is not None:
        columns, when = [("Before", before), ("After", after)], "after calibration"
    errors = errors_section(final, summary.confusion)
    sections = [
        *([reliability] if (reliability := reliability_section(_moments(summary))) else []),
        metrics_section(columns, summary.truth),
        *contest_sections(background.contest, before),
        *([errors] if errors else []),
        *background_sections(background, has_fit=after is not None),
    ]
    return Page(
        title=background.title,
        subject=run_subject(final, background.split),
        warnings=doubts(background),
        headline=opening.headline,
        sentences=with_contest(sentences, background.contest),
        numbers=opening.numbers,
        picture=first_picture(summary.reliability_after or summary.reliability_before, when),
        sections=sections,
    )


def _moments(summary: RunSummary) -> tuple[Moment, ...]:
    """Uncalibrated, or before and after."""
    before = (summary.before, Curves(tables=summary.reliability_before))
    if summary.after is None or summary.reliability_after is None:
        return moments_of(before, None)
    return moments_of(before, (summary.after, Curves(tables=summary.reliability_after)))
