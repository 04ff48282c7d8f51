"""Picture of a reliability curve that needs no bins, with its band."""

import numpy as np

from calibrant.figures.bands import reliability_band
from calibrant.metrics.bands.curve import ReliabilityCurve
from calibrant.report.blocks import Cell, Picture, Table
from calibrant.report.charts.of_curves import isotonic_chart
from calibrant.report.evidence.corners import thinned_curve
from calibrant.report.numbers import count, in_percent, percents
from calibrant.report.pictures import svg_of
from calibrant.report.sections.moments import Moment

__all__ = ["band_picture"]

_LISTED = 20  # points of the table
_WORDS = {
    "isotonic": ("rising curve", "The rising curve that fits best"),
    "smooth": ("smooth curve", "A smooth curve, by a kernel as wide as the smooth ECE"),
}


def band_picture(curve: ReliabilityCurve, moment: Moment, *, stated: str) -> Picture:
    """Picture of a rising or a smooth curve over its consistency band."""
    noun, lead = _WORDS[curve.kind]
    title = moment.title if moment.when else "Without bins"
    if curve.kind == "smooth":
        title = f"{title}, smooth"
    name = moment.name(f"{curve.kind}-{curve.view.replace('_', '-')}")
    told = (
        f"{lead}, with the {100 * curve.level:g} % band in which it would "
        "lie if every probability were true."
    )
    sentence = f"{told} {curve.words}"
    if curve.note:
        sentence = f"{sentence} {curve.note[:1].upper()}{curve.note[1:].rstrip('.')}."
    drawn = thinned_curve(curve) if curve.kind == "isotonic" else curve
    ax = reliability_band(drawn, stated=stated, line=moment.line)
    what = f"Without bins, {moment.title.lower()}: {stated} against the {noun} of what came"
    return Picture(
        title=title,
        svg=svg_of(ax, name=name),
        label=f"{what} true. {curve.words}",
        sentence=sentence,
        table=_points(curve, noun=noun, name=f"{name}-table"),
        chart=isotonic_chart(curve, stated=stated, after=moment.when == "after"),
    )


def _points(curve: ReliabilityCurve, *, noun: str, name: str) -> Table:
    """Table of the points of a curve; of many, those that split the rows most evenly."""
    n = len(curve)
    listed = range(n)
    if n > _LISTED:
        rows = np.cumsum(curve.n)
        wanted = np.linspace(rows[0], rows[-1], _LISTED)
        listed = np.unique(np.searchsorted(rows, wanted).clip(max=n - 1)).tolist()
    rows = [
        [
            Cell(in_percent(curve.stated[k]), curve.stated[k]),
            Cell(count(curve.n[k]), float(curve.n[k])),
            Cell(in_percent(curve.observed[k]), curve.observed[k]),
            Cell(percents(curve.low[k], curve.high[k])),
        ]
        for k in listed
    ]
    caption = f"{len(rows)} of the {n:,} points" if len(rows) < n else "Points"
    return Table(
        name=name,
        caption=f"{caption} of the {noun}",
        header=["Stated", "Rows", "Curve", f"{100 * curve.level:g} % {curve.band} band"],
        rows=rows,
        folded=True,
    )
