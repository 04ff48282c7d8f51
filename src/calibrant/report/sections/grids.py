"""Small reliability diagrams beside one another: of classes, and of groups."""

from collections.abc import Collection, Mapping

from calibrant.figures.grid import MOST, reliability_grid
from calibrant.metrics.binned.reliability import ReliabilityTable
from calibrant.report.blocks import Block, Cell, Picture, Table
from calibrant.report.numbers import count, in_percent, percents
from calibrant.report.pictures import svg_of
from calibrant.report.sections.moments import Moment

__all__ = ["classes_picture", "closer_told", "grid_picture"]


def classes_picture(moment: Moment) -> list[Block]:
    """Diagrams of every class against the rest; none where the rows have too few or too many."""
    tables = moment.curves.by_class
    if not tables:
        return []
    when = f", {moment.when} calibration" if moment.when else ""
    apart = {name: _apart(table) for name, table in tables.items()}
    found = sum(apart.values())
    ends = [each for one in tables.values() for each in zip(one.low, one.high, strict=True)]
    used = sum(low <= high for low, high in ends)  # not so of NaN
    all_have = used == sum(w > 0 for one in tables.values() for w in one.weight)
    which = "that hold rows" if all_have else "that have an interval"
    level = next(iter(tables.values())).level
    sentence = (
        f"Each class against the rest{when}. In {found} of {used} bins {which}, what was "
        f"stated lies outside the {100 * level:g} % interval; chance alone would put about "
        f"{(1 - level) * used:.1f} there."
    )
    sentence += closer_told(moment, [f"the class {name}" for name in tables])
    return [grid_picture(tables, title="Class by class", name="by-class", sentence=sentence)]


def closer_told(moment: Moment, drawn: Collection[str]) -> str:
    """Where what is drawn small can be chosen and pointed at; empty where it cannot."""
    held = len({one.of for one in moment.curves.choices} & set(drawn))
    if not held:
        return ""
    which = "each" if held == len(drawn) else f"{held} of the {len(drawn)}"
    return f' Where scripts run, {which} can be chosen in the chart "Look closer".'


def grid_picture(
    tables: Mapping[str, ReliabilityTable], *, title: str, name: str, sentence: str
) -> Picture:
    """Picture of up to 36 tables, with the bins of all of them below it."""
    drawn = dict(list(tables.items())[:MOST])
    axes = reliability_grid(drawn)
    if len(drawn) < len(tables):
        sentence = f"{sentence} Drawn are the first {MOST} of {len(tables)}."
    return Picture(
        title=title,
        svg=svg_of(axes[0], name=name),
        label=f"{title}: a small reliability diagram of each. {sentence}",
        sentence=sentence,
        table=_bins(drawn, name=f"{name}-table"),
    )


def _bins(tables: Mapping[str, ReliabilityTable], *, name: str) -> Table:
    """Table of the bins that hold rows, of every table."""
    rows = [
        [
            Cell(whose),
            Cell(percents(table.lower[b], table.upper[b])),
            Cell(count(table.n[b]), float(table.n[b])),
            Cell(in_percent(table.stated[b]), table.stated[b]),
            Cell(in_percent(table.observed[b]), table.observed[b]),
            Cell(percents(table.low[b], table.high[b])),
        ]
        for whose, table in tables.items()
        for b in range(len(table.n))
        if table.weight[b] > 0
    ]
    header = ["Of", "Bin", "Rows", "Stated, mean", "Observed", "Interval"]
    return Table(name=name, caption="All bins", header=header, rows=rows, folded=True)


def _apart(table: ReliabilityTable) -> int:
    """Number of bins whose mean stated probability lies outside their interval."""
    return sum(
        low <= high and not low <= stated <= high  # NaN where there is no interval
        for low, stated, high in zip(table.low, table.stated, table.high, strict=True)
    )
