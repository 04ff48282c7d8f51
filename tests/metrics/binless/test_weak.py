"""Calibration in the large, Cox's intercept and slope: against peers, NumPy and known truth."""

import math
import warnings

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.linear_model import LogisticRegression

import calibrant as cal
from calibrant.errors import CalibrantWarning
from calibrant.metrics.binless.cox import CoxIntercept, CoxSlope
from calibrant.metrics.binless.in_the_large import CalibrationInTheLarge


def golden(n=300):
    """Scores and outcomes without a generator, so that peers can be given the same."""
    i = np.arange(1, n + 1)
    probs = 0.02 + 0.96 * ((i * 0.6180339887498949) % 1)
    return probs, ((i * 0.7548776662466927) % 1 < probs**1.5).astype(int)


def by_newton(design, labels, weights, offset=0.0):
    found = np.zeros(design.shape[1])
    for _ in range(50):
        prob = 1 / (1 + np.exp(-(offset + design @ found)))
        hessian = (design * (weights * prob * (1 - prob))[:, None]).T @ design
        found = found + np.linalg.solve(hessian, design.T @ (weights * (labels - prob)))
    return found


def from_grid(metric, rows):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CalibrantWarning)
        return cal.evaluate(cal.tally(rows, [metric]), [metric])[repr(metric)]


def test_both_agree_with_statsmodels():
    probs, labels = golden()
    rows = cal.predictions(probs=probs, labels=labels)
    slope, intercept = CoxSlope()(rows), CoxIntercept()(rows)
    # statsmodels 0.15.0: x = log(p / (1 - p)); GLM(y, add_constant(x), Binomial())
    # .fit(tol=1e-14, maxiter=100, cov_type="HC0"): params, bse; then GLM(y, ones, offset=x)
    assert slope.value == pytest.approx(1.21830616, abs=5e-9)
    assert slope.details["intercept"] == pytest.approx(-0.69624724, abs=5e-9)
    assert intercept.value == pytest.approx(-0.62665311, abs=5e-9)
    z = stats.norm.ppf(0.975)
    assert slope.high - slope.value == pytest.approx(z * 0.13890594 * np.sqrt(300 / 298), abs=1e-7)
    half = intercept.high - intercept.value
    assert half == pytest.approx(z * 0.13524824 * np.sqrt(300 / 299), abs=1e-7)


@pytest.mark.parametrize("weighted", [False, True])
def test_slope_agrees_with_scikit_learn_and_newton(weighted):
    probs, labels = golden()
    weights = np.arange(300) % 4 + 0.5 if weighted else np.ones(300)
    odds = np.log(probs / (1 - probs))
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    slope = CoxSlope()(rows)
    line = by_newton(np.stack((np.ones(300), odds), axis=1), labels, weights)
    assert (slope.details["intercept"], slope.value) == pytest.approx(tuple(line), abs=1e-10)
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000)
    model.fit(odds[:, None], labels, sample_weight=weights)
    assert slope.value == pytest.approx(model.coef_[0, 0], abs=1e-4)
    shift = by_newton(np.ones((300, 1)), labels, weights, odds)
    assert CoxIntercept()(rows).value == pytest.approx(shift[0], abs=1e-10)


@pytest.mark.parametrize("far", [0.0, 500.0])
def test_many_rows_end_where_no_step_is_left(far):
    """Rows beyond 2,000 are merged for a start, which outliers spoil; the end is the same."""
    rng = np.random.default_rng(4)
    at = np.append(rng.normal(size=6000), [far, -far] * 5)
    truth = rng.uniform(size=len(at)) < 1 / (1 + np.exp(-0.7 * at - 0.4))
    rows = cal.predictions(logits=at, labels=truth.astype(int))
    found = CoxSlope()(rows)
    stated = 1 / (1 + np.exp(-found.details["intercept"] - found.value * at))
    assert abs((truth - stated).mean()) < 1e-11
    assert abs(((truth - stated) * at).mean()) < 1e-11
    shift = CoxIntercept()(rows).value
    assert abs((truth - 1 / (1 + np.exp(-shift - at))).mean()) < 1e-11


@pytest.mark.parametrize("heavy", [1e-8, 1e4, 1e8])
def test_one_outcome_that_outweighs_the_other_shifts_by_its_log(heavy):
    rows = cal.events(probs=[0.5, 0.5], outcomes=[1, 0], weights=[heavy, 1.0])
    assert CoxIntercept()(rows).value == pytest.approx(math.log(heavy), abs=1e-7)


@pytest.mark.parametrize("metric", [CoxSlope, CoxIntercept])
@pytest.mark.parametrize("view", ["positive", "top_label"])
def test_grid_holds_its_bound_on_hard_scores(metric, view):
    rng = np.random.default_rng(0)
    for logits in (
        rng.normal(size=3000) * 2,
        rng.normal(size=3000) - 5,  # 1 % positives
        rng.normal(size=3000) * 2 - 11,
        4e-4 * rng.normal(size=3000) + (np.arange(3000) % 2) * 1e-2,
    ):
        prob = 1 / (1 + np.exp(-logits))
        labels = rng.binomial(1, prob)
        labels[:3] = 1
        rows = cal.predictions(probs=prob, labels=labels)
        exact, summed = metric(view)(rows), from_grid(metric(view), rows)
        assert not math.isnan(exact.value)
        assert abs(summed.value - exact.value) <= summed.bound + 1e-9


@pytest.mark.parametrize("metric", [CoxSlope, CoxIntercept])
def test_rows_beyond_the_outermost_edges_have_a_bound_while_they_are_alone(metric):
    rng = np.random.default_rng(0)
    prob = np.concatenate(([1e-13, 1 - 1e-13], rng.uniform(size=300)))
    labels = np.concatenate(([0, 1], rng.binomial(1, prob[2:])))
    rows = cal.predictions(probs=prob, labels=labels)
    exact, summed = metric()(rows).value, from_grid(metric(), rows)
    assert abs(summed.value - exact) <= summed.bound < 0.01
    crowd = cal.predictions(probs=np.append(prob, 3e-13), labels=np.append(labels, 0))
    assert from_grid(metric(), crowd).bound == math.inf  # a log-odds of minus infinity would fit


def test_logits_keep_log_odds_that_probabilities_round_away():
    logits = torch.tensor([-60.0, -50.0, 50.0, 60.0, 70.0], dtype=torch.float64)
    labels = [0, 1, 0, 1, 1]
    by_odds = by_newton(np.stack((np.ones(5), logits / 50), axis=1), np.array(labels), np.ones(5))
    for given in (logits, torch.stack((torch.zeros(5), logits), dim=-1)):
        rows = cal.predictions(logits=given, labels=labels)
        assert CoxSlope()(rows).value == pytest.approx(by_odds[1] / 50, abs=1e-10)
    rounded = CoxSlope()(cal.predictions(probs=torch.sigmoid(logits), labels=labels))
    assert math.isnan(rounded.value)
    assert "stated 0 or 1" in rounded.note


@pytest.mark.parametrize(
    ("probs", "labels", "why"),
    [
        ([0.2, 0.4, 0.6, 0.8], [0, 0, 1, 1], "a threshold parts the outcomes"),
        ([0.2, 0.4, 0.6, 0.8], [1, 1, 0, 0], "a threshold parts the outcomes"),
        ([0.3, 0.3, 0.3], [0, 1, 1], "all rows have the same log-odds"),
        ([0.2, 0.4], [1, 1], "all rows came out alike"),
        ([0.0, 0.4, 0.5], [0, 1, 0], "stated 0 or 1"),
    ],
)
def test_slope_without_a_finite_optimum_is_undefined_and_says_why(probs, labels, why):
    rows = cal.predictions(probs=probs, labels=labels)
    for estimate in (CoxSlope()(rows), from_grid(CoxSlope(), rows)):
        assert math.isnan(estimate.value)
        assert estimate.note.startswith("undefined: ")
        assert why in estimate.note


def test_known_recalibration_is_found_within_the_interval_as_often_as_stated():
    rng = np.random.default_rng(1)
    caught = np.zeros(3)
    for _ in range(120):
        odds = 1.5 * rng.normal(size=400)
        truth = 1 / (1 + np.exp(-(0.3 + 0.7 * odds)))
        rows = cal.predictions(logits=odds, labels=rng.binomial(1, truth))
        slope = CoxSlope()(rows)
        caught[0] += slope.low <= 0.7 <= slope.high
        shifted = cal.predictions(
            logits=odds - 0.4, labels=rng.binomial(1, 1 / (1 + np.exp(-odds)))
        )
        shift = CoxIntercept()(shifted)
        caught[1] += shift.low <= 0.4 <= shift.high
        large = CalibrationInTheLarge()(rows)
        caught[2] += large.low <= np.mean(1 / (1 + np.exp(-odds)) - truth) <= large.high
    assert (caught >= 107).all()  # 114 of 120 on average, deviation 2.4


def test_in_the_large_is_the_mean_gap_with_students_interval():
    rng = np.random.default_rng(2)
    probs = rng.uniform(size=50)
    labels = rng.binomial(1, probs)
    gaps = probs - labels
    estimate = CalibrationInTheLarge()(cal.predictions(probs=probs, labels=labels))
    assert estimate.value == pytest.approx(gaps.mean(), abs=1e-14)
    both = stats.t.interval(0.95, 49, loc=gaps.mean(), scale=stats.sem(gaps))
    assert (estimate.low, estimate.high) == pytest.approx(both, abs=1e-12)


def test_in_the_large_turns_its_sign_with_the_class():
    probs, labels = golden(20)
    one = CalibrationInTheLarge()(cal.predictions(probs=probs, labels=labels)).value
    other = CalibrationInTheLarge()(cal.predictions(probs=1 - probs, labels=1 - labels)).value
    assert one == pytest.approx(-other, abs=1e-14)


def test_soft_labels_are_fitted_as_shares():
    odds = np.array([-2.0, -1.0, 0.5, 2.0])
    soft = 1 / (1 + np.exp(-(0.25 + 0.5 * odds)))
    rows = cal.events(probs=1 / (1 + np.exp(-odds)), outcomes=soft)
    slope = CoxSlope()(rows)
    assert slope.value == pytest.approx(0.5, abs=1e-9)
    assert slope.details["intercept"] == pytest.approx(0.25, abs=1e-9)
