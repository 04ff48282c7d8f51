"""Charts of single rows hold the rows, and the line beside which they are read."""

from calibrant.report.charts.scatter import residual_chart, scatter_chart

PREDICTED, TARGETS = [1.0, 3.0, 2.0], [0.5, 3.0, 4.0]


def test_true_values_stand_over_predicted_ones():
    chart = scatter_chart(PREDICTED, TARGETS)
    assert chart.columns == {"x": PREDICTED, "y": TARGETS}
    assert chart.panels[0].layers[0]["data"] == {"values": [{"x": v, "y": v} for v in (0.5, 4.0)]}


def test_errors_stand_over_what_was_predicted():
    chart = residual_chart(PREDICTED, TARGETS)
    assert chart.columns == {"x": PREDICTED, "y": [0.5, 0.0, -2.0], "true": TARGETS}
    line = [{"x": 1.0, "y": 0.0}, {"x": 3.0, "y": 0.0}]
    assert chart.panels[0].layers[0]["data"] == {"values": line}
    told = {one.label: one.fields for one in chart.readings}
    assert told == {"Predicted": ("x",), "True": ("true",), "Predicted less true": ("y",)}
