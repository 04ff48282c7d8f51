"""Section with what acting on the model is worth: thresholds, given costs, and net benefit."""

import math
from collections.abc import Sequence

import numpy as np

from calibrant.figures.deciding import decision_plot
from calibrant.figures.ranking import threshold_plot
from calibrant.metrics.ranking.decision_curve import DecisionCurve
from calibrant.report.blocks import Block, Cell, Picture, Pictures, Section, Table
from calibrant.report.charts.of_curves import decision_chart, threshold_chart
from calibrant.report.evidence.curves import DecisionEvidence
from calibrant.report.numbers import in_percent, in_sentence, interval, number
from calibrant.report.pictures import svg_of
from calibrant.report.sections.moments import Moment, final_of
from calibrant.report.wording.decisions import choice_at, choice_told, useful_thresholds

__all__ = ["decisions_section"]

_LISTED = 20  # thresholds


def decisions_section(moments: Sequence[Moment]) -> Section | None:
    """Section with the decisions of the last moment; None where there are not two classes."""
    final = final_of(moments)
    found = final.curves.decisions
    if found is None:
        return None
    positive = in_sentence(final.evaluation.class_names[-1])
    lead = [
        f"To act on a row means to take it for {positive}. It is worth it from the threshold on at "
        "which a miss that is spared outweighs the false alarms: where a miss costs 9 false "
        "alarms, from a probability of 10 %.",
        "Net benefit counts the hits a row, less the false alarms at the price that the threshold "
        "sets. It rests on the probabilities being true; acting on none has 0.",
    ]
    blocks: list[Block] = [
        _costs_table(found.at_costs),
        Pictures(title="Threshold by threshold", pictures=[_benefit(moments), _threshold(found)]),
    ]
    return Section(name="decisions", title="What is it worth to act?", lead=lead, blocks=blocks)


def _costs_table(curve: DecisionCurve) -> Table:
    """Table of what costs call for, what that chooses, and what it is worth."""
    rows: list[list[Cell]] = []
    for k, at in enumerate(curve.threshold.tolist()):
        odds = (1 - at) / at
        chosen = _chosen(curve, k)
        rows.append(
            [
                Cell(_odds_told(odds), odds),
                Cell(in_percent(at), at),
                *(Cell(in_percent(share), share) for share in chosen),
                _worth(curve.net_benefit[k], curve.low[k], curve.high[k]),
                _worth(curve.gain[k], curve.gain_low[k], curve.gain_high[k]),
                Cell(choice_told(choice_at(curve, k))),
            ]
        )
    return Table(
        name="costs-table",
        caption="Decisions at given costs",
        header=[
            "A miss costs, in false alarms",
            "Act from",
            "Acted on",
            "Precision",
            "Recall",
            "Net benefit",
            "Over acting on all",
            "So",
        ],
        rows=rows,
        footnotes=_footnotes(curve),
        stacked=True,
    )


def _footnotes(curve: DecisionCurve) -> list[str]:
    """What stands below the table: what its numbers are, and no interval that is not there."""
    if curve.why:
        return [
            "Net benefit of the model, and the same less that of acting on every row.",
            f"No intervals, and so no verdict: {curve.why}.",
        ]
    level = f"{100 * curve.level:g} % interval"
    return [
        f"Net benefit with its {level}, Student's of a mean, of each threshold by itself.",
        "Net benefit of the model less that of acting on every row; the interval is of the same "
        "rows at once.",
        "What both intervals say together. Where the model beats neither, or only one, there is no "
        "clear winner.",
    ]


def _chosen(curve: DecisionCurve, k: int) -> tuple[float, float, float]:
    """Share of the rows that is acted on, precision and recall at one threshold."""
    tp, fp, fn, tn = (float(column[k]) for column in (curve.tp, curve.fp, curve.fn, curve.tn))
    shares = (tp + fp, tp + fp + fn + tn), (tp, tp + fp), (tp, tp + fn)
    acted, precision, recall = (part / whole if whole else math.nan for part, whole in shares)
    return acted, precision, recall


def _odds_told(odds: float) -> str:
    """Cost of a miss in false alarms, in few digits."""
    return f"{odds:.3g}"


def _worth(value: float, low: float, high: float) -> Cell:
    """Cell of a net benefit."""
    ends = (None if math.isnan(end) else float(end) for end in (low, high))
    return Cell(number(float(value)), float(value), below=interval(*ends))


def _benefit(moments: Sequence[Moment]) -> Picture:
    """Picture of the net benefit, before and after where there are two moments."""
    curves = {
        moment.when: moment.curves.decisions.curve
        for moment in moments
        if moment.curves.decisions is not None
    }
    final = list(curves.values())[-1]
    told = useful_thresholds(final)
    rows = [
        [
            Cell(in_percent(float(final.threshold[k])), float(final.threshold[k])),
            _worth(final.net_benefit[k], final.low[k], final.high[k]),
            _worth(final.act_on_all[k], np.nan, np.nan),
            _worth(final.gain[k], final.gain_low[k], final.gain_high[k]),
        ]
        for k in range(4, len(final.threshold), 5)
    ]
    return Picture(
        title="Net benefit (decision curve)",
        svg=svg_of(decision_plot(final if len(curves) == 1 else curves), name="benefit"),
        label=f"Net benefit over the threshold. {told}",
        sentence=told,
        table=Table(
            name="benefit-table",
            caption="Net benefit at every twentieth",
            header=["Threshold", "Act on the model", "Act on all", "Model less all"],
            rows=rows,
            folded=True,
        ),
        chart=decision_chart(curves),
    )


def _threshold(found: DecisionEvidence) -> Picture:
    """Picture of what every threshold chooses."""
    table = found.table
    n = len(table.threshold)
    listed = np.unique(np.linspace(0, n - 1, min(n, _LISTED)).round().astype(int)).tolist()
    columns = (table.chosen, table.precision, table.recall, table.specificity, table.f1)
    rows = [
        [
            Cell(in_percent(float(table.threshold[k])), float(table.threshold[k])),
            *(Cell(in_percent(float(column[k])), float(column[k])) for column in columns),
        ]
        for k in listed
    ]
    sentence = (
        "A lower threshold acts on more rows: recall grows, and precision falls where the rows "
        "that are added are seldom of the class. The choice is one of costs, not of this curve."
    )
    return Picture(
        title="What each threshold chooses",
        svg=svg_of(threshold_plot(table), name="thresholds"),
        label=f"Precision, recall and the share acted on over the threshold. {sentence}",
        sentence=sentence,
        table=Table(
            name="thresholds-table",
            caption=f"{len(rows)} thresholds" if len(rows) < n else "Thresholds",
            header=["Act from", "Acted on", "Precision", "Recall", "Specificity", "F1"],
            rows=rows,
            folded=True,
        ),
        chart=threshold_chart(table),
    )
