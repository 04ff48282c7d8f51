"""Section with the reliability diagrams, and the first picture of a page."""

from collections.abc import Mapping, Sequence

from calibrant.figures.reliability import reliability_diagram
from calibrant.figures.style import FIRST, SECOND, Line
from calibrant.metrics.binned.reliability import ReliabilityTable
from calibrant.report.blocks import Block, Picture, Pictures, Section
from calibrant.report.pictures import svg_of
from calibrant.report.tables import reliability_bins
from calibrant.report.wording.classes import bins_apart

__all__ = ["first_picture", "reliability_section"]


def first_picture(tables: Mapping[str, ReliabilityTable], when: str) -> Picture | None:
    """Picture of the likeliest class's probabilities, for the first screen."""
    if "top_label" not in tables:
        return None
    stated, line = "stated for the likeliest class", SECOND if when.startswith("after") else FIRST
    ax = reliability_diagram(tables["top_label"], stated=stated, line=line)
    return Picture(
        title="",
        svg=svg_of(ax, name="first"),
        label=f"Reliability diagram of the likeliest class, {when}. Its numbers follow below.",
        sentence=f"The likeliest class, {when}: points on the dotted line came true as often "
        "as stated.",
    )


def reliability_section(
    before: Mapping[str, ReliabilityTable],
    after: Mapping[str, ReliabilityTable] | None,
    class_names: Sequence[str],
) -> Section:
    """Section with a reliability diagram for every view, before and after calibration."""
    level = max((100 * table.level for table in before.values()), default=95)
    lead = [
        "Rows are put into bins by the probability that was stated for them. A point shows how "
        f"often it came true, its bar the {level:g} % interval. Where points lie on the dotted "
        "line, stated probabilities are true; below it they are too high. The bars at the foot "
        "count the rows of every bin."
    ]
    titles = {
        "top_label": ("The likeliest class", "probability stated for the likeliest class"),
        "positive": (f"The class {class_names[-1]}", "probability stated for this class"),
    }
    blocks: list[Block] = []
    for view, table in before.items():
        title, stated = titles.get(view, (view, "stated probability"))
        pictures = [
            _diagram(table, view, "before" if after else "", stated=stated, line=FIRST),
        ]
        if after:
            pictures.append(_diagram(after[view], view, "after", stated=stated, line=SECOND))
        blocks.append(Pictures(title=title, pictures=pictures))
    return Section(
        name="reliability", title="Do the probabilities come true?", lead=lead, blocks=blocks
    )


def _diagram(table: ReliabilityTable, view: str, when: str, *, stated: str, line: Line) -> Picture:
    """Picture of one reliability table."""
    name = "-".join(part for part in ("reliability", view.replace("_", "-"), when) if part)
    title = f"{when.capitalize()} calibration" if when else "Uncalibrated"
    return Picture(
        title=title,
        svg=svg_of(reliability_diagram(table, stated=stated, line=line), name=name),
        label=f"Reliability diagram, {title.lower()}: {stated} against how often it came true.",
        sentence=bins_apart(table),
        table=reliability_bins(table, name=f"{name}-table", caption=f"Bins, {title.lower()}"),
    )
