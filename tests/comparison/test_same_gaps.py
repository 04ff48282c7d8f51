"""Two models with the same gaps: how far apart noise puts the sizes of these."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binom, kstest

import calibrant as cal
from calibrant.comparison.gap_test import GapTest
from calibrant.comparison.same_gaps import same_gaps


def size(gaps):
    return np.abs(gaps).sum(axis=-1)


def joint(r, n, *, ratio=1.0):
    """A covariance of the gaps of two models, whose noise may differ in size."""
    mixed = r.normal(size=(2 * n, 4 * n)) / np.sqrt(4 * n)
    mixed[n:] = ratio * (mixed[:n] + mixed[n:]) / np.sqrt(2)
    return 1e-4 * mixed @ mixed.T


@pytest.mark.parametrize("ratio", [1.0, 3.0])
@pytest.mark.parametrize("true", ["none", "few", "all"])
def test_the_chance_of_a_difference_is_uniform_whatever_gaps_both_have(true, ratio):
    r = np.random.default_rng(1)
    n = 12
    covariance = joint(r, n, ratio=ratio)
    gap = {"none": np.zeros(n), "few": 0.06 * (np.arange(n) < 2), "all": np.full(n, 0.008)}[true]
    root = np.linalg.cholesky(covariance)
    shares, chances = [], []
    for _ in range(400):
        seen = np.tile(gap, 2) + root @ r.normal(size=2 * n)
        one, other = seen[:n], seen[n:]
        found = same_gaps((one, other), covariance, 1e6, (size, size))
        shares.append((found.drawn < size(one) - size(other)).mean())
        chances.append(found.chance)
    assert kstest(shares, "uniform").pvalue > 1e-4
    assert np.mean(np.array(chances) < 0.05) < binom.ppf(1 - 1e-4, 400, 0.08) / 400
    if ratio == 1:  # what is left is near to independent of the sizes
        assert abs(np.corrcoef(shares, chances)[0, 1]) < 0.2


def test_few_units_are_held_to_hotelling():
    """The covariance of 60 units of 12 gaps: by chi-square twice as many would be told apart."""
    r = np.random.default_rng(2)
    n, units, small = 6, 60.0, 0
    for _ in range(400):
        rows = r.normal(size=(int(units), 2 * n)) / units
        covariance = units * np.cov(rows.T)
        seen = rows.sum(axis=0)
        small += same_gaps((seen[:n], seen[n:]), covariance, units, (size, size)).chance < 0.05
    assert binom.ppf(1e-4, 400, 0.03) <= small <= binom.ppf(1 - 1e-4, 400, 0.1)


def test_gaps_of_unlike_shape_and_the_same_size_are_told():
    n = 10
    few, all_over = 0.1 * (np.arange(n) == 3), np.full(n, 0.01)
    covariance = 1e-5 * np.kron(np.array([[1.0, 0.3], [0.3, 1.0]]), np.eye(n))
    assert size(few) == pytest.approx(size(all_over))
    found = same_gaps((few, all_over), covariance, 1e6, (size, size))
    assert not found.tenable
    other = same_gaps((all_over, few), covariance, 1e6, (size, size))
    assert other.chance == pytest.approx(found.chance, rel=1e-6)


def test_what_no_noise_tells_apart_is_not_asked():
    gap, noise = np.array([0.02, 0.01, 0.03]), np.diag([1.0, 2.0, 3.0]) * 1e-4
    shared = np.kron(np.ones((2, 2)), noise)  # the two gaps are one number
    assert same_gaps((gap, gap), shared, 1e6, (size, size)) is None
    shared[:2, :2] += np.eye(2) * 1e-4  # but for two bins
    assert same_gaps((gap, gap + np.array([0, 0, 0.01])), shared, 1e6, (size, size)) is None
    assert same_gaps((gap, gap), shared, 1e6, (size, size)).tenable
    assert same_gaps((gap, gap), shared, 2.0, (size, size)) is None  # units


def twins(rng, n, heat):
    score = 1.5 * rng.normal(size=n)
    labels = (rng.random(n) < expit(score)).astype(int)
    known = 1.5**2 / (1.5**2 + 0.7**2)
    seen = [expit(heat * known * (score + 0.7 * rng.normal(size=n))) for _ in range(2)]
    return [cal.predictions(probs=each, labels=labels) for each in seen]


@pytest.mark.parametrize("heat", [1.0, 1.8])
def test_twins_are_called_different_one_time_in_twenty(heat):
    """Neither too often nor, as with gaps of whatever proportions, hardly ever."""
    rng, runs = np.random.default_rng(3), 250
    names = ["positive_ece", "classwise_ece", "positive_ece_l2_squared_debiased"]
    small = dict.fromkeys(names, 0)
    for _ in range(runs):
        found = cal.compare(*twins(rng, 600, heat), metrics=names)
        for name in names:
            difference = found[name].difference
            small[name] += difference.p_value < 0.05
            outside = not difference.low <= 0 <= difference.high
            assert outside == (difference.p_value < 0.05) or abs(difference.p_value - 0.05) < 1e-3
    for name in names:
        assert binom.ppf(1e-3, runs, 0.03) <= small[name] <= binom.ppf(1 - 1e-3, runs, 0.07), name


@pytest.mark.parametrize(
    "metric",
    ["positive_ece", "classwise_ece", "positive_ece_l2"],
)
def test_twins_are_judged_as_models_with_the_same_gaps(metric, monkeypatch):
    """For every kind of error; the interval holds 0 where and only where that chance says so."""
    models = twins(np.random.default_rng(7), 800, 1.5)
    found = cal.compare(*models, metrics=[metric])[metric].difference
    monkeypatch.setattr(GapTest, "_alike", False)
    usual = cal.compare(*models, metrics=[metric])[metric].difference
    assert found.p_value != usual.p_value
    assert (found.low <= 0 <= found.high) == (found.p_value >= 0.05)


@pytest.mark.parametrize("metric", ["positive_ece", "positive_smooth_ece"])
def test_a_model_without_any_gap_has_an_interval(metric):
    """Half came out, and all state one half: no proportions are seen."""
    rng = np.random.default_rng(4)
    n = 1000
    score = rng.normal(size=n)
    labels = np.zeros(n, dtype=int)
    labels[np.argsort(score + rng.logistic(size=n))[n // 2 :]] = 1
    flat, sharp = (cal.predictions(probs=p, labels=labels) for p in (np.full(n, 0.5), expit(score)))
    assert cal.evaluate(flat, ["positive_ece"])["positive_ece"].value == 0
    one = cal.compare(flat, sharp, metrics=[metric])[metric].difference
    other = cal.compare(sharp, flat, metrics=[metric])[metric].difference
    assert one.low <= one.high
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-12)
    assert one.p_value == other.p_value
    assert one.p_value > 0.01
