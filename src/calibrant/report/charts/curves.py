"""Chart of curves with bands: up to three by name over one pair of axes."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from calibrant.report.charts.chart import Chart, Column, Form, Panel, Reading, Spec, Value
from calibrant.report.charts.parts import (
    axis,
    line_between,
    points,
    series_color,
    series_dashes,
)
from calibrant.report.evidence.corners import corners

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

    Points that are `outside` the band are marked. `more` maps what is told to its form and its
    values, one a point.
    """

    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    outside: Sequence[bool] | None = None
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
    looks: Sequence[int] = (),
    shade: str = "",
    below: Panel | None = None,
    keys: Sequence[tuple[str, str]] = (),
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
    looks : Sequence[int], optional
        Number of the series whose look every curve has: that of what came before is 0, after 1.
        Without it a curve alone has 1, and several 0 to 2 in turn.
    shade : str, optional
        Colour of the bands; without it every band has that of its curve.
    below : Panel, optional
        Panel with the same horizontal axis, which bears its title.
    keys : Sequence[tuple[str, str]], optional
        Legend, as `Chart.keys`.
    """
    more: dict[str, Form] = {}
    for curve in curves.values():
        more |= {name: form for name, (form, _) in curve.more.items()}
    places = {name: f"more{k}" for k, name in enumerate(more)}
    fields = ("x", "y", "low", "high", "series", "outside", *places.values())
    columns: dict[str, list[Value]] = {name: [] for name in fields}
    alone = len(curves) == 1
    looks = looks or ((1,) if alone else range(len(curves)))
    for series, curve in zip(looks, curves.values(), strict=True):
        kept = _kept(curve)
        nothing, nothing_out = [math.nan] * len(curve.x), [False] * len(curve.x)
        every: dict[str, Column] = {
            "x": curve.x,
            "y": curve.y,
            "low": nothing if curve.low is None else curve.low,
            "high": nothing if curve.high is None else curve.high,
            "series": [series] * len(curve.x),
            "outside": [int(out) for out in curve.outside or nothing_out],
            **{place: curve.more[name][1] for name, place in places.items()},
        }
        for name, values in every.items():
            columns[name] += [values[k] for k in kept]
    has_band = any(curve.low is not None for curve in curves.values())
    lone = all(len(curve.x) == 1 for curve in curves.values())
    if not has_band:
        del columns["low"], columns["high"]
    if not any(columns["outside"]):
        del columns["outside"]
    readings = [Reading(_capital(x.title), x.form, ("x",))]
    readings.append(Reading(_capital(y.title), y.form, ("y",)))
    if has_band:
        readings.append(Reading(interval, y.form, ("low", "high")))
    readings += [Reading(name, form, (places[name],)) for name, form in more.items()]
    layers = _layers(
        x if below is None else replace(x, title=""),
        y,
        beside,
        has_band=has_band,
        steps=steps,
        lone=lone,
        shade=shade,
    )
    if "outside" in columns:
        layers.insert(-1, _outside(lone=lone))
    return Chart(
        columns=columns,
        panels=[Panel(layers=layers, height=height), *([] if below is None else [below])],
        readings=readings,
        series=() if alone else _named(looks, curves),
        keys=keys,
    )


def _capital(text: str) -> str:
    """`text` with a capital; names of classes in it stay as they are."""
    return text[:1].upper() + text[1:]


def _named(looks: Sequence[int], names: Iterable[str]) -> tuple[str, ...]:
    """Names by the number of their look, empty between."""
    by_look = dict(zip(looks, names, strict=True))
    return tuple(by_look.get(k, "") for k in range(max(looks) + 1))


def _kept(curve: Curve) -> list[int]:
    """Points through which the curve and its band can be drawn, all of them if they are few."""
    n = len(curve.x)
    if n <= _MOST:
        return list(range(n))
    columns = [curve.y, *(side for side in (curve.low, curve.high) if side is not None)]
    arrays = (np.asarray(column, dtype=np.float64) for column in columns)
    return corners(np.asarray(curve.x, dtype=np.float64), *arrays, at_most=_MOST).tolist()


def _layers(
    x: Axis,
    y: Axis,
    beside: Sequence[tuple[float, float]],
    *,
    has_band: bool,
    steps: bool,
    lone: bool,
    shade: str,
) -> list[Spec]:
    """Layers from the back to the front; a `lone` point and its band show without a line."""
    across = axis("x", x.title, ends=x.ends, percent=x.form == "percent")
    up = axis("y", y.title, ends=y.ends, percent=y.form == "percent")
    shape = {"interpolate": "step-after"} if steps else {}
    layers: list[Spec] = []
    if beside:
        layers.append(line_between(beside, "x", "y"))
    if has_band:
        mark: Spec = {"type": "area", "opacity": 0.18, **shape}
        if lone:
            mark = {"type": "rule", "opacity": 0.5, "strokeWidth": 6}
        layers.append(
            {
                "mark": mark,
                "encoding": {
                    "x": across,
                    "y": {**up, "field": "low"},
                    "y2": {"field": "high"},
                    "color": {"value": shade} if shade else series_color(),
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
    layers.append(points(across, up, size=110, unseen=not lone))
    return layers


def _outside(*, lone: bool) -> Spec:
    """Layer of the points outside the band."""
    return {
        "transform": [{"filter": {"field": "outside", "equal": 1}}],
        "mark": {
            "type": "point",
            "filled": True,
            "shape": "square",
            "size": 110 if lone else 16,
            "opacity": 1,
        },
        "encoding": {
            "x": {"field": "x", "type": "quantitative"},
            "y": {"field": "y", "type": "quantitative"},
            "color": {"value": "var(--first)"},
        },
    }
