"""Chart of shares as bars over equal parts of [0, 1], with their intervals."""

import math
from collections.abc import Sequence

from calibrant.report.charts.chart import Chart, Panel, Reading, Spec
from calibrant.report.charts.parts import axis, line_between, series_color
from calibrant.report.shapes import Scalar

__all__ = ["bar_chart"]


def bar_chart(shares: Sequence[Scalar], *, across: str, up: str) -> Chart:
    """Chart of `shares`, one or more, beside the dotted line on which all are equal.

    `across` is what [0, 1] stands for, and `up` what the shares are of.
    """
    n = len(shares)
    levels = {one.level for one in shares if one.level is not None}
    lows = [math.nan if one.low is None else one.low for one in shares]
    highs = [math.nan if one.high is None else one.high for one in shares]
    columns = {
        "lower": [k / n for k in range(n)],
        "upper": [(k + 1) / n for k in range(n)],
        "middle": [(k + 0.5) / n for k in range(n)],
        "share": [one.value for one in shares],
        "low": lows,
        "high": highs,
        "series": [1] * n,
    }
    top = max(1 / n, *(v for v in (*columns["share"], *highs) if not math.isnan(v)))
    x = axis("lower", across, ends=(0.0, 1.0), percent=True)
    y = axis("share", up, ends=(0.0, 1.05 * top), percent=True)
    bars = {
        "mark": {"type": "rect", "opacity": 0.55},
        "encoding": {
            "x": x,
            "x2": {"field": "upper"},
            "y": y,
            "y2": {"datum": 0},
            "color": series_color(),
            "tooltip": {"value": "told"},
        },
    }
    intervals = {
        "mark": {"type": "rule", "strokeWidth": 1.6, "color": "var(--ink)"},
        "encoding": {
            "x": {**x, "field": "middle"},
            "y": {**y, "field": "low"},
            "y2": {"field": "high"},
        },
    }
    readings = [
        Reading(across[:1].upper() + across[1:], "percent", ("lower", "upper")),
        Reading(up[:1].upper() + up[1:], "percent", ("share",)),
    ]
    layers: list[Spec] = [bars]
    if levels:
        layers.append(intervals)
        readings.append(Reading(f"{100 * max(levels):g} % interval", "percent", ("low", "high")))
    layers.append(line_between([(0.0, 1 / n), (1.0, 1 / n)], "lower", "share"))
    return Chart(columns=columns, panels=[Panel(layers=layers, height=0.75)], readings=readings)
