"""Intervals of root mean squared gaps of equal mass, simulated where outcomes are rare."""

import numpy as np
import pytest
from scipy import stats

import calibrant as cal
from calibrant.metrics.binned.equal_mass_errors import (
    EqualMassCalibrationError,
    EqualMassSquaredCalibrationError,
)

ROOT = EqualMassCalibrationError("positive", 15, "l2")
SQUARE = EqualMassSquaredCalibrationError("positive", 15)


def rare(seed, n=1000, times=2.0):
    """Rows of which a hundredth comes out, stated some times too high."""
    rng = np.random.default_rng(seed)
    true = 1 / (1 + np.exp(rng.normal(5.7, 1.5, n)))
    return {"probs": np.minimum(true * times, 1), "labels": rng.binomial(1, true)}


def test_upper_end_is_high_enough_where_rare_outcomes_are_stated_too_high():
    truth = ROOT(cal.predictions(**rare(0, 3_000_000))).value
    found = [ROOT(cal.predictions(**rare(seed))) for seed in range(1, 251)]
    low, high = np.array([(each.low, each.high) for each in found]).T
    assert np.mean((low <= truth) & (truth <= high)) > 0.92
    assert np.mean(high < truth) < 0.08


@pytest.mark.parametrize("seed", range(3))
def test_square_has_the_ends_of_the_root(seed):
    rows = cal.predictions(**rare(seed))
    root, square = ROOT(rows), SQUARE(rows)
    assert square.low == pytest.approx(root.low**2)
    assert square.high == pytest.approx(root.high**2)


def test_one_clear_gap_has_the_interval_of_its_mean():
    rng = np.random.default_rng(3)
    labels = (np.arange(4000) < 2400).astype(int)
    rows = cal.predictions(probs=rng.uniform(0.2, 0.2001, 4000), labels=labels)
    found = EqualMassCalibrationError("positive", 1, "l2")(rows)
    half = stats.norm.ppf(0.975) * np.sqrt(0.6 * 0.4 / 4000)
    assert found.low == pytest.approx(0.4 - half, abs=0.002)
    assert found.high == pytest.approx(0.4 + half, abs=0.002)


def test_scale_of_weights_and_order_of_rows_do_not_matter():
    columns = rare(4)
    weights = np.random.default_rng(5).uniform(0.5, 2, 1000)
    first = ROOT(cal.predictions(**columns, weights=weights))
    order = np.random.default_rng(6).permutation(1000)
    mixed = {name: each[order] for name, each in columns.items()}
    again = ROOT(cal.predictions(**mixed, weights=1000 * weights[order]))
    assert (again.low, again.high) == pytest.approx((first.low, first.high), abs=1e-9)
    assert first.method == "quadratic form"


def test_few_rows_have_no_interval():
    few = ROOT(cal.predictions(**rare(7, 15)))
    assert few.low is None
    assert "fewer than 20 effective rows" in few.method
