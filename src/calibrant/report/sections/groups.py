"""Section with the groups of rows, side by side."""

import math
from collections.abc import Sequence

from calibrant.metrics.evaluation import Evaluation
from calibrant.report.blocks import Block, Cell, Section, Table
from calibrant.report.glossary import entry_of
from calibrant.report.numbers import count
from calibrant.report.sections.grids import closer_told, grid_picture
from calibrant.report.sections.moments import Moment, final_of
from calibrant.report.shapes import Scalar, scalar
from calibrant.report.tables import measured
from calibrant.report.wording.classes import Lean, lean_of, mean_stated
from calibrant.report.wording.groups import groups_told, lean_in_words

__all__ = ["groups_section"]

_SHOWN = ("accuracy", "log_loss", "ece", "r2", "rmse", "mae")
_LISTED = 12  # groups, the smallest of many are folded away
_MOST = 100


def groups_section(moments: Sequence[Moment]) -> Section | None:
    """Section with the metrics of every group, and how its probabilities lean; None without any."""
    final = final_of(moments)
    groups = final.evaluation.groups
    if not groups:
        return None
    lead = [
        f"The rows fall into {len(groups):,} groups. A small group differs from another by chance "
        "alone: look at the intervals."
    ]
    blocks: list[Block] = []
    bins, leans = final.curves.by_group, _leans(final)
    if bins is not None:
        level = next(iter(bins.tables.values())).level
        told = groups_told(leans, level=level, n_groups=len(groups), why=bins.why)
        when = f" {final.when.capitalize()} calibration." if final.when else ""
        told = f"{told}{when}{closer_told(final, [f'the group {name}' for name in bins.tables])}"
        blocks.append(
            grid_picture(bins.tables, title="Group by group", name="by-group", sentence=told)
        )
    blocks += _tables(moments, leans)
    return Section(name="groups", title="Does it hold in every group?", lead=lead, blocks=blocks)


def _leans(moment: Moment) -> dict[str, Lean]:
    """Which way the probabilities of every group lean: the mean stated against what came out."""
    bins = moment.curves.by_group
    if bins is None:
        return {}
    found: dict[str, Lean] = {}
    for name, one in bins.whole.items():
        low, high = (None if math.isnan(end) else end for end in (one.low[0], one.high[0]))
        found[name] = lean_of(mean_stated(one), Scalar(one.observed[0], low, high, one.level))
    return found


def _tables(moments: Sequence[Moment], leans: dict[str, Lean]) -> list[Block]:
    """Tables of the groups: the largest, and the others folded away."""
    final = final_of(moments)
    groups = final.evaluation.groups
    names = sorted(groups, key=lambda name: (-groups[name].n, name))[:_MOST]
    columns = [
        (moment, metric)
        for metric in _SHOWN
        for moment in moments
        if metric in moment.evaluation and scalar(moment.evaluation[metric]) is not None
    ]
    same = {metric for _, metric in columns if _is_same(moments, metric)}
    alone = Moment("", final.evaluation, final.curves)
    columns = [
        (alone if metric in same else moment, metric)
        for moment, metric in columns
        if moment is final or metric not in same
    ]
    header = ["Group", "Rows"]
    header += [_heading(moment, metric) for moment, metric in columns]
    header += ["Probabilities are"] if leans else []
    rows = [
        [
            Cell(name),
            Cell(count(groups[name].n), float(groups[name].n)),
            *(_cell(moment.evaluation.groups.get(name), metric) for moment, metric in columns),
            *([Cell(lean_in_words(leans[name]) if name in leans else "")] if leans else []),
        ]
        for name in names
    ]
    shown = min(_LISTED, len(rows))
    caption = "Groups" if shown == len(groups) else f"The {shown} largest of {len(groups):,} groups"
    blocks: list[Block] = [
        Table(name="groups-table", caption=caption, header=header, rows=rows[:shown], stacked=True)
    ]
    if len(rows) > shown:
        caption = f"The next {len(rows) - shown} groups"
        blocks.append(
            Table(
                name="more-groups-table",
                caption=caption,
                header=header,
                rows=rows[shown:],
                folded=True,
                stacked=True,
            )
        )
    return blocks


def _is_same(moments: Sequence[Moment], metric: str) -> bool:
    """Whether there is one moment, or calibration left a metric as it was in every group."""
    final = final_of(moments).evaluation.groups
    return all(
        metric in one and name in final and one[metric].value == final[name][metric].value
        for moment in moments[:-1]
        for name, one in moment.evaluation.groups.items()
    )


def _heading(moment: Moment, metric: str) -> str:
    """Heading of a column."""
    label = entry_of(metric).label
    return f"{label}, {moment.when}" if moment.when else label


def _cell(group: Evaluation | None, metric: str) -> Cell:
    """Cell of a metric of a group, blank where it was not measured."""
    one: Scalar | None = None
    if group is not None and metric in group:
        one = scalar(group[metric])
    return Cell("") if one is None else measured(one)
