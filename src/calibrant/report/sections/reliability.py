"""Section with the reliability diagrams, and the first picture of a page."""

from collections.abc import Mapping, Sequence

from calibrant.figures.reliability import reliability_diagram
from calibrant.figures.style import FIRST, SECOND
from calibrant.metrics.binned.reliability import ReliabilityTable
from calibrant.report.blocks import Block, Picture, Pictures, Section
from calibrant.report.charts.reliability import Seen, reliability_chart
from calibrant.report.pictures import svg_of
from calibrant.report.sections.bands import band_picture
from calibrant.report.sections.binnings import binnings_block
from calibrant.report.sections.closer import closer_block
from calibrant.report.sections.grids import classes_picture
from calibrant.report.sections.moments import Moment, final_of
from calibrant.report.tables import reliability_bins
from calibrant.report.wording.classes import bins_apart

__all__ = ["first_picture", "reliability_section"]


def first_picture(
    tables: Mapping[str, ReliabilityTable],
    when: str,
    before: Mapping[str, ReliabilityTable] | None = None,
) -> Picture | None:
    """Picture of the likeliest class's probabilities, for the first screen.

    Its chart shows those `before` calibration too, where they are given.
    """
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
        chart=reliability_chart(
            [
                *([Seen(table=before["top_label"], after=False)] if before else []),
                Seen(table=tables["top_label"], after=when.startswith("after")),
            ],
            stated=stated,
        ),
    )


def reliability_section(moments: Sequence[Moment]) -> Section | None:
    """Section with a reliability diagram for every view, before and after calibration.

    Below them the rising curve with its band, and the smooth one of the last moment; then the
    error by number of bins, and the classes one by one, of the last moment. None where nothing
    was stated.
    """
    final = final_of(moments)
    if not final.curves.tables:
        return None
    level = max(100 * table.level for table in final.curves.tables.values())
    lead = [
        "Rows are put into bins by the probability that was stated for them. A point shows how "
        f"often it came true, its bar the {level:g} % interval. Where points lie on the dotted "
        "line, stated probabilities are true; below it they are too high. The bars at the foot "
        "count the rows of every bin."
    ]
    titles = {
        "top_label": ("The likeliest class", "probability stated for the likeliest class"),
        "positive": (
            f"The class {final.evaluation.class_names[-1]}",
            "probability stated for this class",
        ),
    }
    if len(final.curves.tables) == 1 and not final.evaluation.class_names:
        titles = {"top_label": ("The events", "stated probability")}
    blocks: list[Block] = []
    for view in final.curves.tables:
        title, stated = titles.get(view, (view, "stated probability"))
        pictures = [_diagram(moment, view, stated=stated) for moment in moments]
        bands = [
            band_picture(moment.curves.isotonic[view], moment, stated=stated)
            for moment in moments
            if view in moment.curves.isotonic
        ]
        smooth = final.curves.smooth
        if smooth is not None and smooth.view == view:
            bands.append(band_picture(smooth, final, stated=stated))
        if len(moments) == 1:
            pictures += bands
        blocks.append(Pictures(title=title, pictures=pictures))
        if len(moments) > 1 and bands and view == list(final.curves.tables)[-1]:
            blocks.append(Pictures(title=f"{title}, without bins", pictures=bands))
    blocks += closer_block(moments)
    blocks += binnings_block(moments)
    blocks += classes_picture(final)
    return Section(
        name="reliability", title="Do the probabilities come true?", lead=lead, blocks=blocks
    )


def _diagram(moment: Moment, view: str, *, stated: str) -> Picture:
    """Picture of one reliability table."""
    table = moment.curves.tables[view]
    name = moment.name(f"reliability-{view.replace('_', '-')}")
    title = moment.title
    return Picture(
        title=title,
        svg=svg_of(reliability_diagram(table, stated=stated, line=moment.line), name=name),
        label=f"Reliability diagram, {title.lower()}: {stated} against how often it came true.",
        sentence=bins_apart(table),
        table=reliability_bins(table, name=f"{name}-table", caption=f"Bins, {title.lower()}"),
        chart=reliability_chart([Seen(table=table, after=moment.when == "after")], stated=stated),
    )
