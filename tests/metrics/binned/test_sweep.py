"""The sweep over numbers of bins, against a plain search over sorted rows."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.metrics.binned.equal_mass_errors import EqualMassCalibrationError
from calibrant.metrics.binned.sweep import SweepCalibrationError


def by_search(probs, labels):
    """Most bins with rising shares, from one upwards, and the error over them."""
    order, n = np.argsort(probs, kind="stable"), len(probs)
    middle = (np.arange(n) + 0.5) / n
    most, n_bins = 1, 1
    while n_bins < n:
        n_bins += 1
        parts = np.ceil(middle * n_bins - 1e-9).astype(int)
        shares = [labels[order][parts == k].mean() for k in np.unique(parts)]
        if np.any(np.diff(shares) < 0):
            break
        most = n_bins
    parts = np.ceil(middle * most - 1e-9).astype(int)
    gaps = [abs((probs - labels)[order][parts == k].sum()) for k in np.unique(parts)]
    return most, sum(gaps) / n


@pytest.mark.parametrize("seed", range(6))
def test_is_the_error_over_the_most_bins_whose_shares_rise(seed):
    rng = np.random.default_rng(seed)
    probs = rng.permutation(np.arange(1, 401)) / 401  # no two in one cell
    labels = rng.binomial(1, probs**1.5)
    found = SweepCalibrationError("positive")(cal.predictions(probs=probs, labels=labels))
    n_bins, value = by_search(probs, labels)
    assert found.details["n_bins"] == n_bins
    assert found.value == pytest.approx(value, abs=1e-12)
    fixed = EqualMassCalibrationError("positive", n_bins)
    rows = cal.predictions(probs=probs, labels=labels)
    assert found.value == pytest.approx(fixed(rows).value, abs=1e-12)
    shown = [by_search(probs, rng.binomial(1, probs))[1] for _ in range(150)]
    error = np.std(shown) / np.sqrt(150)  # the floor is a mean of two hundred sets itself
    assert found.noise_floor == pytest.approx(np.mean(shown), abs=5 * error)
    assert found.details["noise_floor_95"] == pytest.approx(np.quantile(shown, 0.95), rel=0.2)


def test_where_all_shares_rise_each_score_is_a_bin():
    rows = cal.predictions(probs=[0.1, 0.1, 0.3, 0.6, 0.9], labels=[0, 0, 0, 1, 1])
    assert SweepCalibrationError("positive")(rows).value == pytest.approx(
        (0.2 + 0.3 + 0.4 + 0.1) / 5
    )


def test_where_two_bins_fall_there_is_one():
    rows = cal.predictions(probs=[0.2, 0.8], labels=[1, 0])
    found = SweepCalibrationError("positive")(rows)
    assert found.details["n_bins"] == 1
    assert found.value == pytest.approx(0, abs=1e-15)


def test_less_biased_than_fifteen_bins_on_calibrated_rows():
    rng, values = np.random.default_rng(0), []
    metrics = (SweepCalibrationError("positive"), EqualMassCalibrationError("positive"))
    for _ in range(60):
        probs = rng.uniform(size=300)
        rows = cal.predictions(probs=probs, labels=rng.binomial(1, probs))
        values.append([metric(rows).value for metric in metrics])
    swept, fixed = np.mean(values, axis=0)
    assert swept < 0.9 * fixed


def test_soft_labels_have_no_floor_and_no_rows_no_value():
    soft = SweepCalibrationError()(cal.events(probs=[0.5], outcomes=[0.25]))
    assert (soft.value, soft.noise_floor) == (0.25, None)
    metric = SweepCalibrationError()
    none = metric.estimate(metric.statistic.zero(2), level=0.95, class_names=("no", "yes"))
    assert np.isnan(none.value)
