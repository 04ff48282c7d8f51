"""Sections of everything that rows with classes can tell, in the order of a page."""

from collections.abc import Sequence

from calibrant.metrics.evaluation import Evaluation
from calibrant.report.blocks import Section
from calibrant.report.sections.coverage import coverage_section
from calibrant.report.sections.decisions import decisions_section
from calibrant.report.sections.errors import errors_section
from calibrant.report.sections.groups import groups_section
from calibrant.report.sections.moments import Moment, final_of
from calibrant.report.sections.ranking import ranking_section

__all__ = ["after_metrics"]

Confusion = Sequence[Sequence[float]]


def after_metrics(moments: Sequence[Moment], confusion: Confusion | None) -> list[Section]:
    """Sections that follow those of reliability and metrics, as far as there is what they show."""
    final: Evaluation = final_of(moments).evaluation
    found = (
        errors_section(final, confusion),
        groups_section(moments),
        ranking_section(moments),
        decisions_section(moments),
        coverage_section(moments),
    )
    return [section for section in found if section is not None]
