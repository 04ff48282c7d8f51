"""Net benefit and risk are drawn as they are."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.figures import decision_plot, risk_coverage_plot


def rows():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, size=300)
    return cal.predictions(logits=rng.normal(size=300) + labels, labels=labels)


def lines_of(ax):
    return {line.get_label(): line.get_xydata() for line in ax.lines}


def test_net_benefit_stands_beside_acting_on_all_and_on_none():
    curve = cal.metrics.decision_curve(rows())
    ax = decision_plot(curve)
    drawn = lines_of(ax)
    model, every = drawn["act on the model"], drawn["act on every row"]
    assert model == pytest.approx(np.stack((curve.threshold, curve.net_benefit), axis=1))
    assert every == pytest.approx(np.stack((curve.threshold, curve.act_on_all), axis=1))
    assert drawn["act on none"][:, 1].tolist() == [0, 0]
    assert ax.get_ylim()[1] > curve.net_benefit.max()
    ax.figure.canvas.draw()


def test_two_models_are_named():
    curve = cal.metrics.decision_curve(rows())
    names = set(lines_of(decision_plot({"before": curve, "after": curve})))
    assert {"before", "after"} < names


def test_risk_is_drawn_over_coverage_and_ends_at_all_rows():
    curve = cal.metrics.risk_coverage_curve(rows())
    ax = risk_coverage_plot(curve)
    assert lines_of(ax)["observed"] == pytest.approx(np.stack((curve.coverage, curve.risk), axis=1))
    end = ax.lines[-1].get_xydata()
    assert end == pytest.approx(np.array([[1.0, curve.risk[-1]]]))
