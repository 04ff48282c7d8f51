"""Chart of single rows: what was predicted, and what was true."""

from collections.abc import Sequence

from calibrant.report.charts.chart import Chart, Panel, Reading
from calibrant.report.charts.parts import axis, line_between

__all__ = ["scatter_chart"]


def scatter_chart(predicted: Sequence[float], targets: Sequence[float]) -> Chart:
    """Chart of true over predicted values with the line on which the two are equal."""
    low, high = min(*predicted, *targets), max(*predicted, *targets)
    point = {
        "mark": {"type": "point", "filled": True, "size": 26, "opacity": 0.45},
        "encoding": {
            "x": axis("x", "predicted"),
            "y": axis("y", "true"),
            "color": {"value": "var(--second)"},
            "tooltip": {"value": "told"},
        },
    }
    return Chart(
        columns={"x": predicted, "y": targets},
        panels=[Panel(layers=[line_between([(low, low), (high, high)], "x", "y"), point])],
        readings=[Reading("Predicted", "number", ("x",)), Reading("True", "number", ("y",))],
    )
