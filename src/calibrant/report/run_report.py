"""Report of a training run, whatever it predicts."""

from pathlib import Path

from calibrant.files import write_whole
from calibrant.report.blocks import Page
from calibrant.report.html import html_of
from calibrant.report.pages.class_page import class_page
from calibrant.report.pages.number_page import number_page
from calibrant.report.summary import NumberRunSummary, RunSummary
from calibrant.report.terms import with_terms
from calibrant.report.verdict import verdict_of

__all__ = ["render", "write"]


def render(summary: RunSummary | NumberRunSummary) -> str:
    """Text of the HTML report of a run; the same summary gives the same text."""
    return html_of(with_terms(_page(summary)))


def write(path: str | Path, summary: RunSummary | NumberRunSummary) -> tuple[str, ...]:
    """Write the HTML report of a run to `path`, whole or not at all; the verdict that opens it.

    Raises
    ------
    OutputError
        When `path` cannot be written.
    """
    page = _page(summary)
    write_whole(path, html_of(with_terms(page)))
    return verdict_of(page)


def _page(summary: RunSummary | NumberRunSummary) -> Page:
    """Page of the kind of `summary`."""
    match summary:
        case RunSummary():
            return class_page(summary)
        case NumberRunSummary():
            return number_page(summary)
