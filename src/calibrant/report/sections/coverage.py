"""Section with what is gained by leaving the least sure rows to others."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from calibrant.figures.deciding import risk_coverage_plot
from calibrant.metrics.selective.curve import RiskCoverageCurve
from calibrant.report.blocks import Block, Cell, Picture, Section, Table
from calibrant.report.charts.of_curves import coverage_chart
from calibrant.report.evidence.corners import corners
from calibrant.report.footnotes import method_told, note_of
from calibrant.report.numbers import in_percent, percents
from calibrant.report.pictures import svg_of
from calibrant.report.sections.moments import Moment, final_of
from calibrant.report.shapes import Scalar, scalar
from calibrant.report.wording.coverage import accepted_told, drawn_told

__all__ = ["coverage_section"]


def coverage_section(moments: Sequence[Moment]) -> Section | None:
    """Section with risk over coverage; None where nothing was stated."""
    final = final_of(moments)
    if final.curves.coverage is None:
        return None
    curves = {
        moment.when: _thinned(moment.curves.coverage)
        for moment in moments
        if moment.curves.coverage is not None
    }
    found = {share: scalar(each) for share, each in final.curves.accepted.items()}
    accepted = {share: one for share, one in found.items() if one is not None}
    right = scalar(final.evaluation["accuracy"]) if "accuracy" in final.evaluation else None
    bars = [
        (share, 1 - one.high, 1 - one.low)
        for share, one in accepted.items()
        if one.low is not None and one.high is not None
    ]
    told = accepted_told(right, accepted, final.curves.kept)
    levels = {one.level for one in accepted.values() if one.level is not None}
    told = f"{told} {drawn_told(final.curves.coverage.coverage, max(levels, default=None))}".strip()
    drawn = curves[final.when] if _are_one(curves) else curves
    picture: Block = Picture(
        title="Errors among the rows accepted (risk over coverage)",
        svg=svg_of(risk_coverage_plot(drawn, intervals=bars), name="coverage"),
        label=f"Share of errors over the share of rows accepted, surest first. {told}",
        sentence=told,
        table=_table(final, right),
        chart=coverage_chart(
            {final.when: curves[final.when]} if _are_one(curves) else curves, bars
        ),
    )
    lead = [
        "Rows are accepted from the surest down; the others are left to someone else, or to a "
        "better look. The curve tells how many of those accepted are wrong."
    ]
    return Section(name="coverage", title="When to abstain", lead=lead, blocks=[picture])


def _are_one(curves: Mapping[str, RiskCoverageCurve]) -> bool:
    """Whether there is one curve, or calibration left the order of the rows as it was."""
    first, *others = curves.values()
    return all(
        np.array_equal(first.coverage, other.coverage) and np.array_equal(first.risk, other.risk)
        for other in others
    )


def _thinned(curve: RiskCoverageCurve) -> RiskCoverageCurve:
    """The curve through its corners."""
    at = corners(curve.coverage, curve.risk)
    return replace(
        curve,
        threshold=curve.threshold[at],
        coverage=curve.coverage[at],
        risk=curve.risk[at],
        joint_risk=curve.joint_risk[at],
    )


def _table(moment: Moment, right: Scalar | None) -> Table:
    """Table of the accuracy of the surest rows, by their share."""
    footnotes: list[str] = []
    rows: list[list[Cell]] = []
    for share, estimate in moment.curves.accepted.items():
        one = scalar(estimate)
        if one is not None:
            note = note_of(method_told(estimate.method, estimate.level), footnotes)
            rows.append([Cell(f"{100 * share:g}\N{NO-BREAK SPACE}%", share), *_accuracy(one, note)])
    if right is not None:
        estimate = moment.evaluation["accuracy"]
        note = note_of(method_told(estimate.method, estimate.level), footnotes)
        rows.append([Cell("100\N{NO-BREAK SPACE}%", 1.0), *_accuracy(right, note)])
    return Table(
        name="coverage-table",
        caption="Accuracy of the surest rows",
        header=["Rows accepted", "Right", "Wrong"],
        rows=rows,
        footnotes=footnotes,
    )


def _accuracy(one: Scalar, note: int) -> list[Cell]:
    """Cells of an accuracy, and of what is left of it."""
    known = one.low is not None and one.high is not None
    below = percents(one.low or 0.0, one.high or 0.0) if known else ""
    wrong = 1 - one.value
    return [
        Cell(in_percent(one.value), one.value, below=below, note=note),
        Cell(in_percent(wrong), wrong),
    ]
