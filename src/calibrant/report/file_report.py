"""Report of the predictions in a file: of probabilities, decisions, or several predictors."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from calibrant.files import write_whole
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation import Evaluation
from calibrant.prediction.rows import Rows
from calibrant.report.blocks import Cell, Section, Table
from calibrant.report.html import html_of
from calibrant.report.numbers import number
from calibrant.report.pages.evaluation_page import evaluation_page
from calibrant.report.pages.opening import subject
from calibrant.report.sections.metrics import metrics_section
from calibrant.report.terms import with_terms
from calibrant.statistics.bundle import Tallies

__all__ = ["write_file_report"]


def write_file_report(
    path: str | Path,
    *,
    name: str,
    evaluations: Mapping[str, Evaluation],
    losses: Mapping[str, Mapping[str, Estimate]],
    rows: Rows | Tallies | None,
    notes: tuple[str, ...],
    counted: str = "",
) -> None:
    """Write the evaluations of one file of predictions to `path` as one HTML file.

    Parameters
    ----------
    path : str or Path
        File to write, whole or not at all; an older one is replaced.
    name : str
        What the predictions are, such as the name of their file.
    evaluations : mapping
        Evaluations by what was measured, at least one. Those of the same metrics stand in one
        table, others each in their own.
    losses : mapping
        Losses by what was measured, as `evaluations`, and by their spec.
    rows : Rows, Tallies or None
        What the first of the evaluations is of; None where several predictors stand side by side.
    notes : tuple of str
        What was done to the rows.
    counted : str, default ""
        How the rows count, in words; where it is empty, what `rows` tell of it.

    Raises
    ------
    OutputError
        When `path` cannot be written.
    """
    first = next(iter(evaluations.values()))
    page = evaluation_page(first, rows, None, title=f"Evaluation of {name}")
    measured = [*_metrics_sections(evaluations), *([_losses_section(losses)] if losses else [])]
    sections: list[Section] = []
    for section in page.sections:
        sections += measured if section.name == "metrics" else [section]
    if len(evaluations) > 1 and rows is None:  # a verdict on the first alone would mislead
        page = replace(page, headline="", sentences=[], numbers=[])
    if counted:
        page = replace(page, subject=subject(first, counted))
    page = replace(page, warnings=notes, sections=sections)
    write_whole(path, html_of(with_terms(page)))


def _metrics_sections(evaluations: Mapping[str, Evaluation]) -> list[Section]:
    """Sections of metrics: one for all evaluations that have the same, else one for each."""
    if len({tuple(evaluation) for evaluation in evaluations.values()}) == 1:
        alone = len(evaluations) == 1
        columns = [("Value" if alone else name, one) for name, one in evaluations.items()]
        return [metrics_section(columns)]
    sections: list[Section] = []
    for name, evaluation in evaluations.items():
        section = metrics_section([("Value", evaluation)])
        blocks = [
            replace(block, name=f"{name}-{block.name}") if isinstance(block, Table) else block
            for block in section.blocks
        ]
        title = f"{section.title} of the {name}"
        sections.append(replace(section, name=f"{section.name}-{name}", title=title, blocks=blocks))
    return sections


def _losses_section(losses: Mapping[str, Mapping[str, Estimate]]) -> Section:
    """Section with the losses, a column for each of what was measured."""
    rows = [
        [
            Cell(spec),
            *(
                Cell(number(float(one[spec])), float(one[spec]), below=one[spec].note)
                for one in losses.values()
            ),
        ]
        for spec in next(iter(losses.values()))
    ]
    names = ["Value"] if len(losses) == 1 else list(losses)
    table = Table(
        name="losses-table", caption="Losses of these rows", header=["Loss", *names], rows=rows
    )
    lead = [
        "What training would have minimised, computed from the saved predictions of all rows at "
        "once. A loss is one number without an interval; metrics have theirs."
    ]
    return Section(name="losses", title="Losses", lead=lead, blocks=[table])
