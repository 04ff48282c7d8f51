"""Levels and shares of distributions of numbers."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.errors import InputError
from calibrant.figures import pit_plot, quantile_plot


@pytest.fixture(scope="module")
def evaluation():
    rng = np.random.default_rng(0)
    mean = rng.normal(size=200)
    rows = cal.numbers(predicted=mean, std=np.ones(200), targets=mean + 1.5 * rng.normal(size=200))
    return cal.evaluate(rows, ["pit_histogram", "quantile_calibration", "rmse"])


def ends_of(ax):
    (bars,) = ax.collections
    return np.array([segment[:, 1] for segment in bars.get_segments()])


def test_bars_are_the_shares_of_levels(evaluation):
    estimate = evaluation["pit_histogram"]
    ax = pit_plot(estimate)
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(estimate.value)
    assert [bar.get_x() for bar in ax.patches] == pytest.approx(np.arange(10) / 10)
    assert ends_of(ax) == pytest.approx(np.stack((estimate.low, estimate.high), axis=1))
    (even,) = ax.lines
    assert even.get_ydata() == pytest.approx([0.1, 0.1])


def test_shares_below_quantiles_are_drawn_over_their_levels(evaluation):
    estimate = evaluation["quantile_calibration"]
    ax = quantile_plot(estimate)
    line = {line.get_label(): line for line in ax.lines}["observed"]
    assert line.get_xdata() == pytest.approx(np.arange(1, 20) / 20)
    assert line.get_ydata() == pytest.approx(estimate.value)
    assert ends_of(ax) == pytest.approx(np.stack((estimate.low, estimate.high), axis=1))


def test_other_estimates_are_refused(evaluation):
    with pytest.raises(InputError, match="estimate must be a PIT histogram; got float"):
        pit_plot(evaluation["rmse"])
    with pytest.raises(InputError, match="estimate must be shares by level"):
        quantile_plot(evaluation["pit_histogram"])
