"""Pinball losses: scikit-learn, SciPy's quantiles, Bracher's intervals by hand, edges."""

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.metrics import mean_pinball_loss

import calibrant as cal
from calibrant.losses.regression.quantile import QuantileLoss
from calibrant.metrics.numbers.distributions import CRPS
from calibrant.metrics.numbers.errors import MeanAbsoluteError
from calibrant.metrics.numbers.quantiles import MeanPinball, Pinball, WeightedIntervalScore

TARGETS = np.array([0.3, -1.2, 2.5, 4.0])
STATED = {
    0.1: np.array([-1.0, -2.0, 1.0, 3.0]),
    0.5: np.array([0.0, -1.0, 2.0, 4.0]),
    0.9: np.array([1.0, 0.0, 2.2, 5.0]),
}


def of_quantiles(stated=STATED, **others):
    return cal.numbers(quantiles=stated, targets=TARGETS, **others)


@pytest.mark.parametrize("weights", [None, np.array([1.0, 0.5, 2.0, 3.0])])
def test_values_are_those_of_scikit_learn(weights):
    rows = of_quantiles(weights=weights)
    each = {
        q: mean_pinball_loss(TARGETS, values, alpha=q, sample_weight=weights)
        for q, values in STATED.items()
    }
    for q, expected in each.items():
        assert Pinball(q)(rows).value == pytest.approx(expected, rel=1e-12)
        points = cal.numbers(predicted=STATED[q], targets=TARGETS, weights=weights)
        assert Pinball(q)(points).value == pytest.approx(expected, rel=1e-12)
    assert MeanPinball()(rows).value == pytest.approx(np.mean(list(each.values())), rel=1e-12)


def test_metrics_are_the_means_of_the_loss_of_the_same_name():
    stacked = torch.tensor(np.stack(list(STATED.values()), axis=1))
    loss = QuantileLoss(list(STATED))(stacked, torch.tensor(TARGETS))
    assert MeanPinball()(of_quantiles()).value == pytest.approx(float(loss), rel=1e-14)


def test_the_quantile_of_a_normal_is_that_of_scipy():
    mean, std = np.array([0.0, 0.5, 1.0, -1.0]), np.array([1.0, 0.5, 2.0, 0.25])
    rows = cal.numbers(predicted=mean, std=std, targets=TARGETS)
    for q in (0.01, 0.5, 0.975):
        expected = mean_pinball_loss(TARGETS, stats.norm(mean, std).ppf(q), alpha=q)
        assert Pinball(q)(rows).value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("n_members", [1, 2, 9, 30])
def test_the_quantile_of_members_is_at_weibulls_place(n_members):
    random = np.random.default_rng(n_members)
    members, targets = random.normal(size=(20, n_members)), random.normal(size=20)
    rows = cal.numbers(members=members, targets=targets)
    for q in (0.01, 0.1, 0.3, 0.5, 0.7, 0.95):
        at = np.quantile(members, q, axis=1, method="weibull")
        expected = mean_pinball_loss(targets, at, alpha=q)
        assert Pinball(q)(rows).value == pytest.approx(expected, rel=1e-12), q


def test_the_pinball_loss_at_one_half_is_half_the_absolute_error():
    rows = cal.numbers(predicted=[1.0, 4.0], targets=[3.0, 3.5])
    assert Pinball()(rows).value == MeanAbsoluteError()(rows).value / 2


def test_weighted_interval_score_is_bracher_s_sum_over_intervals():
    """Levels .05, .1, .5, .9, .95: two intervals, which miss .1 and .2, and the median."""
    stated = {0.05: STATED[0.1] - 1, **STATED, 0.95: STATED[0.9] + 0.5}
    total = np.abs(TARGETS - stated[0.5]) / 2
    for alpha, low, high in ((0.1, 0.05, 0.95), (0.2, 0.1, 0.9)):
        ends = stated[low], stated[high]
        missed = np.maximum(ends[0] - TARGETS, 0) + np.maximum(TARGETS - ends[1], 0)
        total += alpha / 2 * (ends[1] - ends[0] + 2 / alpha * missed)
    value = WeightedIntervalScore()(of_quantiles(stated)).value
    assert value == pytest.approx((total / 2.5).mean(), rel=1e-12)


def test_worked_weighted_interval_score():
    """Median alone: the absolute error, as |t - m| / 2 over one half."""
    rows = cal.numbers(quantiles={0.5: [1.0, 2.0]}, targets=[2.0, 5.0])
    assert WeightedIntervalScore()(rows).value == 2.0  # (1 + 3) / 2


def test_weighted_interval_score_of_many_levels_tends_to_the_crps():
    levels = np.arange(1, 2000) / 2000
    quantiles = {float(q): np.array([stats.norm.ppf(q)]) for q in levels}
    rows = cal.numbers(quantiles=quantiles, targets=[0.7])
    exact = cal.numbers(predicted=[0.0], std=[1.0], targets=[0.7])
    expected = CRPS()(exact).value
    assert WeightedIntervalScore()(rows).value == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("q", [0.0, 1.0, -0.1, float("nan")])
def test_a_level_outside_of_zero_and_one_is_refused(q):
    with pytest.raises(cal.InputError, match="q must lie between 0 and 1"):
        Pinball(q)


@pytest.mark.parametrize(
    ("metric", "rows", "message"),
    [
        (
            Pinball(0.25),
            of_quantiles(),
            "quantiles must be stated at level 0.25 for pinball_0.25; got quantiles at levels "
            r"0.1, 0.5, 0.9. Add quantiles\[0.25\], or ask",
        ),
        (
            MeanPinball(),
            cal.numbers(predicted=[1.0], std=[1.0], targets=[1.0]),
            r"quantiles must be stated for mean_pinball; got a normal .*Pass quantiles=\{level",
        ),
        (
            WeightedIntervalScore(),
            of_quantiles({0.1: STATED[0.1], 0.5: STATED[0.5], 0.8: STATED[0.9]}),
            "quantiles must be the median and pairs about it, .*; got quantiles at levels 0.1, 0.5",
        ),
        (
            WeightedIntervalScore(),
            cal.numbers(predicted=[1.0], quantiles={0.1: [0.0], 0.9: [2.0]}, targets=[1.0]),
            "quantiles must be the median and pairs",
        ),
    ],
)
def test_quantiles_that_are_not_stated_are_asked_for(metric, rows, message):
    with pytest.raises(cal.InputError, match=message):
        metric(rows)
