"""Chart of curves with bands: up to three by name over one pair of axes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from calibrant.report.charts.chart import Chart, Column, Form, Panel, Reading, Spec, Value
from calibrant.report.charts.parts import (
    axis,
    line_between,
    points,
    series_color,
    series_dashes,
)

__all__ = ["Axis", "Curve", "curve_chart"]

_MOST = 160  # points of a curve that can be pointed at


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What stands at an axis: its title, how its values are told, and its ends."""

    title: str
    form: Form = "percent"
    ends: tuple[float, float] | None = (0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Points from left to right, a band around them where it is known, and more to tell.

    `more` maps what is told to its form and its values, one a point.
    """

    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    more: Mapping[str, tuple[Form, Column]] = field(default_factory=dict[str, tuple[Form, Column]])


def curve_chart(
    curves: Mapping[str, Curve],
    *,
    x: Axis,
    y: Axis,
    interval: str = "",
    beside: Sequence[tuple[float, float]] = (),
    height: float = 1.0,
    steps: bool = False,
) -> Chart:
    """Chart of curves, the most telling points of which answer to the pointer.

    Parameters
    ----------
    curves : Mapping[str, Curve]
        One to three by name, whose `more` have the same names.
    x, y : Axis
        Axes.
    interval : str, optional
        What the band is called: "95 % band".
    beside : Sequence[tuple[float, float]], optional
        Ends of a dotted line, such as that of a random order.
    height : float, default 1
        Height over width.
    steps : bool, default False
        Hold every value up to the next point.
    """
    more: dict[str, Form] = {}
    for curve in curves.values():
        more |= {name: form for name, (form, _) in curve.more.items()}
    places = {name: f"more{k}" for k, name in enumerate(more)}
    fields = ("x", "y", "low", "high", "series", *places.values())
    columns: dict[str, list[Value]] = {name: [] for name in fields}
    for series, curve in enumerate(curves.values()):
        kept = _spread(curve, y.ends)
        nothing = [math.nan] * len(curve.x)
        every: dict[str, Column] = {
            "x": curve.x,
            "y": curve.y,
            "low": nothing if curve.low is None else curve.low,
            "high": nothing if curve.high is None else curve.high,
            "series": [series] * len(curve.x),
            **{place: curve.more[name][1] for name, place in places.items()},
        }
        for name, values in every.items():
            columns[name] += [values[k] for k in kept]
    has_band = any(curve.low is not None for curve in curves.values())
    if not has_band:
        del columns["low"], columns["high"]
    readings = [Reading(x.title.capitalize(), x.form, ("x",))]
    readings.append(Reading(y.title.capitalize(), y.form, ("y",)))
    if has_band:
        readings.append(Reading(interval, y.form, ("low", "high")))
    readings += [Reading(name, form, (places[name],)) for name, form in more.items()]
    only = 1 if len(curves) == 1 else None  # a curve alone is drawn as what came out last
    if only is not None:
        columns["series"] = [only] * len(columns["series"])
    return Chart(
        columns=columns,
        panels=[Panel(layers=_layers(x, y, beside, has_band=has_band, steps=steps), height=height)],
        readings=readings,
        series=tuple(curves) if only is None else (),
    )


def _spread(curve: Curve, ends: tuple[float, float] | None) -> list[int]:
    """Points to keep, first and last among them, spread over the length of the drawn curve."""
    n = len(curve.x)
    if n <= _MOST:
        return list(range(n))
    wide = curve.x[-1] - curve.x[0] or 1.0
    finite = [v for v in curve.y if math.isfinite(v)]
    tall = ends[1] - ends[0] if ends else (max(finite) - min(finite) if finite else 0) or 1.0
    kept, gone = [0], 0.0
    lengths: list[float] = []
    for k in range(1, n):
        across = (curve.x[k] - curve.x[k - 1]) / wide
        up = (curve.y[k] - curve.y[k - 1]) / tall
        lengths.append(math.hypot(across, up) if math.isfinite(up) else abs(across))
    step = sum(lengths) / (_MOST - 2)
    for k, length in enumerate(lengths, start=1):
        gone += length
        if gone >= step:
            kept.append(k)
            gone = 0.0
    if kept[-1] != n - 1:
        kept.append(n - 1)
    return kept


def _layers(
    x: Axis, y: Axis, beside: Sequence[tuple[float, float]], *, has_band: bool, steps: bool
) -> list[Spec]:
    across = axis("x", x.title, ends=x.ends, percent=x.form == "percent")
    up = axis("y", y.title, ends=y.ends, percent=y.form == "percent")
    shape = {"interpolate": "step-after"} if steps else {}
    layers: list[Spec] = []
    if beside:
        layers.append(line_between(beside, "x", "y"))
    if has_band:
        layers.append(
            {
                "mark": {"type": "area", "opacity": 0.18, **shape},
                "encoding": {
                    "x": across,
                    "y": {**up, "field": "low"},
                    "y2": {"field": "high"},
                    "color": series_color(),
                },
            }
        )
    layers.append(
        {
            "mark": {"type": "line", "strokeWidth": 1.8, **shape},
            "encoding": {
                "x": across,
                "y": up,
                "color": series_color(),
                "strokeDash": series_dashes(),
            },
        }
    )
    layers.append(points(across, up, size=110, unseen=True))
    return layers
