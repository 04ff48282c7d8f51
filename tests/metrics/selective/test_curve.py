"""The risk-coverage curve against plain sums, from rows and from tallies."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.selective.areas import AUGRC, AURC
from calibrant.metrics.selective.curve import risk_coverage_curve


def test_areas_under_the_curve_are_the_metrics():
    rng = np.random.default_rng(0)
    probs = rng.dirichlet(np.ones(4), size=500)
    rows = cal.predictions(probs=probs, labels=rng.integers(4, size=500))
    curve = risk_coverage_curve(rows)
    assert curve.risk.mean() == pytest.approx(AURC()(rows).value)
    joint = np.trapezoid(np.append(0, curve.joint_risk), np.append(0, curve.coverage))
    assert joint == pytest.approx(AUGRC()(rows).value)
    np.testing.assert_allclose(curve.risk * curve.coverage, curve.joint_risk)


def test_tallies_are_exact_at_the_edges_of_their_cells():
    rng = np.random.default_rng(1)
    probs, weights = rng.uniform(size=1000), rng.integers(1, 4, size=1000) / 2
    right = (rng.uniform(size=1000) < probs).astype(int)
    rows = cal.events(probs=probs, outcomes=right, weights=weights)
    curve = risk_coverage_curve(cal.tally(rows, ["ece"]))
    frame = curve.to_frame()
    for row in frame.iloc[::100].itertuples():
        accepted = probs > row.threshold
        assert row.coverage == pytest.approx(weights[accepted].sum() / weights.sum())
        assert row.risk == pytest.approx(1 - np.average(right[accepted], weights=weights[accepted]))
    assert frame.coverage.iloc[-1] == pytest.approx(1)


def test_tied_rows_are_accepted_together():
    curve = risk_coverage_curve(cal.events(probs=[0.9, 0.9, 0.5], outcomes=[1, 0, 1]))
    assert curve.coverage.round(4).tolist() == [0.6667, 1.0]
    assert curve.risk.round(4).tolist() == [0.5, 0.3333]


def test_tallies_without_the_grid_are_refused():
    rows = cal.predictions(probs=[0.2, 0.7], labels=[0, 1])
    with pytest.raises(InputError, match=r"must be tallies that hold .*aurc"):
        risk_coverage_curve(cal.tally(rows, ["accuracy"]))
