"""Correlations against SciPy and NumPy; their intervals by jackknife and simulation."""

import math

import numpy as np
import pytest
from scipy import stats

import calibrant as cal
from calibrant.metrics.numbers.correlation import ConcordanceCorrelation, PearsonCorrelation

BOTH = (PearsonCorrelation(), ConcordanceCorrelation())
every_metric = pytest.mark.parametrize("metric", BOTH, ids=str)


def draw(n, seed=0):
    generator = np.random.default_rng(seed)
    targets = generator.normal(size=n)
    return 0.8 * targets + 0.3 + 0.5 * generator.normal(size=n), targets


def concordance(predicted, targets, weights=None):
    (of_p, cov), (_, of_t) = np.cov(predicted, targets, bias=True, aweights=weights)
    gap = np.average(predicted, weights=weights) - np.average(targets, weights=weights)
    return 2 * cov / (of_p + of_t + gap**2)


def test_correlation_is_that_of_scipy():
    predicted, targets = draw(200)
    rows = cal.numbers(predicted=predicted, targets=targets)
    expected = stats.pearsonr(predicted, targets).statistic
    assert PearsonCorrelation()(rows).value == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("weighted", [False, True])
def test_both_are_ratios_of_weighted_moments(weighted):
    predicted, targets = draw(200)
    weights = np.random.default_rng(1).random(200) if weighted else None
    rows = cal.numbers(predicted=predicted, targets=targets, weights=weights)
    expected = concordance(predicted, targets, weights)
    assert ConcordanceCorrelation()(rows).value == pytest.approx(expected, rel=1e-12)
    cov = np.cov(predicted, targets, aweights=weights)
    expected = cov[0, 1] / math.sqrt(cov[0, 0] * cov[1, 1])
    assert PearsonCorrelation()(rows).value == pytest.approx(expected, rel=1e-12)


@every_metric
def test_variance_to_first_order_is_nearly_that_of_the_jackknife(metric):
    generator = np.random.default_rng(2)
    targets = generator.exponential(size=400)  # far from normal, so that it is the greater one
    predicted = 0.8 * targets + 0.3 + 0.5 * generator.normal(size=400)

    def value(keep):
        p, t = predicted[keep], targets[keep]
        pearson = np.corrcoef(p, t)[0, 1]
        return pearson if isinstance(metric, PearsonCorrelation) else concordance(p, t)

    left_out = [value(np.arange(400) != k) for k in range(400)]
    error = math.sqrt(399 * np.var(left_out))
    estimate = metric(cal.numbers(predicted=predicted, targets=targets))
    half = (math.atanh(estimate.high) - math.atanh(estimate.low)) / 2
    expected = stats.t.ppf(0.975, 399) * error / (1 - estimate.value**2)
    assert half == pytest.approx(expected, rel=0.05)


@every_metric
def test_intervals_cover_what_they_promise(metric):
    rho = 0.8 / math.sqrt(0.64 + 0.25)
    true = rho if isinstance(metric, PearsonCorrelation) else 1.6 / (1 + 0.89 + 0.09)
    hits = []
    for seed in range(300):
        predicted, targets = draw(30, seed)
        estimate = metric(cal.numbers(predicted=predicted, targets=targets))
        hits.append(estimate.low <= true <= estimate.high)
    assert 0.925 < np.mean(hits) < 0.99


@every_metric
def test_digits_stay_far_from_zero(metric):
    predicted, targets = (np.round(column * 2**10) / 2**10 for column in draw(100))
    near = metric(cal.numbers(predicted=predicted, targets=targets))
    far = metric(cal.numbers(predicted=predicted + 2.0**30, targets=targets + 2.0**30))
    assert (far.value, far.low) == pytest.approx((near.value, near.low), rel=1e-12)


def test_scale_and_shift_change_concordance_alone():
    predicted, targets = draw(50)
    rows = cal.numbers(predicted=2 * predicted + 1, targets=targets)
    expected = stats.pearsonr(predicted, targets).statistic
    assert PearsonCorrelation()(rows).value == pytest.approx(expected)
    assert ConcordanceCorrelation()(rows).value < 0.8


def test_columns_without_spread():
    flat = cal.numbers(predicted=[0.1, 0.1, 0.1], targets=[1.0, 2.0, 3.0])
    same = cal.numbers(predicted=[0.1, 0.1], targets=[0.1, 0.1])
    for rows in (flat, same):
        estimate = PearsonCorrelation()(rows)
        assert math.isnan(estimate.value)
        assert estimate.note == "undefined: a column of equal numbers has no spread"
    assert ConcordanceCorrelation()(flat).value == 0
    assert math.isnan(ConcordanceCorrelation()(same).value)


@every_metric
def test_a_line_and_few_rows_have_no_interval(metric):
    line = np.arange(9.0)
    estimate = metric(cal.numbers(predicted=line, targets=line))
    assert (estimate.value, estimate.low) == (pytest.approx(1), None)
    predicted, targets = draw(4)
    few = metric(cal.numbers(predicted=predicted, targets=targets))
    assert few.method == "not available: fewer than 5 effective rows"
