"""Charts of single rows: what was predicted, what was true, and the error between the two."""

from collections.abc import Sequence

from calibrant.report.charts.chart import Chart, Panel, Reading, Spec
from calibrant.report.charts.parts import axis, line_between

__all__ = ["residual_chart", "scatter_chart"]


def scatter_chart(predicted: Sequence[float], targets: Sequence[float]) -> Chart:
    """Chart of true over predicted values with the line on which the two are equal."""
    low, high = min(*predicted, *targets), max(*predicted, *targets)
    beside = line_between([(low, low), (high, high)], "x", "y")
    return Chart(
        columns={"x": predicted, "y": targets},
        panels=[Panel(layers=[beside, _points("true")])],
        readings=[Reading("Predicted", "number", ("x",)), Reading("True", "number", ("y",))],
    )


def residual_chart(predicted: Sequence[float], targets: Sequence[float]) -> Chart:
    """Chart of errors, predicted less true, over predicted values with a line at no error."""
    errors = [one - true for one, true in zip(predicted, targets, strict=True)]
    beside = line_between([(min(predicted), 0.0), (max(predicted), 0.0)], "x", "y")
    return Chart(
        columns={"x": predicted, "y": errors, "true": targets},
        panels=[Panel(layers=[beside, _points("predicted less true")], height=0.75)],
        readings=[
            Reading("Predicted", "number", ("x",)),
            Reading("True", "number", ("true",)),
            Reading("Predicted less true", "number", ("y",)),
        ],
    )


def _points(up: str) -> Spec:
    """Layer of a point for every row."""
    return {
        "mark": {"type": "point", "filled": True, "size": 26, "opacity": 0.45},
        "encoding": {
            "x": axis("x", "predicted"),
            "y": axis("y", up),
            "color": {"value": "var(--second)"},
            "tooltip": {"value": "told"},
        },
    }
