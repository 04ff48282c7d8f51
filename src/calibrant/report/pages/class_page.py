"""Page of a run that predicts classes."""

from calibrant.report.blocks import Page
from calibrant.report.pages.class_sections import after_metrics
from calibrant.report.pages.opening import run_opening, run_subject, truth_sentence
from calibrant.report.sections.background import background_sections, doubts
from calibrant.report.sections.beside import contest_sections, with_contest
from calibrant.report.sections.metrics import metrics_section
from calibrant.report.sections.moments import Moment, final_of, moments_of
from calibrant.report.sections.reliability import first_picture, reliability_section
from calibrant.report.sections.sources import sources_section
from calibrant.report.sections.worst import worst_section
from calibrant.report.summary import RunSummary

__all__ = ["class_page"]


def class_page(summary: RunSummary) -> Page:
    """Page with confidence, metrics, errors and decisions of a run, and what they rest on."""
    before, after, background = summary.before, summary.after, summary.background
    moments = _moments(summary)
    final = final_of(moments)
    earlier, later = moments[0].curves.tables, final.curves.tables if final.when else None
    opening = run_opening(before, after, earlier, later, summary.change)
    sentences = [*opening.sentences, summary.calibrator]
    if summary.truth is not None:
        sentences.append(truth_sentence(summary.truth))
    columns, when = [("Uncalibrated", before)], "uncalibrated"
    if after is not None:
        columns, when = [("Before", before), ("After", after)], "after calibration"
    *behind, reproduce = background_sections(background, has_fit=after is not None)
    sections = (
        reliability_section(moments),
        metrics_section(columns, summary.truth),
        *contest_sections(background.contest, before),
        *after_metrics(moments, summary.confusion),
        worst_section(summary.worst, when=final.when),
        *behind,
        sources_section(moments),
        reproduce,
    )
    return Page(
        title=background.title,
        subject=run_subject(final.evaluation, background.split),
        warnings=doubts(background),
        headline=opening.headline,
        sentences=with_contest(sentences, background.contest),
        numbers=opening.numbers,
        picture=first_picture(later or earlier, when, earlier if later else None),
        sections=[section for section in sections if section is not None],
    )


def _moments(summary: RunSummary) -> tuple[Moment, ...]:
    """Uncalibrated, or before and after."""
    before = (summary.before, summary.curves_before)
    if summary.after is None or summary.curves_after is None:
        return moments_of(before, None)
    return moments_of(before, (summary.after, summary.curves_after))
