"""Sections of a page about several models."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from calibrant.comparison.comparison_table import p_in_words
from calibrant.figures.differences import difference_plot
from calibrant.figures.names import shortened
from calibrant.figures.reliability import reliability_diagram
from calibrant.metrics.evaluation import Evaluation
from calibrant.report.blocks import Cell, Facts, Picture, Pictures, Section, Table
from calibrant.report.charts.intervals import Estimated, interval_chart
from calibrant.report.charts.reliability import Seen, reliability_chart
from calibrant.report.footnotes import method_told, note_of, why_none
from calibrant.report.glossary import entry_of
from calibrant.report.numbers import count, number
from calibrant.report.pictures import svg_of
from calibrant.report.several.model import Model, table_of
from calibrant.report.several.versus import Versus
from calibrant.report.several.words import (
    difference_told,
    headline,
    interval_told,
    named,
    sentence,
    spoken,
)
from calibrant.report.shapes import scalar
from calibrant.report.tables import NOISE_TOLD, measured, reliability_bins
from calibrant.report.wording.classes import bins_apart

__all__ = [
    "DRAWN",
    "differences_section",
    "forest",
    "has_direction",
    "metrics_section",
    "reliability_section",
    "verdicts_section",
]

DRAWN = ("log_loss", "ece", "accuracy", "auroc", "mse", "mae")  # metrics with a forest plot
MOST_DRAWN = 12  # reliability diagrams
HEAD = 28  # letters of a name at the head of a column

PURPOSES = {
    "Good probabilities altogether": ("log_loss", "brier", "brier_binary"),
    "Coming true as stated": ("ece", "ece_debiased", "smooth_ece", "positive_ece", "classwise_ece"),
    "Deciding for the likeliest class": (
        *("accuracy", "f1", "f1_macro", "mcc", "precision", "recall"),
    ),
    "Ranking rows": ("auroc", "average_precision"),
    "Being near the true number": ("mse", "rmse", "mae", "r2"),
}
MOST_UNFOLDED = 20  # differences
BETTER = {True: "Higher is better.", False: "Lower is better.", None: ""}
FINDINGS = {
    "better": "better",
    "worse": "worse",
    "higher": "higher",
    "lower": "lower",
    "none": "no evidence of a difference",
    "same": "the same",
    "unknown": "no verdict",
}


def metrics_section(
    models: Sequence[Model], evaluations: Mapping[str, Evaluation], names: Sequence[str]
) -> Section:
    """Section with every metric side by side, each with its interval."""
    footnotes: list[str] = []
    rows: list[list[Cell]] = []
    for name in names:
        known = [one.metrics[name] for one in evaluations.values() if name in one.metrics]
        better = BETTER[known[0].higher_is_better] if known else ""
        entry = entry_of(name)
        row = [Cell(entry.label, below=f"{entry.meaning} {better}".strip())]
        for model in models:
            evaluation = evaluations[model.name]
            shown = scalar(evaluation[name]) if name in evaluation else None
            if shown is None:
                row.append(Cell("not measured"))
                continue
            estimate = evaluation[name]
            level = None if estimate.low is None else estimate.level
            note = note_of(method_told(why_none(estimate) or estimate.method, level), footnotes)
            row.append(measured(shown, hint=f"n = {count(estimate.n)}.", note=note))
        rows.append(row)
    table = Table(
        name="metrics-table",
        caption="Metrics of every model, each with its interval",
        header=["Metric", *(shortened(model.name, HEAD) for model in models)],
        rows=rows,
        footnotes=footnotes,
        stacked=True,
    )
    lead = [
        "Each interval says how far off that number may be by itself. Whether two numbers differ "
        "is another question: of the same rows a difference can be clear where intervals overlap. "
        "The differences below answer it."
    ]
    shown = [one for evaluation in evaluations.values() for one in evaluation.estimates.values()]
    if any(one.noise_floor is not None for one in shown):
        lead.append(NOISE_TOLD)
    return Section(name="metrics", title="Metrics side by side", lead=lead, blocks=[table])


def verdicts_section(found: Sequence[Versus]) -> Section:
    """Section that says what each model is better for, chosen by the intervals.

    Of every purpose the first metric speaks; the table of differences has all.
    """
    facts: list[tuple[str, str]] = []
    by_metric = _by_metric(found)
    for purpose, metrics in PURPOSES.items():
        speaks = next((name for name in metrics if name in by_metric), None)
        if speaks is not None:
            facts.append((purpose, _said(by_metric[speaks])))
    facts = facts or [(entry_of(name).label, _said(of)) for name, of in by_metric.items()]
    lead = [
        "A model is called better where the whole interval of the difference says so, and the p "
        "value, where there is one. No evidence of a difference does not say that two are the "
        "same: the interval shows how far apart they may be."
    ]
    return Section(
        name="verdicts",
        title="Which is better for what?",
        lead=lead,
        blocks=[Facts(facts=facts)] if facts else [],
    )


def differences_section(found: Sequence[Versus], how: Sequence[str]) -> Section:
    """Section with forest plots, and the table of all differences."""
    pictures = [
        replace(forest(of, name=f"forest-{name.replace('_', '-')}"), sentence=_said(of))
        for name, of in _drawn(found).items()
    ]
    reference = named(found[0].reference) if found else ""
    footnotes: list[str] = []
    rows = [_row(one, footnotes) for one in found]
    table = Table(
        name="differences-table",
        caption=f"All {count(len(rows))} differences: every model less {reference}",
        header=["Metric and model", "Model", "Reference", "Difference", "p", "Verdict"],
        rows=rows,
        footnotes=footnotes,
        folded=len(rows) > MOST_UNFOLDED,
        stacked=True,
    )
    blocks = [
        *([Pictures(title=f"Every model less {reference}", pictures=pictures)] if pictures else []),
        *([table] if rows else []),
    ]
    return Section(
        name="differences", title="How far apart are they?", lead=list(how), blocks=blocks
    )


def forest(found: Sequence[Versus], *, name: str) -> Picture:
    """Forest plot of one metric: every model less the reference."""
    what, reference = spoken(found[0].metric), named(found[0].reference)
    ax = difference_plot(
        {one.name: one.difference for one in found},
        what=what,
        higher_is_better=found[0].higher_is_better is True,
    )
    levels = sorted({100 * one.difference.level for one in found if one.difference.level})
    bar = f"its bar the {' or '.join(f'{level:.4g}' for level in levels)} % interval"
    good = "right" if found[0].higher_is_better else "left"
    told = (
        f"A point is how much the {what} of a model exceeds that of {reference}, "
        f"{bar if levels else 'without an interval'}. {good.capitalize()} of the dotted line is "
        "better; a bar that crosses it is no evidence of a difference."
    )
    return Picture(
        title=f"{entry_of(found[0].metric).label}, less that of {reference}",
        svg=svg_of(ax, name=name),
        label=f"Forest plot of differences in {what}. " + " ".join(sentence(one) for one in found),
        sentence=told,
        chart=interval_chart(
            [_estimated(one) for one in found],
            title=f"difference in {what}",
            more=f"{good} is better",
            level=levels[0] / 100 if len(levels) == 1 else None,
        ),
    )


def has_direction(found: Sequence[Versus]) -> bool:
    """Whether there are differences, of which one side is better."""
    return bool(found) and found[0].higher_is_better is not None


def _estimated(one: Versus) -> Estimated:
    """Difference as a chart takes it: names as long as a phone is wide."""
    told, name = one.difference, shortened(one.name, HEAD)
    return Estimated(name=name, value=told.value, low=told.low, high=told.high)


def reliability_section(models: Sequence[Model], level: float) -> Section | None:
    """Section with a reliability diagram of every model that has one; None without any."""
    tables = {model.name: table_of(model, level) for model in models}
    held = {name: table for name, table in tables.items() if table is not None}
    if not held:
        return None
    views = {table.view for table in held.values()}
    names = next(model.class_names for model in models if model.name in held)
    of = f"the class {names[-1]}" if views == {"positive"} else "the likeliest class"
    pictures: list[Picture] = []
    for k, (name, table) in enumerate(list(held.items())[:MOST_DRAWN]):
        ax = reliability_diagram(table, stated="stated probability")
        pictures.append(
            Picture(
                title=shortened(name, HEAD),
                svg=svg_of(ax, name=f"reliability-{k}"),
                label=f"Reliability diagram of {named(name)}. Its numbers follow below.",
                sentence=bins_apart(table),
                table=reliability_bins(
                    table, name=f"reliability-{k}-table", caption=f"Bins of {shortened(name, HEAD)}"
                ),
                chart=reliability_chart([Seen(table=table)]),
            )
        )
    lead = [
        f"Rows are put into bins by the probability that was stated for {of}. A point shows how "
        f"often it came true, its bar the {100 * level:g} % interval; on the dotted line "
        "probabilities come true as stated, below it they are too high."
    ]
    missing = [named(name) for name, table in tables.items() if table is None]
    if missing:
        lead.append(f"No diagram without rows or their sums: {', '.join(missing)}.")
    if len(held) > MOST_DRAWN:
        lead.append(f"The first {MOST_DRAWN} of {len(held)} are drawn.")
    return Section(
        name="reliability",
        title="Do the probabilities come true?",
        lead=lead,
        blocks=[Pictures(title=f"Probability stated for {of}", pictures=pictures)],
    )


def _said(found: Sequence[Versus]) -> str:
    """What is said of one metric: of one model with its numbers, of several who is better."""
    return sentence(found[0]) if len(found) == 1 else headline(found)


def _drawn(found: Sequence[Versus]) -> dict[str, list[Versus]]:
    """Differences by metric, of the metrics that are drawn; of the first where none is."""
    by_metric = {name: of for name, of in _by_metric(found).items() if has_direction(of)}
    chosen = {name: by_metric[name] for name in DRAWN if name in by_metric}
    return chosen or dict(list(by_metric.items())[:1])


def _by_metric(found: Sequence[Versus]) -> dict[str, list[Versus]]:
    """Differences of every metric."""
    by_metric: dict[str, list[Versus]] = {}
    for one in found:
        by_metric.setdefault(one.metric, []).append(one)
    return by_metric


def _row(one: Versus, footnotes: list[str]) -> list[Cell]:
    """Cells of one difference."""
    told = one.difference
    note = note_of(method_told(told.method, None if told.low is None else told.level), footnotes)
    difference = Cell(difference_told(one), told.value, below=interval_told(one), note=note)
    return [
        Cell(entry_of(one.metric).label, below=shortened(one.name, HEAD)),
        *(Cell(number(value), value) for value in one.values),
        replace(difference, hint=f"n = {count(told.n)}."),
        Cell(p_in_words(one.p_value) or "none"),
        Cell(FINDINGS[one.finding]),
    ]
