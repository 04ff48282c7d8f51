"""Picture whose reader chooses what is shown: whose probabilities, and how they are binned."""

from collections.abc import Sequence

from calibrant.figures.reliability import reliability_diagram
from calibrant.report.blocks import Block, Picture
from calibrant.report.charts.reliability import Seen, reliability_chart
from calibrant.report.pictures import svg_of
from calibrant.report.sections.moments import Moment, final_of
from calibrant.report.tables import reliability_bins
from calibrant.report.wording.classes import bins_apart

__all__ = ["closer_block"]


def closer_block(moments: Sequence[Moment]) -> list[Block]:
    """Picture of the first choice, whose chart has all of every moment; none without choices."""
    final = final_of(moments)
    if not final.curves.choices:
        return []
    first = final.curves.choices[0]
    seen = [
        Seen(table=one.table, after=moment.when == "after", of=one.of, bins=one.bins)
        for moment in moments
        for one in moment.curves.choices
    ]
    what = f"{first.of}, in bins {first.bins.split(' ', 1)[1]}"
    when = f", {final.title.lower()}" if final.when else ""
    picture = Picture(
        title="Look closer",
        svg=svg_of(reliability_diagram(first.table, line=final.line), name="closer"),
        label=f"Reliability diagram of {what}{when}. {bins_apart(first.table)}",
        sentence=f"{what[:1].upper()}{what[1:]}{when}. {bins_apart(first.table)}",
        table=reliability_bins(first.table, name="closer-table", caption="Its bins"),
        chart=reliability_chart(seen),
    )
    return [picture]
