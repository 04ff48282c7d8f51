"""Calibration errors differ by what is left once noise is taken off both, jointly."""

import numpy as np
import pytest
from scipy.special import expit, logit

import calibrant as cal
from calibrant.comparison.gap_noise import joint_noise
from calibrant.comparison.gap_rows import row_gaps
from calibrant.comparison.gap_side import Side
from calibrant.comparison.gap_test import GapTest
from calibrant.comparison.pair import pair_of


def drawn(rng, n, *, first=1.0, second=1.0):
    """Two models of the same sharpness that see different things, over-confident by factors."""
    at, weight = np.polynomial.hermite_e.hermegauss(31)
    seen = rng.normal(size=(2, n))
    labels = rng.binomial(1, expit(seen.sum(axis=0)))
    true = [expit(one[:, None] + at) @ (weight / weight.sum()) for one in seen]
    logits = [factor * logit(one) for factor, one in zip((first, second), true, strict=True)]
    return [cal.predictions(logits=one, labels=labels) for one in logits]


def test_joint_noise_is_the_covariance_of_the_gaps_over_samples():
    rng = np.random.default_rng(0)
    gaps, foretold = [], []
    for _ in range(400):
        pair = pair_of(*drawn(rng, 200, first=1.5))
        sides = [row_gaps([one.positive()], 3) for one in (pair.a, pair.b)]
        gaps.append(np.concatenate([side.gap for side in sides]))
        foretold.append(joint_noise(*sides, pair, of_squares=False).covariance)
    seen, told = np.cov(np.array(gaps).T), np.mean(foretold, axis=0)
    scale = np.sqrt(np.outer(seen.diagonal(), seen.diagonal()))
    np.testing.assert_allclose(seen / scale, told / scale, atol=0.2)


def test_drawn_noise_has_the_covariance_that_was_told():
    rng = np.random.default_rng(4)
    mixed = rng.normal(size=(40, 60))  # of 30 gaps and 30: more than Sobol points bear
    covariance, one = mixed.T @ mixed, np.ones(30)
    deviation = np.sqrt(covariance.diagonal())
    sides = [
        Side(one, deviation[half], one, one, np.zeros(30, dtype=np.int64), one, "l2")
        for half in (slice(30), slice(30, None))
    ]
    noise = np.hstack(GapTest(sides[0], sides[1], covariance)._noise)
    np.testing.assert_allclose(noise.mean(axis=0) / deviation, 0, atol=1e-9)
    scale = np.outer(deviation, deviation)
    np.testing.assert_allclose(noise.T @ noise / len(noise) / scale, covariance / scale, atol=1e-6)


def test_gaps_of_rows_are_those_of_the_metric():
    rows = drawn(np.random.default_rng(1), 500, first=2.0)[0]
    gap = row_gaps([rows.top_label()], 15).gap
    ece = cal.evaluate(rows, ["ece"])["ece"].value
    assert np.abs(gap).sum() == pytest.approx(ece, abs=1e-12)


@pytest.mark.parametrize("metric", ["positive_ece", "positive_ece_l2_squared_debiased"])
@pytest.mark.parametrize("factor", [1.0, 1.5])
def test_type_1_error_of_equally_calibrated_models(metric, factor, monkeypatch):
    monkeypatch.setattr(GapTest, "interval", lambda *_: (0.0, 0.0))  # not asked for here
    rng, n_runs, rejected = np.random.default_rng(2), 60, 0
    for _ in range(n_runs):
        models = drawn(rng, 600, first=factor, second=factor)
        rejected += cal.compare(*models, metrics=[metric])[metric].adjusted_p <= 0.05
    assert rejected / n_runs < 0.135  # 5 % and three deviations


@pytest.mark.parametrize("metric", ["positive_ece", "positive_ece_l2_debiased", "smooth_ece"])
def test_an_overconfident_model_is_told_from_a_calibrated_one(metric):
    models = drawn(np.random.default_rng(3), 4000, first=1.0, second=2.5)
    found = cal.compare(*models, metrics=[metric])[metric]
    assert found.verdict == "A is better"
    assert found.difference.high < 0


def test_interval_and_p_value_agree():
    rng = np.random.default_rng(4)
    for factor in (1.0, 1.2, 1.4, 1.6, 1.8):
        models = drawn(rng, 800, second=factor)
        found = cal.compare(*models, metrics=["positive_ece"])["positive_ece"].difference
        apart = found.low > 0 or found.high < 0
        assert apart == (found.p_value < 0.05)


def test_few_rows_and_lone_clusters_say_why_there_is_no_interval():
    models = [cal.predictions(probs=[p], labels=[1]) for p in (0.4, 0.7)]
    assert "not available" in cal.compare(*models, metrics=["ece"])["ece"].difference.method
    pair = drawn(np.random.default_rng(5), 50, first=2.0)
    lone = cal.compare(*pair, metrics=["ece"], clusters=np.zeros(50))["ece"].difference
    assert lone.method.startswith("not available")


def test_noise_adds_most_to_gaps_in_few_bins_and_least_to_gaps_in_all():
    """Of one size, on average over drawn noise; few are those that stand out of it."""
    rng = np.random.default_rng(9)
    deviation = rng.uniform(0.5, 1.5, 15)
    gap = np.where(np.arange(15) % 5 == 0, 6.0, 0.3) * rng.choice([-1, 1], 15) * deviation
    gap += deviation * rng.normal(size=15)
    one, event = np.ones(15), np.zeros(15, dtype=int)
    noise, sizes = deviation * rng.normal(size=(20_000, 15)), {}
    for shape in ("few", "curve", "all"):
        side = Side(gap, deviation, one, np.linspace(0, 1, 15), event, one, "l1", shape=shape)
        true = side.true_gaps(10.0)
        assert np.abs(true).sum() == pytest.approx(10.0)
        assert (true * gap >= 0).all() or shape == "curve"
        sizes[shape] = float(side.size(true + noise).mean())
        if shape == "few":
            assert 0 < len(np.flatnonzero(true)) <= 3
            assert set(np.flatnonzero(true)) <= {0, 5, 10}
    assert sizes["all"] + 0.2 < sizes["curve"] < sizes["few"] - 0.2


def test_a_difference_must_hold_whichever_bins_err():
    """One model errs by a little in all bins, the other in few: the curve alone is too sure."""
    rng = np.random.default_rng(12)
    true = np.where(np.arange(15) % 5 == 0, 4.0, 0.0), np.full(15, 0.8) * (-1) ** np.arange(15)
    one, event, rejected = np.ones(15), np.zeros(15, dtype=int), np.zeros(2)
    for _ in range(60):
        sides = [
            Side(gap + rng.normal(size=15), one, one, np.linspace(0, 1, 15), event, one, "l1")
            for gap in true
        ]
        test = GapTest(sides[0], sides[1], np.eye(30))
        test = test.turned() if test.seen < 0 else test
        curve = 2 * min(test.above(0.0), test.below(0.0))
        assert test.p_value() >= min(curve, 1.0)
        rejected += curve < 0.05, test.p_value() < 0.05
    assert rejected[1] <= 7 < rejected[0]  # 5 % is 3 sets


def test_the_size_of_gaps_far_beyond_noise_is_what_was_seen():
    rng, one = np.random.default_rng(0), np.ones(5)
    place, event = np.linspace(0.1, 0.9, 5), np.zeros(5, dtype=int)
    for _ in range(100):  # of some, noise adds less than nothing by rounding
        gap = rng.uniform(0.05, 0.3, 5)
        side = Side(gap, 1e-3 * one, one / 5, place, event, one, "l1")
        assert side.estimate == pytest.approx(gap.sum(), abs=1e-12)
