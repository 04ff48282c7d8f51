"""Bars are the shares of an estimate, each with its interval, beside the line of equal ones."""

import math

import numpy as np
import pytest

import calibrant as cal
from calibrant.report.charts.bars import bar_chart
from calibrant.report.shapes import Scalar, per_class

RNG = np.random.default_rng(0)
MEANS = RNG.normal(size=300)
ROWS = cal.numbers(
    predicted=MEANS, targets=MEANS + 0.5 * RNG.normal(size=300), std=np.full(300, 1.0)
)


def test_bars_are_the_shares_of_the_histogram():
    estimate = cal.evaluate(ROWS, ["pit_histogram"])["pit_histogram"]
    shares = per_class(estimate)
    assert shares is not None
    chart = bar_chart(shares, across="level", up="share of targets")
    n = len(shares)
    assert chart.columns["share"] == list(estimate.value)
    assert chart.columns["low"] == list(estimate.low)
    assert chart.columns["high"] == list(estimate.high)
    np.testing.assert_allclose(chart.columns["lower"], np.arange(n) / n)
    np.testing.assert_allclose(np.subtract(chart.columns["upper"], chart.columns["lower"]), 1 / n)
    line = chart.panels[0].layers[-1]["data"]["values"]
    assert [one["share"] for one in line] == [1 / n, 1 / n]
    assert [one.label for one in chart.readings] == ["Level", "Share of targets", "95 % interval"]


def test_every_bar_and_interval_lies_on_the_axis():
    shares = [Scalar(0.1, 0.05, 0.2, 0.9), Scalar(0.9, 0.8, 0.97, 0.9)]
    chart = bar_chart(shares, across="level", up="share")
    bottom, top = chart.panels[0].layers[0]["encoding"]["y"]["scale"]["domain"]
    assert bottom == 0
    assert top > 0.97
    assert chart.readings[2].label == "90 % interval"


@pytest.mark.parametrize("n", [1, 4])
def test_shares_without_intervals_draw_none(n: int):
    chart = bar_chart([Scalar(1 / n, None, None, None)] * n, across="level", up="share")
    assert [one.label for one in chart.readings] == ["Level", "Share"]
    assert len(chart.panels[0].layers) == 2
    assert all(math.isnan(v) for v in chart.columns["low"])
