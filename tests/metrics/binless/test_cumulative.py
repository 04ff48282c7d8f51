"""Kolmogorov-Smirnov and Kuiper calibration errors against loops, MAPIE, and by hand."""

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import calibrant as cal
from calibrant.errors import CalibrantWarning
from calibrant.metrics.binless.cumulative import (
    KolmogorovSmirnovCalibrationError,
    KuiperCalibrationError,
)

BOTH = (KolmogorovSmirnovCalibrationError, KuiperCalibrationError)


def by_loop(probs, outcomes, weights):
    """Extreme and range of the path after every score, in exact arithmetic."""
    path, at = [Fraction(0)], Fraction(0)
    for score in sorted(set(probs)):
        for prob, outcome, weight in zip(probs, outcomes, weights, strict=True):
            if prob == score:
                at += Fraction(weight) * (Fraction(prob) - Fraction(outcome))
        path.append(at)
    total = sum(map(Fraction, weights))
    return float(max(map(abs, path)) / total), float((max(path) - min(path)) / total)


def from_grid(metric, rows):
    name = repr(metric)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CalibrantWarning)
        return cal.evaluate(cal.tally(rows, [metric]), [metric])[name]


scores = st.integers(0, 12).map(lambda k: k / 12) | st.floats(0, 1)
rows_of = st.lists(st.tuples(scores, st.booleans(), st.integers(1, 3)), min_size=1, max_size=30)


@settings(max_examples=30, deadline=None)
@given(rows_of)
def test_rows_give_the_exact_path_and_the_grid_stays_within_its_bound(rows):
    probs, labels, weights = map(list, zip(*rows, strict=True))
    given_rows = cal.predictions(
        probs=np.array(probs), labels=np.array(labels, dtype=int), weights=np.array(weights)
    )
    for metric, expected in zip(BOTH, by_loop(probs, labels, weights), strict=True):
        assert metric()(given_rows).value == pytest.approx(expected, abs=1e-12)
        summed = from_grid(metric(), given_rows)
        assert summed.value - 1e-12 <= expected <= summed.value + summed.bound + 1e-12


def test_worked_values():
    rows = cal.predictions(probs=[0.1, 0.4, 0.8], labels=[0, 1, 1])
    evaluation = cal.evaluate(rows, ["ks_calibration_error", "kuiper_calibration_error"])
    assert evaluation["ks_calibration_error"].value == pytest.approx(7 / 30)
    assert evaluation["kuiper_calibration_error"].value == pytest.approx(8 / 30)


@pytest.mark.parametrize("metric", BOTH)
def test_rows_of_one_score_are_one_step_in_any_order(metric):
    probs, labels = [0.7] * 50 + [0.8] * 50, [1] * 35 + [0] * 15 + [1] * 40 + [0] * 10
    order = np.random.default_rng(0).permutation(100)
    rows = cal.predictions(probs=np.array(probs)[order], labels=np.array(labels)[order])
    assert metric()(rows).value == pytest.approx(0, abs=1e-15)


def test_complements_of_float32_scores_tie_with_the_scores_that_they_equal():
    probs = np.array([0.3, 0.7, 0.3, 0.7], dtype=np.float32)  # of the top label all are .7
    rows = cal.predictions(probs=probs, labels=[1, 1, 0, 0])  # two of four hit: one step of .2
    value = KuiperCalibrationError("top_label")(rows).value
    assert value == pytest.approx(0.2, abs=1e-7)


def test_scaled_values_are_those_of_mapie():
    i = np.arange(1, 2001)
    probs = (i * 0.6180339887498949) % 1
    labels = ((i * 0.7548776662466927) % 1 < probs**1.5).astype(int)
    rows = cal.predictions(probs=probs, labels=labels)
    kolmogorov, kuiper = (metric()(rows) for metric in BOTH)
    # mapie 1.6.0: kolmogorov_smirnov_statistic(labels, probs), kuiper_statistic(labels, probs)
    assert kolmogorov.details["scaled"] == pytest.approx(11.3406055177815, rel=1e-4)
    assert kuiper.details["scaled"] == pytest.approx(11.340590180501518, rel=1e-4)
    for estimate in (kolmogorov, kuiper):  # mapie 1.6.0: length_scale(probs)
        scale = estimate.value / estimate.details["scaled"]
        assert scale == pytest.approx(0.009129179988236884, abs=1e-12)


@pytest.mark.parametrize("metric", BOTH)
def test_p_values_of_a_true_model_are_uniform_and_its_values_average_the_noise_floor(metric):
    rng = np.random.default_rng(2)
    probs = rng.uniform(size=(200, 2000))
    labels = rng.binomial(1, probs)
    estimates = [
        metric()(cal.predictions(probs=p, labels=y)) for p, y in zip(probs, labels, strict=True)
    ]
    p_values = [e.details["p_value"] for e in estimates]
    assert stats.kstest(p_values, "uniform").pvalue > 0.01
    mean = np.mean([e.value for e in estimates])
    assert mean == pytest.approx(np.mean([e.noise_floor for e in estimates]), rel=0.06)


@pytest.mark.parametrize("metric", BOTH)
def test_grid_holds_its_bound_on_hard_scores(metric):
    rng = np.random.default_rng(3)
    n = 20_000
    for probs in (
        rng.beta(1, 99, size=n),  # 1 % positives
        rng.beta(1, 9999, size=n),
        0.5 + 1e-4 * rng.uniform(-1, 1, size=n),
        rng.uniform(size=n),
    ):
        rows = cal.predictions(probs=probs, labels=rng.binomial(1, probs))
        exact, summed = metric()(rows).value, from_grid(metric(), rows)
        assert summed.value - 1e-12 <= exact <= summed.value + summed.bound + 1e-12


def test_scores_in_one_cell_bring_a_warning():
    rows = cal.predictions(probs=np.full(100, 0.51), labels=np.arange(100) % 2)
    metric = KuiperCalibrationError()
    with pytest.warns(CalibrantWarning, match="scores crowd in few cells"):
        cal.evaluate(cal.tally(rows, [metric]), [metric])
    assert metric(rows).bound is None


def test_a_wave_narrower_than_bins_is_seen_by_neither_and_says_so_by_its_size():
    # the path of p + .1 sin(30 pi p) comes back to 0 after every wave of 1/15
    rng = np.random.default_rng(4)
    probs = np.linspace(2 / 15, 13 / 15, 200_001)
    shares = probs + 0.1 * np.sin(30 * np.pi * probs)
    value = KuiperCalibrationError()(cal.events(probs=probs, outcomes=shares)).value
    # half a wave: .1 * 2 / (30 pi) of scores, over the 11/15 that they span
    assert value == pytest.approx(0.2 / (30 * np.pi) / (11 / 15), abs=1e-6)
    drawn = KuiperCalibrationError()(cal.predictions(probs=probs, labels=rng.binomial(1, shares)))
    assert drawn.noise_floor < value < drawn.value < 2 * value


@pytest.mark.parametrize("metric", BOTH)
@pytest.mark.parametrize(("labels", "p_value"), [([0, 0, 1], 0.0), ([0, 1, 1], 1.0)])
def test_sure_rows_leave_nothing_to_chance(metric, labels, p_value):
    rows = cal.predictions(probs=[0.0, 1.0, 1.0], labels=labels)
    for estimate in (metric()(rows), from_grid(metric(), rows)):
        assert estimate.value == pytest.approx((1 - p_value) / 3)
        assert estimate.details == {"p_value": p_value, "noise_floor_95": 0.0}
        assert estimate.noise_floor == 0


@pytest.mark.parametrize("metric", BOTH)
@pytest.mark.parametrize(("n", "weight"), [(99, 1.0), (101, 1.0), (99, 7.0)])
def test_rare_outcomes_make_the_test_rough_and_say_so(metric, n, weight):
    probs, labels = np.full(n, 0.05279), np.arange(n) == 0  # p (1 - p) = .05
    rows = cal.predictions(probs=probs, labels=labels.astype(int), weights=np.full(n, weight))
    for estimate in (metric()(rows), from_grid(metric(), rows)):
        assert ("sum of p(1 - p) below 5" in estimate.note) == (n < 100)


def test_soft_labels_have_no_noise_floor():
    estimate = KuiperCalibrationError()(cal.events(probs=[0.2, 0.7], outcomes=[0.1, 0.9]))
    assert estimate.value == pytest.approx(0.1)  # up .05, then down to -.05
    assert estimate.noise_floor is None
    assert not math.isnan(estimate.details["p_value"])
