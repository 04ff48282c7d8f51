"""Chart of a confusion matrix: the darker a cell, the larger its share of the true class."""

from collections.abc import Sequence

from calibrant.figures.names import shortened
from calibrant.report.charts.chart import Chart, Form, Panel, Reading, Spec

__all__ = ["MOST_CLASSES", "matrix_chart"]

MOST_CLASSES = 30  # beyond, a cell is too small to point at
_MOST_WRITTEN = 10  # classes up to which shares are written into the cells
_LETTERS = 14  # of a name at an axis


def matrix_chart(
    matrix: Sequence[Sequence[float]], names: Sequence[str], *, unit: str = "Rows"
) -> Chart:
    """Chart of weights by true class and predicted class, for up to `MOST_CLASSES` classes."""
    short = _apart([shortened(name, _LETTERS) for name in names])
    columns: dict[str, list[float | str]] = {
        name: [] for name in ("true", "said", "whole_true", "whole_said", "weight", "share")
    }
    for t, row in enumerate(matrix):
        total = sum(row)
        for s, weight in enumerate(row):
            columns["true"].append(short[t])
            columns["said"].append(short[s])
            columns["whole_true"].append(names[t])
            columns["whole_said"].append(names[s])
            columns["weight"].append(weight)
            columns["share"].append(weight / total if total else 0.0)
    place = {
        "x": _axis("said", "predicted class", short, angle=-45 if len(names) > 3 else 0),
        "y": _axis("true", "true class", short, angle=0),
    }
    cell: Spec = {
        "mark": {"type": "rect", "color": "var(--second)", "stroke": "var(--paper)"},
        "encoding": {
            **place,
            "fillOpacity": {
                "field": "share",
                "type": "quantitative",
                "scale": {"domain": [0, 1], "range": [0.04, 0.6]},
                "legend": None,
            },
            "tooltip": {"value": "told"},
        },
    }
    written: Spec = {
        "mark": {"type": "text", "fontSize": 11, "color": "var(--ink)"},
        "encoding": {**place, "text": {"field": "share", "type": "quantitative", "format": ".0%"}},
    }
    forms: list[tuple[str, Form, str]] = [
        ("True class", "text", "whole_true"),
        ("Predicted", "text", "whole_said"),
        (unit, "count", "weight"),
        ("Of the true class", "percent", "share"),
    ]
    return Chart(
        columns=columns,
        panels=[Panel(layers=[cell, *([written] if len(names) <= _MOST_WRITTEN else [])])],
        readings=[Reading(label, form, (field,)) for label, form, field in forms],
        margin=112,
    )


def _axis(field: str, title: str, order: Sequence[str], *, angle: int) -> dict[str, object]:
    return {
        "field": field,
        "type": "nominal",
        "sort": list(order),
        "axis": {"title": title, "labelAngle": angle, "grid": False, "labelLimit": 104},
    }


def _apart(names: list[str]) -> list[str]:
    """Names of which those that are equal once shortened carry their number."""
    twice = {name for name in names if names.count(name) > 1}
    return [f"{name} {k + 1}" if name in twice else name for k, name in enumerate(names)]
