"""Chart of estimates with intervals, one a line, beside a dotted line where nothing differs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from calibrant.figures.names import shortened
from calibrant.report.charts.chart import Chart, Panel, Reading
from calibrant.report.charts.parts import axis, points, series_color

__all__ = ["Estimated", "interval_chart"]

_LINE = 46  # pixels that a line is high: the name above its bar
_LETTERS = 40  # of a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """A value by name, and its interval where it has one."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


def interval_chart(
    found: Sequence[Estimated],
    *,
    title: str,
    level: float | None,
    beside: float | None = 0.0,
    more: str = "",
) -> Chart:
    """Chart of `found` from top to bottom.

    Parameters
    ----------
    found : Sequence[Estimated]
        One or more.
    title : str
        What the values are: "difference in log loss".
    level : float or None
        Coverage of the intervals.
    beside : float or None, default 0
        Where the dotted line stands; None draws none.
    more : str, optional
        What the axis says behind `title`: "left is better".
    """
    across = axis("value", f"{title}, {more}" if more else title, count=4)
    up = {
        "field": "place",
        "type": "nominal",
        "sort": None,
        "axis": {"title": None, "labels": False, "ticks": False, "domain": False, "grid": False},
    }
    name = {
        "mark": {"type": "text", "align": "left", "dy": -13, "color": "var(--ink)", "fontSize": 12},
        "encoding": {
            "x": {"value": 0},
            "y": up,
            "text": {"field": "short"},
        },
    }
    zero = [
        {
            "data": {"values": [{"value": beside}]},
            "mark": {"type": "rule", "strokeDash": [2, 3], "color": "var(--muted)"},
            "encoding": {"x": {"field": "value", "type": "quantitative"}},
        }
    ]
    bar = {
        "mark": {"type": "rule", "strokeWidth": 1.8},
        "encoding": {
            "x": {**across, "field": "low"},
            "x2": {"field": "high"},
            "y": up,
            "color": series_color(),
        },
    }
    columns = {
        "place": list(range(len(found))),
        "name": [one.name for one in found],
        "short": [shortened(one.name, _LETTERS) for one in found],
        "value": [one.value for one in found],
        "low": [math.nan if one.low is None else one.low for one in found],
        "high": [math.nan if one.high is None else one.high for one in found],
        "series": [1] * len(found),
    }
    named = f"{100 * level:g} % interval" if level is not None else "Interval"
    return Chart(
        columns=columns,
        panels=[
            Panel(
                layers=[*(zero if beside is not None else []), bar, points(across, up), name],
                pixels=_LINE * len(found),
            )
        ],
        readings=[
            Reading("Of", "text", ("name",)),
            Reading(title[:1].upper() + title[1:], "number", ("value",)),
            Reading(named, "number", ("low", "high")),
        ],
    )
