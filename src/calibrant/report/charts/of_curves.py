"""Charts of the curves that a report draws: rankings, decisions, errors among rows accepted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from calibrant.figures.bands import twentieths
from calibrant.metrics.bands.curve import ReliabilityCurve
from calibrant.metrics.ranking.curve_bands import CurveBand
from calibrant.metrics.ranking.curves import ThresholdTable
from calibrant.metrics.ranking.decision_curve import DecisionCurve
from calibrant.metrics.selective.curve import RiskCoverageCurve
from calibrant.report.charts.chart import Chart
from calibrant.report.charts.curves import Axis, Curve, curve_chart
from calibrant.report.charts.parts import interval_bars, rows_panel
from calibrant.report.shapes import Scalar

__all__ = [
    "band_chart",
    "binnings_chart",
    "coverage_chart",
    "decision_chart",
    "isotonic_chart",
    "quantile_chart",
    "threshold_chart",
]

_DIAGONAL = ((0.0, 0.0), (1.0, 1.0))


def band_chart(
    bands: Mapping[str, CurveBand], *, across: str, up: str, random: float | None = None
) -> Chart:
    """Chart of ROC curves, or of precision over recall, with their bands.

    `random` is the height of a random order; without it a random order lies on the diagonal.
    """
    first = next(iter(bands.values()))
    curves = {
        name: Curve(
            x=_floats(band.at),
            y=_floats(band.value),
            low=None if band.why else _floats(band.low),
            high=None if band.why else _floats(band.high),
        )
        for name, band in bands.items()
    }
    return curve_chart(
        curves,
        x=Axis(title=across),
        y=Axis(title=up),
        interval=f"{100 * first.level:g} % interval",
        beside=_DIAGONAL if random is None else ((0.0, random), (1.0, random)),
    )


def threshold_chart(table: ThresholdTable) -> Chart:
    """Chart of what every threshold chooses."""
    columns = {
        "precision": table.precision,
        "recall": table.recall,
        "share chosen": table.chosen,
    }
    order = np.argsort(table.threshold, kind="stable")
    at = _floats(table.threshold[order])
    curves = {name: Curve(x=at, y=_floats(column[order])) for name, column in columns.items()}
    return curve_chart(
        curves, x=Axis(title="threshold"), y=Axis(title="share", ends=(0.0, 1.0)), height=0.75
    )


def decision_chart(curves: Mapping[str, DecisionCurve]) -> Chart:
    """Chart of the net benefit of one model or two, and of acting on every row."""
    last = list(curves.values())[-1]
    alone = len(curves) == 1
    drawn = {
        "act on the model" if alone else f"act on the model, {name} calibration": Curve(
            x=_floats(curve.threshold),
            y=_floats(curve.net_benefit),
            low=None if curve.why else _floats(curve.low),
            high=None if curve.why else _floats(curve.high),
        )
        for name, curve in curves.items()
    }
    floor = min(0.0, float(np.nanmin(last.net_benefit)))
    shown = last.act_on_all >= floor - 0.25 * float(np.nanmax(last.net_benefit))
    drawn["act on all"] = Curve(x=_floats(last.threshold[shown]), y=_floats(last.act_on_all[shown]))
    return curve_chart(
        drawn,
        x=Axis(title="threshold"),
        y=Axis(title="net benefit", form="number", ends=None),
        interval=f"{100 * last.level:g} % interval",
        beside=((0.0, 0.0), (1.0, 0.0)),
        height=0.75,
    )


def coverage_chart(
    curves: Mapping[str, RiskCoverageCurve],
    intervals: Sequence[tuple[float, float, float]] = (),
) -> Chart:
    """Chart of errors over the share of rows accepted, and from which confidence on.

    `intervals` are share accepted, low and high, of the last curve at some shares.
    """
    drawn = {
        name: Curve(
            x=_floats(curve.coverage),
            y=_floats(curve.risk),
            more={"Accepted from": ("percent", _floats(curve.threshold))},
        )
        for name, curve in curves.items()
    }
    chart = curve_chart(
        drawn,
        x=Axis(title="rows accepted"),
        y=Axis(title="wrong among them", ends=None),
        height=0.75,
    )
    if not intervals:
        return chart
    (panel,) = chart.panels
    bars = interval_bars(intervals, look=1)
    return replace(chart, panels=[replace(panel, layers=[bars, *panel.layers])])


def binnings_chart(errors: Mapping[int, Scalar], *, after: bool) -> Chart:
    """Chart of a calibration error and of its noise floor over the number of bins."""
    bins = list(map(float, errors))
    nan = float("nan")
    found = list(errors.values())
    curves = {
        "error": Curve(
            x=bins,
            y=[one.value for one in found],
            low=[nan if one.low is None else one.low for one in found],
            high=[nan if one.high is None else one.high for one in found],
        )
    }
    floors = [nan if one.floor is None else one.floor for one in found]
    if not all(floor != floor for floor in floors):  # noqa: PLR0124 -- NaN differs from itself
        curves["noise floor"] = Curve(x=bins, y=floors)
    looks = (int(after), 2)[: len(curves)]
    levels = {one.level for one in found if one.level is not None}
    return curve_chart(
        curves,
        x=Axis(title="bins", form="count", ends=None),
        y=Axis(title="calibration error", form="number", ends=None),
        interval=f"{100 * max(levels, default=0.95):g} % interval",
        height=0.75,
        looks=looks,
    )


def isotonic_chart(curve: ReliabilityCurve, *, stated: str, after: bool) -> Chart:
    """Chart of a rising curve with its band around the diagonal, or around the curve.

    It shows what `calibrant.figures.reliability_band` does: what lies outside, and the rows by
    twentieths of the stated probability.
    """
    at_once = ", all at once" if curve.simultaneous else ", at each"
    look = int(after)
    around = curve.band == "consistency"
    keys = [
        ("band" if around else f"band-{look}", f"{100 * curve.level:g} % {curve.band}{at_once}"),
        ("perfect", "perfect"),
        (f"line-{look}", "observed"),
        *([("outside", "outside")] if any(curve.outside) else []),
    ]
    drawn = Curve(
        x=list(curve.stated),
        y=list(curve.observed),
        low=list(curve.low),
        high=list(curve.high),
        outside=curve.outside,
        more={"Rows": ("count", list(curve.n))},
    )
    return curve_chart(
        {"": drawn},
        x=Axis(title=stated),
        y=Axis(title="observed share"),
        interval=f"{100 * curve.level:g} % {curve.band} band",
        beside=_DIAGONAL,
        looks=(look,),
        shade="var(--muted)" if around else "",
        below=rows_panel(twentieths(curve), stated, look=look),
        keys=keys,
    )


def quantile_chart(levels: list[float], found: list[Scalar]) -> Chart:
    """Chart of the share of targets at or below stated quantiles, over their levels."""
    nan = float("nan")
    drawn = Curve(
        x=levels,
        y=[one.value for one in found],
        low=[nan if one.low is None else one.low for one in found],
        high=[nan if one.high is None else one.high for one in found],
    )
    known = {one.level for one in found if one.level is not None}
    return curve_chart(
        {"": drawn},
        x=Axis(title="stated level"),
        y=Axis(title="targets below"),
        interval=f"{100 * max(known, default=0.95):g} % interval",
        beside=_DIAGONAL,
    )


def _floats(column: Float[np.ndarray, " point"]) -> list[float]:
    return column.tolist()
