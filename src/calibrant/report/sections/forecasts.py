"""Section with the calibration of stated distributions of numbers."""

from collections.abc import Sequence

from calibrant.figures.forecasts import pit_plot, quantile_plot
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation import Evaluation
from calibrant.report.blocks import Cell, Picture, Pictures, Section, Table
from calibrant.report.charts.bars import bar_chart
from calibrant.report.charts.of_curves import quantile_chart
from calibrant.report.footnotes import method_told
from calibrant.report.numbers import in_percent, percents
from calibrant.report.pictures import svg_of
from calibrant.report.shapes import Scalar, per_class, scalar
from calibrant.report.wording.forecasts import coverage_told, levels_apart

__all__ = ["FORECASTS", "coverage_sentence", "forecasts_section"]

FORECASTS = ("pit_histogram", "quantile_calibration", "interval_coverage")
_STATED = 0.9  # of an interval, unless its metric says otherwise


def coverage_sentence(evaluation: Evaluation) -> str:
    """Sentence about the coverage of stated intervals; empty where it was not measured."""
    if "interval_coverage" not in evaluation:
        return ""
    one = scalar(evaluation["interval_coverage"])
    stated = getattr(evaluation.metrics.get("interval_coverage"), "level", _STATED)
    return "" if one is None else coverage_told(one, stated=float(stated))


def forecasts_section(evaluation: Evaluation) -> Section | None:
    """Section with the PIT histogram and the shares below stated quantiles; None without both."""
    pictures: list[Picture] = []
    if "pit_histogram" in evaluation:
        pictures.append(_pit(evaluation["pit_histogram"]))
    if "quantile_calibration" in evaluation:
        pictures.append(_quantiles(evaluation["quantile_calibration"]))
    if not pictures:
        return None
    lead = [
        "The model states more than a number: how far off it may be. If that is true, one in ten "
        "targets lies below the stated 10 % quantile, and so on.",
        coverage_sentence(evaluation),
    ]
    return Section(
        name="forecasts",
        title="Do the stated distributions come true?",
        lead=[paragraph for paragraph in lead if paragraph],
        blocks=[Pictures(title="Levels", pictures=pictures)],
    )


def _pit(estimate: Estimate) -> Picture:
    """Picture of the levels of the stated distribution that targets reach."""
    found = per_class(estimate) or []
    n = len(found)
    told = levels_apart([1 / n] * n, found, what="bars")
    names = [percents(k / n, (k + 1) / n) for k in range(n)]
    return Picture(
        title="Where targets lie in the stated distribution (PIT)",
        svg=svg_of(pit_plot(estimate), name="pit"),
        label=f"Histogram of the levels of targets. {told}",
        sentence=f"{told} A U says that the spreads are too narrow, a hill that they are too wide.",
        table=_table(names, found, estimate, name="pit-table", header="Level"),
        chart=bar_chart(found, across="level of the stated distribution", up="share of targets")
        if found
        else None,
    )


def _quantiles(estimate: Estimate) -> Picture:
    """Picture of the share of targets at or below every stated quantile."""
    found = per_class(estimate) or []
    levels = [float(name) for name in estimate.names]
    told = levels_apart(levels, found, what="levels")
    return Picture(
        title="Targets below stated quantiles",
        svg=svg_of(quantile_plot(estimate), name="quantiles"),
        label=f"Share of targets at or below each stated quantile, over its level. {told}",
        sentence=f"{told} On the dotted line levels are true.",
        table=_table(
            [in_percent(level) for level in levels],
            found,
            estimate,
            name="quantiles-table",
            header="Stated level",
        ),
        chart=quantile_chart(levels, found),
    )


def _table(
    names: Sequence[str], found: Sequence[Scalar], estimate: Estimate, *, name: str, header: str
) -> Table:
    """Table of shares with their intervals."""
    rows = [
        [
            Cell(what),
            Cell(
                in_percent(one.value),
                one.value,
                below="" if one.low is None or one.high is None else percents(one.low, one.high),
            ),
        ]
        for what, one in zip(names, found, strict=True)
    ]
    return Table(
        name=name,
        caption="Shares of the targets",
        header=[header, "Share of targets"],
        rows=rows,
        footnotes=[method_told(estimate.method, estimate.level)],
        folded=True,
    )
