"""Charts of curves hold what the figures of the same curves draw."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.report.charts.of_curves import (
    band_chart,
    binnings_chart,
    coverage_chart,
    decision_chart,
    isotonic_chart,
    quantile_chart,
    threshold_chart,
)
from calibrant.report.shapes import Scalar

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=600)
ROWS = cal.predictions(
    logits=LOGITS, labels=(RNG.uniform(size=600) < 1 / (1 + np.exp(-LOGITS))).astype(int)
)


@pytest.mark.parametrize("random", [None, 0.4])
def test_band_of_a_ranking(random: float | None):
    band = cal.metrics.roc_band(ROWS)
    chart = band_chart({"yes": band}, across="false alarms", up="recall", random=random)
    for field, column in (("x", band.at), ("y", band.value), ("low", band.low)):
        assert chart.columns[field] == pytest.approx(column.tolist(), nan_ok=True)
    line = chart.panels[0].layers[0]["data"]
    assert line == {
        "values": [{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 1.0}]
        if random is None
        else [{"x": 0.0, "y": 0.4}, {"x": 1.0, "y": 0.4}]
    }
    assert chart.readings[2].label == "95 % interval"


def test_band_that_there_is_none_of_is_not_drawn():
    clustered = cal.predictions(
        probs=[0.1, 0.7, 0.4, 0.9], labels=[0, 1, 0, 1], clusters=[0, 0, 1, 1]
    )
    band = cal.metrics.roc_band(clustered)
    assert band.why
    assert "low" not in band_chart({"a": band}, across="x", up="y").columns


def test_threshold_of_every_share():
    table = cal.metrics.threshold_table(ROWS, at_most=50)
    chart = threshold_chart(table)
    assert chart.series == ("precision", "recall", "share chosen")
    series = np.array(chart.columns["series"])
    at = np.array(chart.columns["x"])
    assert (np.diff(at[series == 1]) > 0).all()
    order = np.argsort(table.threshold)
    recall = np.array(chart.columns["y"])[series == 1]
    np.testing.assert_allclose(recall, table.recall[order])


def test_net_benefit_beside_acting_on_all():
    curve = cal.metrics.decision_curve(ROWS)
    alone, both = decision_chart({"": curve}), decision_chart({"before": curve, "after": curve})
    assert alone.series == ("act on the model", "act on all")
    assert both.series[:2] == (
        "act on the model, before calibration",
        "act on the model, after calibration",
    )
    of_model = np.array(alone.columns["series"]) == 0
    found = np.array(alone.columns["y"])[of_model]
    np.testing.assert_allclose(found, curve.net_benefit)
    all_rows = np.array(alone.columns["y"])[~of_model]
    assert len(all_rows) < len(curve.act_on_all)  # far below 0 it would flatten the rest
    np.testing.assert_allclose(all_rows, curve.act_on_all[: len(all_rows)])


def test_errors_among_the_rows_accepted_keep_both_ends():
    curve = cal.metrics.risk_coverage_curve(ROWS)
    chart = coverage_chart({"": curve})
    assert (chart.columns["x"][-1], chart.columns["y"][-1]) == (1.0, curve.risk[-1])
    assert chart.columns["more0"][0] == curve.threshold[0]
    assert len(chart.columns["x"]) <= 160 < len(curve.risk)


def test_error_by_bins_with_and_without_a_floor():
    some = {5: Scalar(0.03, 0.0, 0.05, 0.9, 0.02), 50: Scalar(0.08, 0.01, 0.09, 0.9, 0.06)}
    chart = binnings_chart(some, after=True)
    assert chart.series == ("", "error", "noise floor")
    assert chart.columns["series"] == [1, 1, 2, 2]
    assert binnings_chart(some, after=False).series == ("error", "", "noise floor")
    assert chart.columns["x"] == [5.0, 50.0] * 2
    assert chart.columns["y"] == [0.03, 0.08, 0.02, 0.06]
    assert chart.readings[2].label == "90 % interval"
    assert not binnings_chart({5: Scalar(0.03, 0.0, 0.05, 0.9)}, after=True).series


@pytest.mark.parametrize("after", [True, False])
def test_rising_curve_within_its_band(*, after: bool):
    curve = cal.reliability_curve(ROWS, view="positive", kind="isotonic", band="consistency")
    chart = isotonic_chart(curve, stated="stated for COVID", after=after)
    assert chart.readings[0].label == "Stated for COVID"
    assert set(chart.columns["series"]) == {int(after)}
    inside = np.isin(chart.columns["x"], curve.stated)
    assert inside.all()
    assert chart.columns["x"][0] == curve.stated[0]
    assert [one.label for one in chart.readings][-2:] == ["95 % consistency band", "Rows"]


def test_quantiles_over_their_levels():
    found = [Scalar(0.12, 0.1, 0.14, 0.95), Scalar(0.88, None, None, None)]
    chart = quantile_chart([0.1, 0.9], found)
    assert (chart.columns["x"], chart.columns["y"]) == ([0.1, 0.9], [0.12, 0.88])
    assert chart.columns["high"][0] == 0.14


def test_a_lone_point_is_seen_with_its_band():
    rows = cal.predictions(probs=[0.3] * 40, labels=[1] * 20 + [0] * 20)
    curve = cal.reliability_curve(rows, view="positive", kind="isotonic", band="consistency")
    chart = isotonic_chart(curve, stated="stated", after=False)
    marks = [layer["mark"] for layer in chart.panels[0].layers]
    assert [mark["opacity"] for mark in marks if mark["type"] == "point"][-1] == 1
    assert [mark["type"] for mark in marks][1] == "rule"
    assert (chart.columns["low"], chart.columns["high"]) == ([curve.low[0]], [curve.high[0]])
    many = cal.reliability_curve(ROWS, view="positive", kind="isotonic", band="consistency")
    marks = [
        layer["mark"] for layer in isotonic_chart(many, stated="", after=True).panels[0].layers
    ]
    assert [mark["type"] for mark in marks][1] == "area"


@pytest.mark.parametrize("after", [True, False])
def test_a_curve_with_its_band_is_one_in_the_chart_and_in_the_figure(*, after: bool):
    sure = cal.predictions(logits=3 * LOGITS, labels=ROWS.labels)
    curve = cal.reliability_curve(sure, view="positive", kind="isotonic", band="consistency")
    chart = isotonic_chart(curve, stated="stated", after=after)
    ax = cal.figures.reliability_band(curve)
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert [name for _, name in chart.keys] == legend
    assert "outside" in legend
    outside = dict(zip(curve.stated, curve.outside, strict=True))
    drawn = zip(chart.columns["x"], chart.columns["outside"], strict=True)
    assert all(outside[x] == out for x, out in drawn)
    assert sum(chart.columns["outside"]) > 0
    area, *_ = (layer for layer in chart.panels[0].layers if layer["mark"]["type"] == "area")
    assert area["encoding"]["color"] == {"value": "var(--muted)"}
    (below,) = ax.child_axes
    held = chart.panels[1].layers[0]["data"]["values"]
    assert [one["rows"] for one in held] == [
        bar.get_height() for bar in below.patches if bar.get_height()
    ]
    assert sum(one["rows"] for one in held) == 600
    told = chart.panels[0].layers[-1]["encoding"]
    assert told["x"]["axis"]["title"] == ""
    assert chart.panels[1].layers[0]["encoding"]["x"]["axis"]["title"] == "stated"


def test_bars_of_intervals_among_the_rows_accepted():
    curve = cal.metrics.risk_coverage_curve(ROWS)
    ends = [(0.5, 0.1, 0.2), (0.8, 0.15, 0.25)]
    first, *rest = coverage_chart({"": curve}, ends).panels[0].layers
    held = [(one["x"], one["y"], one["high"]) for one in first["data"]["values"]]
    assert held == ends
    assert rest == coverage_chart({"": curve}).panels[0].layers
    ax = cal.figures.risk_coverage_plot(curve, intervals=ends)
    bars = [
        (bar[0][0], bar[0][1], bar[1][1]) for one in ax.collections for bar in one.get_segments()
    ]
    assert bars == ends
