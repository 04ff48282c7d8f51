"""Gains from noise told by the blocks of an isotonic regression, and the groups it is made of."""

import mpmath
import numpy as np
import pytest
from scipy.optimize import isotonic_regression
from scipy.special import expit, ndtri

import calibrant as cal
from calibrant.metrics.proper.corp import Discrimination
from calibrant.metrics.proper.groups import groups_of_rows
from calibrant.metrics.proper.losses_of_events import LOSSES
from calibrant.metrics.proper.merging import Merged, merged, merged_by_change
from calibrant.metrics.proper.overfit import block_gains, gain_of_blocks, gains

SCORES = list(LOSSES)
LEAST = {
    "brier": lambda q: q * (1 - q),
    "log_loss": lambda q: -q * mpmath.log(q) - (1 - q) * mpmath.log(1 - q),
    "spherical": lambda q: 1 - mpmath.sqrt(q * q + (1 - q) ** 2),
}


def waved(score):
    """True chance that falls and rises fifteen times."""
    stated = expit(score)
    return np.clip(stated + 0.1 * np.sin(30 * np.pi * stated), 0, 1)


def drawn(n, chance, *, mean=0.0, seed=0):
    rng = np.random.default_rng([n, seed])
    score = rng.normal(mean, 1.5, n)
    return cal.predictions(probs=expit(score), labels=(rng.random(n) < chance(score)).astype(int))


def of_population(loss):
    """Miscalibration of infinitely many rows of the wave: by 200,000 equal shares of the score."""
    score = 1.5 * ndtri((np.arange(200_000) + 0.5) / 200_000)
    chance, stated = waved(score), expit(score)
    best = isotonic_regression(chance).x
    return (loss.summed(stated, chance, 1 - chance) - loss.summed(best, chance, 1 - chance)).mean()


def test_interval_holds_the_truth_of_a_curve_that_falls_and_rises():
    truths = {score: of_population(LOSSES[score]) for score in ("brier", "log_loss")}
    held = dict.fromkeys(truths, 0)
    for seed in range(40):
        rows = drawn(50_000, waved, seed=seed)
        found = cal.evaluate(rows, [f"positive_{score}_miscalibration" for score in truths])
        for score, truth in truths.items():
            each = found[f"positive_{score}_miscalibration"]
            assert each.low is not None
            assert each.high is not None
            held[score] += each.low <= truth <= each.high
    assert min(held.values()) >= 35  # of one score at 95 %, hardly once in a hundred


@pytest.mark.parametrize("score", SCORES)
def test_bend_is_half_of_the_curvature_of_the_least_loss(score):
    rates = np.array([0.01, 0.2, 0.5, 0.9])
    expected = [-float(mpmath.diff(LEAST[score], rate, 2)) / 2 for rate in rates]
    np.testing.assert_allclose(LOSSES[score].bend(rates), expected, rtol=1e-6)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("heavier", [1.0, 10.0])
def test_a_block_gains_half_the_curvature_times_its_variance(score, heavier):
    rng = np.random.default_rng(0)
    hits = rng.binomial(2000, 0.1, 20_000).astype(float)
    misses, loss = 2000 - hits, LOSSES[score]
    weighed = heavier * hits, misses + heavier * hits, heavier**2 * hits, misses + heavier**2 * hits
    wy, w, wwy, ww = weighed
    true = heavier * 0.1 / (heavier * 0.1 + 0.9)
    saved = loss.summed(np.array([true]), wy, w - wy) - loss.least(w, wy)
    # the variance of a weighted share is that of its ratio, where weights follow the outcome
    found = gain_of_blocks(w, wy, ww, wwy, loss)
    assert found.mean() == pytest.approx(saved.mean(), rel=0.03)


def test_blocks_of_a_draw_are_added_up():
    cells = Merged(*(np.array([10.0, 10.0]) for _ in range(5)), np.arange(2))
    found = block_gains(np.array([0.0, 1.0]), cells, LOSSES["brier"], n_draws=3)
    # 0 of 10 and 10 of 10, with a row more that is half of each: 1/22 * 21/22 twice, of 20 rows
    np.testing.assert_allclose(found, 2 * (1 / 22) * (21 / 22) / 20)


@pytest.mark.parametrize("slope", [0.0, 0.8])
def test_gain_is_the_blocks_where_flat_and_half_more_where_steep(slope):
    n, of_each = 500, 400
    cells = Merged(*(np.full(n, float(of_each)) for _ in range(5)), np.arange(n))
    truth = 0.5 + slope * (np.arange(n) / n - 0.5)
    saved, blocks = (
        make(truth, cells, LOSSES["brier"], n_draws=400).mean() for make in (gains, block_gains)
    )
    # where all is alike with noise of any size gains rise with its variance; else, as blocks get
    # shorter, with its 2/3 power: 1 and 3/2 times what the blocks gain alone
    assert saved / blocks == pytest.approx(1.0 if slope == 0 else 1.5, rel=0.06)


def test_groups_put_together_by_change_keep_what_the_ranking_saves():
    rows = drawn(50_000, expit, mean=-5.6565)  # one in a hundred came out
    groups = groups_of_rows(rows, "positive")
    fine, alike = merged_by_change(groups), merged(groups)
    assert 200 < len(fine.w) <= 601
    for column in ("w", "wp", "wy", "ww", "wwy"):
        assert getattr(fine, column).sum() == pytest.approx(getattr(groups, column).sum())
    assert (np.diff(fine.wp / fine.w) > 0).all()
    base = groups.wy.sum() / groups.weight
    whole = Discrimination()(rows).value
    shares = []
    for each in (fine, alike):
        best = isotonic_regression(each.wy / each.w, weights=each.w).x
        shares.append((each.w * (best - base) ** 2).sum() / groups.weight / whole)
    assert shares[0] > 0.97
    assert shares[1] < 0.93


def test_few_groups_stay_as_they_are():
    groups = groups_of_rows(drawn(500, expit), "positive")
    fine = merged_by_change(groups)
    np.testing.assert_array_equal(fine.w, groups.w)
    np.testing.assert_array_equal(fine.wwy, groups.wwy)
