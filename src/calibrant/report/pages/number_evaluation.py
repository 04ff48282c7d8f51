"""Page of an evaluation of predicted numbers, with what its rows can tell."""

from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.what_fits import fitting
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.report.blocks import Page
from calibrant.report.evidence.counted import counted_of
from calibrant.report.evidence.curves import Curves
from calibrant.report.evidence.drawn import DrawnRows, drawn_rows
from calibrant.report.evidence.more import with_more
from calibrant.report.pages.opening import evaluation_opening, scalars, subject
from calibrant.report.sections.forecasts import FORECASTS, coverage_sentence, forecasts_section
from calibrant.report.sections.groups import groups_section
from calibrant.report.sections.metrics import metrics_section
from calibrant.report.sections.moments import moments_of
from calibrant.report.sections.number_evidence import scatter
from calibrant.report.sections.residuals import residuals_section
from calibrant.report.sections.sources import evaluation_reproduce_section, sources_section
from calibrant.report.wording.numbers import explained, number_headline
from calibrant.statistics.bundle import Tallies

__all__ = ["number_evaluation_page"]


def number_evaluation_page(
    evaluation: Evaluation, rows: Rows | Tallies | None, *, title: str
) -> Page:
    """Page with metrics, errors and, of stated distributions, their calibration."""
    drawn = _drawn(rows)
    told = _with_forecasts(evaluation, rows)
    moments = moments_of((evaluation, Curves()), None)
    found = scalars(evaluation)
    sentences = [explained(found["r2"])] if "r2" in found else []
    sentences += [sentence] if (sentence := coverage_sentence(told)) else []
    sections = (
        metrics_section([("Value", evaluation)]),
        forecasts_section(told),
        None if drawn is None else residuals_section(drawn),
        groups_section(moments),
        sources_section(moments_of((told, Curves()), None)),
        evaluation_reproduce_section(evaluation),
    )
    return Page(
        title=title,
        subject=subject(evaluation, counted_of(rows).words()),
        warnings=evaluation.notes,
        headline=number_headline(found["r2"], None) if "r2" in found else "",
        sentences=sentences,
        numbers=evaluation_opening(evaluation).numbers,
        picture=None if drawn is None else scatter(drawn),
        sections=[section for section in sections if section is not None],
    )


def _drawn(rows: Rows | Tallies | None) -> DrawnRows | None:
    """Rows that are drawn; None where there are none, or they lie in several columns."""
    if not isinstance(rows, Numbers):
        return None
    held = rows.present()
    if held.targets is None or held.predicted.ndim != 1 or not len(held):
        return None
    predicted, targets = (x.double().numpy(force=True) for x in (held.predicted, held.targets))
    return drawn_rows(predicted, targets)


def _with_forecasts(evaluation: Evaluation, rows: Rows | Tallies | None) -> Evaluation:
    """The evaluation, with the calibration of stated distributions that `rows` can tell."""
    if rows is None:
        return evaluation
    told = set(fitting(rows))
    return with_more(evaluation, rows, [name for name in FORECASTS if name in told])
