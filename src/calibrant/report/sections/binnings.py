"""Pictures of a calibration error against the number of bins."""

from collections.abc import Sequence

from calibrant.figures.binning import error_by_bins
from calibrant.metrics.evaluation import Evaluation
from calibrant.report.blocks import Block, Cell, Picture, Pictures, Table
from calibrant.report.charts.of_curves import binnings_chart
from calibrant.report.numbers import chance, noise
from calibrant.report.pictures import svg_of
from calibrant.report.sections.moments import Moment
from calibrant.report.shapes import Scalar, scalar
from calibrant.report.tables import measured
from calibrant.report.wording.binnings import binnings_told

__all__ = ["binnings_block"]


def binnings_block(moments: Sequence[Moment]) -> list[Block]:
    """Pictures of the error of every moment by its number of bins; none where there are none."""
    pictures = [
        _picture(moment, moment.curves.binnings)
        for moment in moments
        if moment.curves.binnings is not None
    ]
    if not pictures:
        return []
    return [Pictures(title="Does the error hang on the number of bins?", pictures=pictures)]


def _picture(moment: Moment, binnings: Evaluation) -> Picture:
    """Picture of one moment."""
    errors = _errors(binnings)
    told, name = binnings_told(errors), moment.name("binnings")
    return Picture(
        title=moment.title,
        svg=svg_of(error_by_bins(binnings, error="calibration error"), name=name),
        label=f"Calibration error by number of bins, {moment.title.lower()}. {told}",
        sentence=told,
        table=Table(
            name=f"{name}-table",
            caption="The error by number of bins",
            header=["Bins", "Error", "Noise floor", "p"],
            rows=[
                [
                    Cell(str(n)),
                    measured(Scalar(one.value, one.low, one.high, one.level)),
                    Cell(noise(one.floor, one.floor_95), one.floor),
                    Cell(chance(one.p_value), one.p_value),
                ]
                for n, one in errors.items()
            ],
            folded=True,
        ),
        chart=binnings_chart(errors, after=moment.when == "after"),
    )


def _errors(binnings: Evaluation) -> dict[int, Scalar]:
    """Errors by number of bins."""
    found: dict[int, Scalar] = {}
    for name, estimate in binnings.items():
        one = scalar(estimate)
        if one is not None:
            found[int(name.rsplit("_", 1)[1])] = one
    return found
