"""Page of an evaluation that stands alone, with what its rows, or tallies of them, can tell."""

from collections.abc import Sequence

from calibrant.comparison.difference import Difference
from calibrant.comparison.paired import paired_difference
from calibrant.metrics.evaluate import evaluate
from calibrant.metrics.evaluation import Evaluation
from calibrant.prediction.base import Predictions
from calibrant.prediction.decisions import Decisions
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.report.blocks import Page, Section
from calibrant.report.evidence.counted import counted_of
from calibrant.report.evidence.curves import Curves
from calibrant.report.evidence.gathering import COSTS, curves_of
from calibrant.report.evidence.levels import level_of
from calibrant.report.evidence.more import with_more
from calibrant.report.evidence.worst_rows import worst_rows
from calibrant.report.pages.class_sections import after_metrics
from calibrant.report.pages.number_evaluation import number_evaluation_page
from calibrant.report.pages.opening import evaluation_opening, run_opening, subject
from calibrant.report.sections.masks import masks_section
from calibrant.report.sections.metrics import metrics_section
from calibrant.report.sections.moments import Moment, final_of, moments_of
from calibrant.report.sections.ordinal import ordinal_section
from calibrant.report.sections.reliability import first_picture, reliability_section
from calibrant.report.sections.sources import evaluation_reproduce_section, sources_section
from calibrant.report.sections.worst import worst_section
from calibrant.report.shapes import matrix
from calibrant.statistics.bundle import Tallies
from calibrant.statistics.confusion import Confusion

__all__ = ["evaluation_page"]

_BY_CLASS = ("precision_per_class", "recall_per_class")
_PER_CLASS = 100  # classes up to which these are measured where they were not asked for


def evaluation_page(
    evaluation: Evaluation,
    rows: Rows | Tallies | None,
    before: Rows | Tallies | None,
    *,
    title: str = "Evaluation",
    costs: Sequence[int | float] = COSTS,
) -> Page:
    """Page of all that is known: of `rows`, and of the same `before` calibration."""
    numbers = isinstance(rows, Numbers) or (isinstance(rows, Tallies) and rows.kind == "numbers")
    if numbers or not evaluation.class_names:
        return number_evaluation_page(evaluation, rows, title=title)
    level = level_of(evaluation)
    now = (
        evaluation,
        _held(evaluation) if rows is None else curves_of(rows, level=level, costs=costs),
    )
    earlier = None
    if before is not None:
        metrics = [
            metric if name == repr(metric) else name for name, metric in evaluation.metrics.items()
        ]
        earlier = (
            evaluate(before, metrics, level=level),
            curves_of(before, level=level, costs=costs),
        )
    moments = moments_of(now if earlier is None else earlier, None if earlier is None else now)
    final = final_of(moments)
    opening = (
        run_opening(
            moments[0].evaluation,
            None if earlier is None else evaluation,
            moments[0].curves.tables,
            None if earlier is None else final.curves.tables,
            _change(rows, before, level),
            alone="",
        )
        if final.curves.tables
        else evaluation_opening(evaluation)
    )
    when = f"{final.when} calibration" if final.when else "as stated"
    return Page(
        title=title,
        subject=subject(evaluation, counted_of(rows).words()),
        warnings=evaluation.notes,
        headline=opening.headline,
        sentences=opening.sentences,
        numbers=opening.numbers,
        picture=first_picture(
            final.curves.tables, when, None if earlier is None else moments[0].curves.tables
        ),
        sections=_sections(moments, rows),
    )


def _held(evaluation: Evaluation) -> Curves:
    """What can be drawn of an evaluation without its rows: the bins that it keeps."""
    bins = evaluation.reliability
    return Curves() if bins is None else Curves(tables={bins.view: bins})


def _sections(moments: Sequence[Moment], rows: Rows | Tallies | None) -> list[Section]:
    """Sections in their order."""
    final = final_of(moments)
    detailed = _by_class(final.evaluation, rows)
    held = detailed["confusion_matrix"] if "confusion_matrix" in detailed else None  # noqa: SIM401
    confusion = None if held is None else matrix(held)
    shown = [*moments[:-1], Moment(final.when, detailed, final.curves)]
    columns = [
        (moment.when.capitalize() if moment.when else "Value", moment.evaluation)
        for moment in moments
    ]
    worst = () if rows is None else worst_rows(rows)
    found = (
        reliability_section(moments),
        metrics_section(columns),
        masks_section(final.evaluation, rows),
        ordinal_section(final.evaluation, confusion),
        *after_metrics(shown, confusion),
        worst_section(worst, when=final.when),
        sources_section(moments),
        evaluation_reproduce_section(final.evaluation),
    )
    return [section for section in found if section is not None]


def _by_class(evaluation: Evaluation, rows: Rows | Tallies | None) -> Evaluation:
    """The evaluation, with the errors by class that `rows` can tell."""
    told = isinstance(rows, (Predictions, Decisions))
    if isinstance(rows, Tallies):
        told = rows.holds(Confusion())
    if rows is None or not told:
        return evaluation
    wanted = ["confusion_matrix"]
    if len(evaluation.class_names) <= _PER_CLASS:
        wanted += _BY_CLASS
    return with_more(evaluation, rows, wanted)


def _change(
    rows: Rows | Tallies | None, before: Rows | Tallies | None, level: float
) -> Difference | None:
    """Log loss of `rows` less that of `before`, row by row; tallies cannot tell it."""
    if not isinstance(rows, Predictions) or not isinstance(before, Predictions):
        return None
    if rows.soft is not None:
        return None
    return paired_difference(rows, before, level=level)
