"""Intervals of isotonic parts and skill: known truth, a bootstrap of rows, refusals."""

import math
from functools import cache

import numpy as np
import pytest
from scipy.optimize import isotonic_regression
from scipy.special import expit
from scipy.stats import kstest

import calibrant as cal
from calibrant.metrics.proper.corp import Discrimination, Miscalibration, Uncertainty
from calibrant.metrics.proper.groups import groups_of_rows
from calibrant.metrics.proper.losses_of_events import LOSSES
from calibrant.metrics.proper.merging import merged
from calibrant.metrics.proper.overfit import fitted, gains, smoothed
from calibrant.metrics.proper.skill import BrierSkill, LogLossSkill

SCORES = list(LOSSES)


def drawn(n, temperature=1.0, seed=0):
    rng = np.random.default_rng([n, seed])
    logits = rng.normal(0, 1.5, n)
    labels = (rng.random(n) < expit(logits)).astype(int)
    return cal.predictions(probs=expit(temperature * logits), labels=labels)


@cache
def of_drawn(metric, n, temperature, seed):
    """Estimate from such rows, which several tests ask for."""
    return metric(drawn(n, temperature, seed))


def ends(estimate):
    assert estimate.low is not None, estimate.method
    return np.array([estimate.low, estimate.high])


TRUE = {  # of three million rows in 1,500 groups
    3.0: {Miscalibration("brier"): 0.02684, Miscalibration("log_loss"): 0.21352},
    1.0: {
        Miscalibration("brier"): 0.0,
        Discrimination("brier"): 0.07323,
        Discrimination("log_loss"): 0.16567,
        Uncertainty("brier"): 0.25,
    },
}


@pytest.mark.parametrize("temperature", TRUE)
def test_interval_holds_the_truth(temperature):
    held = dict.fromkeys(TRUE[temperature], 0)
    for seed in range(60):
        for metric, truth in TRUE[temperature].items():
            low, high = ends(of_drawn(metric, 300, temperature, seed))
            held[metric] += low <= truth <= high
    for metric, times in held.items():
        assert times >= 53, metric  # at 95 %, once in 200


@pytest.mark.parametrize("score", SCORES)
def test_skill_that_is_not_there_has_a_lower_end_of_zero(score):
    rng = np.random.default_rng(0)
    rows = cal.predictions(probs=rng.uniform(0.3, 0.7, 500), labels=rng.integers(0, 2, 500))
    assert ends(Discrimination(score)(rows))[0] == 0
    assert ends(Discrimination(score)(drawn(500)))[0] > 0


def test_p_value_of_calibrated_models_is_uniform():
    found = [Miscalibration()(drawn(200, seed=seed)).details["p_value"] for seed in range(60)]
    assert kstest(found, "uniform").pvalue > 0.01
    assert Miscalibration()(drawn(500, 3.0)).details["p_value"] == pytest.approx(1 / 401)


def test_noise_floor_is_what_calibrated_models_show():
    found = [of_drawn(Miscalibration("brier"), 300, 1.0, seed) for seed in range(60)]
    seen = np.mean([estimate.value for estimate in found])
    floor = np.mean([estimate.noise_floor for estimate in found[:9]])
    assert floor == pytest.approx(seen, rel=0.12)
    assert found[0].details["noise_floor_95"] > found[0].noise_floor


@pytest.mark.parametrize("metric", [Miscalibration, Discrimination, Uncertainty], ids=str)
@pytest.mark.parametrize("score", SCORES)
def test_scale_of_weights_and_order_of_rows_do_not_matter(metric, score):
    rng = np.random.default_rng(0)
    probs, weights = rng.random(400), rng.uniform(0.5, 2, 400)
    labels = (rng.random(400) < probs).astype(int)
    mixed = rng.permutation(400)
    one = metric(score)(cal.predictions(probs=probs, labels=labels, weights=weights))
    other = metric(score)(
        cal.predictions(probs=probs[mixed], labels=labels[mixed], weights=3 * weights[mixed])
    )
    np.testing.assert_allclose(ends(one), ends(other), rtol=1e-9, atol=1e-12)


def test_level_and_rows_narrow_the_interval():
    metric = Miscalibration()
    wide, narrow = (np.ptp(ends(metric(drawn(400, 3.0), level=at))) for at in (0.99, 0.8))
    assert narrow < wide
    assert np.ptp(ends(metric(drawn(4000, 3.0)))) < np.ptp(ends(metric(drawn(400, 3.0)))) / 2


def test_tally_tells_nearly_the_interval_of_the_rows():
    rows = drawn(2000, 3.0)
    for metric in (Miscalibration(), Discrimination("log_loss"), BrierSkill(), LogLossSkill()):
        tally = cal.tally(rows, [metric]).tally_of(metric.statistic)
        found = metric.estimate(tally, level=0.95, class_names=("0", "1"))
        exact = ends(metric(rows))
        assert ends(found) == pytest.approx(exact, abs=0.05 * np.ptp(exact))


def test_uncertainty_is_wilsons_interval_of_the_base_rate():
    rows = cal.events(probs=[0.5] * 10, outcomes=[1] * 2 + [0] * 8)
    low, high = ends(Uncertainty()(rows))  # Wilson of 2 in 10: .0567 to .5098
    assert low == pytest.approx(0.0567 * 0.9433, abs=1e-4)
    assert high == 0.25


@pytest.mark.parametrize(("score", "most"), [("brier", 0.25), ("log_loss", math.log(2))])
def test_no_more_is_discriminated_than_a_coin_leaves_open(score, most):
    rows = cal.predictions(probs=np.linspace(0.1, 0.9, 40), labels=np.arange(40) // 20)
    found = Discrimination(score)(rows)
    assert found.high == pytest.approx(most, rel=1e-12)
    assert found.low < found.value <= found.high + 1e-12


def test_what_has_no_interval_says_why():
    few = cal.events(probs=np.linspace(0, 1, 50), outcomes=[0] * 45 + [1] * 5)
    assert Miscalibration()(few).method == (
        "not available: too few rows came out: an interval takes 10 effective ones"
    )
    soft = cal.events(probs=[0.5, 0.6], outcomes=[0.5, 0.5])
    for metric in (Miscalibration(), Uncertainty()):
        assert metric(soft).method.startswith("not available: ")
    sure = cal.events(probs=[1.0, *np.linspace(0.1, 0.9, 49)], outcomes=[0] * 25 + [1] * 25)
    found = Miscalibration("log_loss")(sure)
    assert math.isinf(found.value)
    assert found.method == "not available: the score is infinite"


@pytest.mark.parametrize("metric", [BrierSkill(), LogLossSkill()], ids=str)
@pytest.mark.parametrize("n_classes", [2, 4])
def test_skill_has_the_interval_of_a_bootstrap_of_rows(metric, n_classes):
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(800, n_classes)) * 1.5
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.array([rng.choice(n_classes, p=p) for p in probs])
    weights = rng.uniform(0.5, 1.5, 800)
    values = []
    for _ in range(300):
        at = rng.integers(0, 800, 800)
        rows = cal.predictions(probs=probs[at], labels=labels[at], weights=weights[at])
        values.append(metric(rows).value)
    found = metric(cal.predictions(probs=probs, labels=labels, weights=weights))
    assert found.method == "delta method (t)"
    width = np.ptp(ends(found))
    assert width == pytest.approx(2 * 1.96 * np.std(values), rel=0.15)


def test_skill_of_soft_labels_has_none():
    rows = cal.events(probs=[0.2, 0.7, 0.9], outcomes=[0.1, 0.5, 1.0])
    assert BrierSkill()(rows).method.startswith("not available: the rows of soft labels")


def test_one_regression_of_all_draws_is_that_of_each():
    rng = np.random.default_rng(0)
    shares, weight = rng.random((7, 30)), rng.uniform(1, 3, 30)
    expected = [isotonic_regression(row, weights=weight).x for row in shares]
    np.testing.assert_allclose(fitted(shares, weight), expected, atol=1e-12)


def test_groups_are_put_together_without_loss():
    groups = groups_of_rows(drawn(3000), "positive")
    cells = merged(groups)
    assert len(cells.w) == 200
    for column in ("w", "wp", "wy", "ww", "wwy"):
        assert getattr(cells, column).sum() == pytest.approx(getattr(groups, column).sum())
    assert (np.diff(cells.wp / cells.w) > 0).all()


@pytest.mark.parametrize("score", SCORES)
def test_noise_gains_more_of_a_steep_function_than_of_a_flat_one(score):
    cells = merged(groups_of_rows(drawn(1000), "positive"))
    best = fitted((cells.wy / cells.w)[None], cells.w)[0]
    steep, flat = (gains(truth, cells, LOSSES[score]) for truth in (smoothed(best, cells.w), best))
    assert (steep >= 0).all()
    assert steep.mean() > flat.mean()


def test_weighted_shares_have_the_mean_and_spread_of_their_rows():
    rng = np.random.default_rng(0)
    rows = cal.predictions(
        probs=np.repeat([0.1, 0.6], 50),
        labels=np.tile([0, 1], 50),
        weights=rng.uniform(0.5, 2, 100),
    )
    cells = merged(groups_of_rows(rows, "positive"))
    loss = LOSSES["brier"]
    found = gains(np.array([0.1, 0.6]), cells, loss).mean()
    # both shares are free, and far apart: on average p (1 - p) sum w^2 / (sum w)^2 each
    variance = np.array([0.09, 0.24]) * cells.ww / cells.w**2
    expected = (cells.w * variance).sum() / cells.w.sum()
    assert found == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize("score", SCORES)
def test_weights_that_are_all_but_equal_have_the_noise_of_equal_ones(score):
    rng = np.random.default_rng(0)
    probs = rng.random(600)
    labels = (rng.random(600) < probs).astype(int)
    floors = [
        Miscalibration(score)(cal.predictions(probs=probs, labels=labels, weights=w)).noise_floor
        for w in (None, rng.uniform(0.999, 1.001, 600))
    ]
    assert floors[1] == pytest.approx(floors[0], rel=0.1)
