"""Section with the methods behind the numbers, and where they come from."""

import platform
from collections.abc import Sequence
from importlib.metadata import version

from calibrant.errors import InputError
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.registry import entry_of as metric_of
from calibrant.report.blocks import Block, Cell, Code, Facts, Section, Table
from calibrant.report.glossary import entry_of
from calibrant.report.sections.moments import Moment, final_of

__all__ = ["evaluation_reproduce_section", "sources_section"]

_UNFOLDED = 8
_FIGURES = (
    ("Bins with intervals", "intervals of shares: Wilson 1927; diagram: DeGroot and Fienberg 1983"),
    ("Curve without bins, with its band", "Dimitriadis, Gneiting, Jordan 2021 (CORP)"),
    ("Smooth curve, with its band", "Blasiok and Nakkiran 2023"),
    ("Consistency bands", "Broecker and Smith 2007"),
    ("ROC and its band", "Fawcett 2006; Gu, Ghosal, Roy 2008"),
    ("Net benefit", "Vickers and Elkin 2006"),
    ("Risk over coverage", "Geifman and El-Yaniv 2017"),
)
_PACKAGES = ("calibrant", "torch", "numpy", "scipy", "matplotlib")


def sources_section(moments: Sequence[Moment]) -> Section:
    """Section with what every metric measures and its source, and those of the figures."""
    final = final_of(moments)
    rows = [row for name in final.evaluation if (row := _metric(final.evaluation, name))]
    curves = final.curves
    shown = (
        curves.tables,
        curves.isotonic,
        curves.smooth is not None,
        curves.isotonic,
        curves.rankings,
        curves.decisions,
        curves.coverage,
    )
    figures = [
        [Cell(what), Cell("figure"), Cell(source)]
        for (what, source), there in zip(_FIGURES, shown, strict=True)
        if there
    ]
    many = len(rows) + len(figures) > _UNFOLDED
    table = Table(
        name="sources-table",
        caption="Every number and figure, and its source",
        header=["Number", "Name", "Source"],
        rows=[*rows, *figures],
        folded=many,
        stacked=True,
    )
    lead = [
        "Every interval says in a footnote how it was found. The names are those by which "
        "calibrant.evaluate takes a metric.",
    ]
    blocks: list[Block] = [table]
    return Section(name="sources", title="Methods and sources", lead=lead, blocks=blocks)


def evaluation_reproduce_section(evaluation: Evaluation) -> Section:
    """Section with the call that measures the same, and the versions that did."""
    names = ", ".join(f'"{name}"' for name in evaluation)
    blocks: list[Block] = [
        Code(caption="Call", text=f"cal.evaluate(rows, [{names}])", folded=len(names) > 500),
        Facts(facts=[("Python", platform.python_version()), *((p, version(p)) for p in _PACKAGES)]),
    ]
    lead = ["The same rows with the same versions on the same machine give the same digits."]
    return Section(name="reproduce", title="How to reproduce", lead=lead, blocks=blocks)


def _metric(evaluation: Evaluation, name: str) -> list[Cell] | None:
    """Name, key and source of a metric of the catalogue; None of others."""
    try:
        entry, _ = metric_of(name, len(evaluation.class_names))
    except InputError:
        return None
    told = entry_of(name)
    meaning = told.meaning or f"{entry.says[:1].upper()}{entry.says[1:]}."
    return [Cell(told.label, below=meaning), Cell(name), Cell(entry.source)]
