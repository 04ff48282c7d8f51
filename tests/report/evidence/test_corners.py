"""Dense curves keep their corners, and all their rows."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.report.evidence.corners import DRAWN, HIDDEN, corners, thinned_curve


def test_line_needs_its_ends_alone():
    x = np.linspace(0, 1, 5000)
    assert corners(x, 3 * x - 1).tolist() == [0, 4999]


def test_steps_keep_both_their_ends():
    x = np.arange(1000.0)
    kept = set(corners(x, (x >= 300) * 1.0, (x >= 700) * 1.0).tolist())
    assert {0, 299, 300, 699, 700, 999} == kept


def test_what_is_drawn_lies_less_than_a_pixel_off():
    x = np.sort(np.random.default_rng(0).uniform(size=20_000))
    y = np.sin(6 * x)
    kept = corners(x, y)
    assert len(kept) < DRAWN
    assert np.abs(np.interp(x, x[kept], y[kept]) - y).max() < HIDDEN * np.ptp(y) * 1.01


def test_noise_is_cut_at_the_most_points():
    x = np.arange(5000.0)
    assert len(corners(x, np.random.default_rng(0).normal(size=5000), at_most=50)) == 50


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_points_stay(n):
    assert corners(np.arange(float(n)), np.ones(n)).tolist() == list(range(n))


def test_points_without_a_value_are_no_corners():
    y = np.array([np.nan, 0.0, 1.0, np.inf, 0.0])
    assert corners(np.arange(5.0), y).tolist() == [1, 2, 4]


def test_places_that_coincide_are_no_division_by_zero():
    assert corners(np.zeros(5), np.array([0.0, 1.0, 0.5, 0.2, 0.0])).tolist() == [0, 1, 2, 3, 4]


def test_thinned_curve_keeps_every_row():
    rng = np.random.default_rng(0)
    probs = rng.uniform(size=4000)
    rows = cal.predictions(probs=probs, labels=(rng.uniform(size=4000) < probs).astype(int))
    curve = cal.reliability_curve(rows, view="positive", kind="isotonic")
    thin = thinned_curve(curve)
    assert len(thin) < len(curve)
    assert sum(thin.n) == sum(curve.n) == 4000
    assert set(zip(thin.stated, thin.observed, strict=True)) <= set(
        zip(curve.stated, curve.observed, strict=True)
    )
    assert (thin.stated[0], thin.stated[-1]) == (curve.stated[0], curve.stated[-1])
