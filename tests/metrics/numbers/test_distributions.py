"""Scores of distributions: scoringrules, integrals, pairs by brute force, worked values."""

import math

import mpmath
import numpy as np
import pytest
import torch
from scipy import stats

import calibrant as cal
from calibrant.losses.regression.ensemble_crps import EnsembleCRPSLoss
from calibrant.losses.regression.gaussian import GaussianNLLLoss
from calibrant.losses.regression.normal_crps import NormalCRPSLoss
from calibrant.metrics.numbers.distributions import CRPS, FairCRPS, GaussianNLL

TARGETS = np.array([0.3, -1.2, 2.5, 4.0])
MEAN, STD = np.array([0.0, 0.5, 1.0, -1.0]), np.array([1.0, 0.5, 2.0, 0.25])
MEMBERS = np.array(
    [
        [0.1, 1.4, -0.3, 0.8, 2.2],
        [-1.0, -1.2, -0.5, 0.0, -1.2],
        [2.5, 2.5, 1.0, 4.0, 3.0],
        [0.0, 1.0, 2.0, 3.0, 5.0],
    ]
)


def row_by_row(metric, **columns):
    """Value of a metric on every row by itself."""
    n = len(columns["targets"])
    cut = [{name: values[k : k + 1] for name, values in columns.items()} for k in range(n)]
    return [metric(cal.numbers(**one)).value for one in cut]


@pytest.mark.parametrize(
    ("metric", "columns", "expected"),
    [  # values that scoringrules 0.10 gives
        (
            CRPS(),  # crps_normal(TARGETS, MEAN, STD)
            {"predicted": MEAN, "std": STD},
            [0.2693329006866634, 1.4179918678912937, 0.8962885043931006, 4.858952604113061],
        ),
        (
            GaussianNLL(),  # logs_normal(TARGETS, MEAN, STD)
            {"predicted": MEAN, "std": STD},
            [0.9639385332046727, 6.005791352644727, 1.893335713764618, 199.5326441720848],
        ),
        (
            CRPS(),  # crps_ensemble(TARGETS, MEMBERS, estimator="nrg"); so properscoring 0.1
            {"members": MEMBERS},
            [0.356, 0.172, 0.18, 1.24],
        ),
        (
            FairCRPS(),  # crps_ensemble(TARGETS, MEMBERS, estimator="fair")
            {"members": MEMBERS},
            [0.23, 0.11, 0.05, 1.0],
        ),
    ],
    ids=["crps of a normal", "log score", "crps of members", "fair crps"],
)
def test_values_are_those_of_scoringrules(metric, columns, expected):
    assert row_by_row(metric, **columns, targets=TARGETS) == pytest.approx(expected, rel=1e-12)
    mean = metric(cal.numbers(**columns, targets=TARGETS))
    assert mean.value == pytest.approx(np.mean(expected), rel=1e-12)


@pytest.mark.parametrize(("mean", "std", "target"), [(0, 1, 0.3), (2, 0.1, 1.5), (-1, 3, 8)])
def test_crps_of_a_normal_is_the_integral_that_defines_it(mean, std, target):
    def gap(x):
        return (mpmath.ncdf(x, mean, std) - (1 if x >= target else 0)) ** 2

    expected = mpmath.quad(
        gap, [mean - 20 * std, min(mean, target), max(mean, target), 20 + 20 * std]
    )
    rows = cal.numbers(predicted=[float(mean)], std=[float(std)], targets=[float(target)])
    assert CRPS()(rows).value == pytest.approx(float(expected), rel=1e-9)


def test_crps_of_members_is_the_integral_over_their_steps():
    """The empirical distribution function, integrated between all points where it changes."""
    for members, target in zip(MEMBERS, TARGETS, strict=True):
        at = np.sort([*members, target])
        share = np.array([(members <= x).mean() for x in at[:-1]])
        gap = (share - (at[:-1] >= target)) ** 2
        rows = cal.numbers(members=members[None], targets=[target])
        assert CRPS()(rows).value == pytest.approx(np.sum(gap * np.diff(at)), rel=1e-12)


def test_members_sorted_or_not_have_the_score_of_all_pairs():
    draws = np.random.default_rng(0).normal(size=(50, 40))
    targets = np.random.default_rng(1).normal(size=50)
    apart = np.abs(draws[:, :, None] - draws[:, None]).sum(axis=(1, 2))
    near = np.abs(draws - targets[:, None]).mean(axis=1)
    rows = cal.numbers(members=draws, targets=targets)
    assert CRPS()(rows).value == pytest.approx((near - apart / (2 * 40**2)).mean(), rel=1e-12)
    fair = (near - apart / (2 * 40 * 39)).mean()
    assert FairCRPS()(rows).value == pytest.approx(fair, rel=1e-12)


def test_fair_crps_estimates_the_score_of_the_distribution_whatever_the_size():
    """Of standard normal draws and targets: 1 / sqrt(pi), or .5642; plain (1 + 1/m) of it."""
    random = np.random.default_rng(3)
    for m in (2, 10):
        rows = cal.numbers(
            members=random.normal(size=(40000, m)), targets=random.normal(size=40000)
        )
        fair, plain = FairCRPS()(rows, level=0.999), CRPS()(rows, level=0.999)
        assert fair.low < 1 / math.sqrt(math.pi) < fair.high
        assert plain.low < (1 + 1 / m) / math.sqrt(math.pi) < plain.high


def test_metrics_are_the_means_of_the_losses_of_the_same_name():
    members, normal = MEMBERS, np.stack((MEAN, STD), axis=1)
    targets = torch.tensor(TARGETS)
    rows = cal.numbers(predicted=MEAN, std=STD, targets=TARGETS)
    loss = NormalCRPSLoss(scale="std")(torch.tensor(normal), targets)
    assert CRPS()(rows).value == pytest.approx(float(loss), rel=1e-14)
    loss = GaussianNLLLoss(scale="std", full=True)(torch.tensor(normal), targets)
    assert GaussianNLL()(rows).value == pytest.approx(float(loss), rel=1e-14)
    rows = cal.numbers(members=members, targets=TARGETS)
    for metric, fair in ((CRPS(), False), (FairCRPS(), True)):
        loss = EnsembleCRPSLoss(fair=fair)(torch.tensor(members), targets)
        assert metric(rows).value == pytest.approx(float(loss), rel=1e-14)


def test_log_score_is_minus_the_log_density_of_scipy():
    expected = -stats.norm(MEAN, STD).logpdf(TARGETS).mean()
    rows = cal.numbers(predicted=MEAN, std=STD, targets=TARGETS)
    assert GaussianNLL()(rows).value == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("shift", [0.0, 1e6])
def test_a_narrow_distribution_scores_the_absolute_error(shift):
    rows = cal.numbers(predicted=[1.0 + shift], std=[1e-9], targets=[3.5 + shift])
    assert CRPS()(rows).value == pytest.approx(2.5, rel=1e-8)
    alone = cal.numbers(members=[[1.0 + shift]], targets=[3.5 + shift])
    assert CRPS()(alone).value == pytest.approx(2.5)


def test_intervals_of_signed_scores_hold_the_value_below_zero():
    random = np.random.default_rng(0)
    targets = random.normal(size=200) / 100
    rows = cal.numbers(predicted=np.zeros(200), std=np.full(200, 0.01), targets=targets)
    nll = GaussianNLL()(rows)
    assert nll.low < nll.value < nll.high < 0
    truth = -math.log(100) + (1 + math.log(2 * math.pi)) / 2
    assert nll.low < truth < nll.high


def test_one_member_has_no_fair_score():
    rows = cal.numbers(members=[[1.0], [2.0]], targets=[1.0, 2.0])
    with pytest.raises(cal.InputError, match="members must be at least two a row for fair_crps"):
        FairCRPS()(rows)


@pytest.mark.parametrize(
    ("metric", "given", "message"),
    [
        (CRPS(), {}, "a spread must be stated for crps; got points alone. Pass std=, members="),
        (
            CRPS(),
            {"quantiles": {0.1: [0.0], 0.9: [2.0]}},
            "std or members must be stated for crps; got quantiles at levels 0.1, 0.9. Quantiles",
        ),
        (FairCRPS(), {}, "members must be stated for fair_crps; got points alone. Pass members="),
        (FairCRPS(), {"std": [1.0]}, r"members must be .*; got a normal distribution \(std\)"),
        (GaussianNLL(), {"members": [[1.0]]}, "std must be stated for gaussian_nll; got members"),
    ],
)
def test_what_rows_do_not_state_is_asked_for(metric, given, message):
    with pytest.raises(cal.InputError, match=message):
        metric(cal.numbers(predicted=[1.0], targets=[1.0], **given))
