"""Parts that charts share, in Vega-Lite: axes, lines, points with what they tell."""

from collections.abc import Sequence

from calibrant.report.charts.chart import Panel, Spec

__all__ = [
    "axis",
    "interval_bars",
    "line_between",
    "points",
    "rows_panel",
    "series_color",
    "series_dashes",
    "series_shape",
]

_NUMBERS = [0, 1, 2]


def axis(
    field: str,
    title: str,
    *,
    ends: tuple[float, float] | None = None,
    percent: bool = False,
    count: int = 5,
) -> dict[str, object]:
    """Quantitative channel on `field`, with its axis and, where they are given, its `ends`."""
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"zero": False, **({"domain": list(ends), "nice": False} if ends else {})},
        "axis": {"title": title, "tickCount": count, **({"format": "~%"} if percent else {})},
    }


def series_color() -> dict[str, object]:
    """Channel of the colour of a series: those of the page, light or dark."""
    colors = ["var(--first)", "var(--second)", "var(--third)"]
    return _by_series(colors)


def series_shape() -> dict[str, object]:
    """Channel of the marker of a series, which tells it without colour."""
    return _by_series(["square", "circle", "triangle-up"])


def series_dashes() -> dict[str, object]:
    """Channel of the dashes of a series, which tell it without colour."""
    return _by_series([[5, 3], [1, 0], [7, 3, 1, 3]])


def points(x: Spec, y: Spec, *, size: int = 60, unseen: bool = False) -> dict[str, object]:
    """Layer of points that tell of their rows; `unseen` ones show where they are pointed at."""
    return {
        "mark": {"type": "point", "filled": True, "size": size, "opacity": 0 if unseen else 1},
        "encoding": {
            "x": x,
            "y": y,
            "color": series_color(),
            "shape": series_shape(),
            "tooltip": {"value": "told"},
        },
    }


def line_between(ends: Sequence[tuple[float, float]], x: str, y: str) -> dict[str, object]:
    """Dotted line through points that are no rows: what a perfect or a random model would show."""
    return {
        "data": {"values": [{x: a, y: b} for a, b in ends]},
        "mark": {"type": "line", "strokeDash": [2, 3], "color": "var(--muted)"},
        "encoding": {
            "x": {"field": x, "type": "quantitative"},
            "y": {"field": y, "type": "quantitative"},
        },
    }


def interval_bars(ends: Sequence[tuple[float, float, float]], *, look: int) -> Spec:
    """Layer of bars from a low to a high end, each at its place."""
    return {
        "data": {"values": [{"x": x, "y": low, "high": high} for x, low, high in ends]},
        "mark": {"type": "rule", "strokeWidth": 1.6, "opacity": 0.75},
        "encoding": {
            "x": {"field": "x", "type": "quantitative"},
            "y": {"field": "y", "type": "quantitative"},
            "y2": {"field": "high"},
            "color": {"value": ("var(--first)", "var(--second)")[look]},
        },
    }


def rows_panel(rows: Sequence[int], title: str, *, look: int) -> Panel:
    """Panel that counts rows in parts of [0, 1] of one width, below a curve."""
    n = len(rows)
    held = [{"from": k / n, "to": (k + 1) / n, "rows": rows[k]} for k in range(n) if rows[k]]
    count = {"title": "rows", "tickCount": 2, "tickMinStep": 1, "format": ",.0f"}
    return Panel(
        height=0.2,
        layers=[
            {
                "data": {"values": held},
                "mark": {"type": "rect", "opacity": 0.55},
                "encoding": {
                    "x": axis("from", title, ends=(0.0, 1.0), percent=True),
                    "x2": {"field": "to"},
                    "y": {
                        "field": "rows",
                        "type": "quantitative",
                        "axis": count,
                        "scale": {"zero": True},
                        "stack": None,
                    },
                    "y2": {"datum": 0},
                    "color": {"value": ("var(--first)", "var(--second)")[look]},
                },
            }
        ],
    )


def _by_series(values: Sequence[object]) -> dict[str, object]:
    return {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": _NUMBERS, "range": list(values)},
        "legend": None,
    }
