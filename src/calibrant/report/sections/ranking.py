"""Section with the order in which rows are ranked: ROC and precision against recall."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float64

from calibrant.figures.ranking import precision_recall_plot, roc_plot
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.ranking.curve_bands import CurveBand
from calibrant.report.blocks import Block, Cell, Picture, Pictures, Section, Table
from calibrant.report.charts.of_curves import band_chart
from calibrant.report.evidence.curves import Ranking
from calibrant.report.numbers import in_percent, in_sentence, percents
from calibrant.report.pictures import svg_of
from calibrant.report.sections.moments import Moment, final_of
from calibrant.report.shapes import Scalar, per_class, scalar
from calibrant.report.wording.ranking import ranked

__all__ = ["ranking_section"]

_AT = np.linspace(0, 1, 11)


def ranking_section(moments: Sequence[Moment]) -> Section | None:
    """Section with the curves of the last moment; None where nothing is ranked."""
    final = final_of(moments)
    rankings = final.curves.rankings
    if not rankings:
        return None
    n_classes = len(final.evaluation.class_names)
    lead = [
        "Rows are ordered by the probability stated for a class. Moving a threshold down this "
        "order finds more rows of the class and raises more false alarms.",
    ]
    if n_classes > 2:
        lead.append(
            f"Of {n_classes:,} classes, each against the rest, those are drawn of which the "
            "smallest share of rows was recognised, among classes with ten rows or more."
        )
    blocks: list[Block] = [
        Pictures(
            title="The order of the rows",
            pictures=[_roc(rankings, final), _precision_recall(rankings, final)],
        )
    ]
    return Section(name="ranking", title="How well are rows ranked?", lead=lead, blocks=blocks)


def _roc(rankings: Sequence[Ranking], moment: Moment) -> Picture:
    """Picture of recall over false alarms."""
    bands = {one.class_name: one.roc for one in rankings}
    alone = len(rankings) == 1
    sentences = [
        ranked(_area(moment.evaluation, one.class_name), class_name=_quoted(one.class_name))
        for one in rankings
    ]
    sentence = " ".join(dict.fromkeys([*sentences, _band_told(rankings[0].roc)]))
    return Picture(
        title="Recall over false alarms (ROC)",
        svg=svg_of(roc_plot(rankings[0].roc if alone else bands), name="roc"),
        label=f"ROC curve. {sentence}",
        sentence=sentence,
        table=_table(bands, name="roc-table", across="False alarms", up="Recall"),
        chart=band_chart(bands, across="false alarms", up="recall"),
    )


def _precision_recall(rankings: Sequence[Ranking], moment: Moment) -> Picture:
    """Picture of precision over recall."""
    del moment
    bands = {one.class_name: one.precision_recall for one in rankings}
    alone = len(rankings) == 1
    prevalence = rankings[0].prevalence if alone else None
    shares = ", ".join(
        f"{in_percent(one.prevalence)} of the rows are of {_quoted(one.class_name)}"
        for one in rankings
    )
    sentence = (
        f"{shares[:1].upper()}{shares[1:]}; that is the precision of a random order. "
        f"{_band_told(rankings[0].precision_recall)}"
    )
    ax = precision_recall_plot(
        rankings[0].precision_recall if alone else bands, prevalence=prevalence
    )
    return Picture(
        title="Precision over recall",
        svg=svg_of(ax, name="precision-recall"),
        label=f"Precision over recall. {sentence}",
        sentence=sentence,
        table=_table(bands, name="precision-recall-table", across="Recall", up="Precision"),
        chart=band_chart(bands, across="recall", up="precision", random=rankings[0].prevalence),
    )


def _band_told(band: CurveBand) -> str:
    """Sentence on the band, or on why there is none."""
    if band.why:
        return f"There is no band: {band.why}."
    return f"The band is the {100 * band.level:g} % interval at each place by itself."


def _area(evaluation: Evaluation, class_name: str) -> Scalar | None:
    """AUROC of a class, where it was measured."""
    if len(evaluation.class_names) == 2 and "auroc" in evaluation:
        return scalar(evaluation["auroc"])
    if "auroc_per_class" in evaluation:
        numbers = per_class(evaluation["auroc_per_class"])
        if numbers is not None and class_name in evaluation.class_names:
            return numbers[evaluation.class_names.index(class_name)]
    return None


def _table(bands: Mapping[str, CurveBand], *, name: str, across: str, up: str) -> Table:
    """Table of the curves at even places."""
    first = next(iter(bands.values()))
    places = _nearest(first.at)
    alone = len(bands) == 1
    rows = [
        [
            Cell(in_percent(float(first.at[k])), float(first.at[k])),
            *(_cell(band, k) for band in bands.values()),
        ]
        for k in places
    ]
    return Table(
        name=name,
        caption=f"{up} at even places{', with its interval' if _has_band(bands) else ''}",
        header=[across, *([up] if alone else [f"{up}, {one}" for one in bands])],
        rows=rows,
        folded=True,
    )


def _has_band(bands: Mapping[str, CurveBand]) -> bool:
    """Whether any of the curves has an interval."""
    return any(not np.isnan(band.low).all() for band in bands.values())


def _nearest(at: Float64[np.ndarray, " point"]) -> list[int]:
    """Indices of the points nearest to tenths."""
    return sorted({int(np.abs(at - place).argmin()) for place in _AT})


def _cell(band: CurveBand, k: int) -> Cell:
    """Cell of one point of a curve."""
    low, high = float(band.low[k]), float(band.high[k])
    value = float(band.value[k])
    return Cell(in_percent(value), value, below="" if math.isnan(low) else percents(low, high))


def _quoted(name: str) -> str:
    """Name of a class in a sentence."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{in_sentence(name)}\N{RIGHT DOUBLE QUOTATION MARK}"
