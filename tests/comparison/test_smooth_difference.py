"""The interval of a difference of two smooth ECEs is of that very difference."""

import warnings

import numpy as np
import pytest
from scipy.special import expit, logit

import calibrant as cal
from calibrant.comparison import smooth_difference
from calibrant.comparison.smooth_ladder import Ladder
from calibrant.comparison.smooth_noise import noise_alone
from calibrant.errors import CalibrantWarning

METRIC = "positive_smooth_ece"


def heated(rng, n, heats, **given):
    """Models that multiply the log-odds of uniform chances."""
    chance = rng.uniform(size=n)
    labels = (rng.random(n) < chance).astype(int)
    return [cal.predictions(probs=expit(h * logit(chance)), labels=labels, **given) for h in heats]


def true_error(heat, n=100_000):
    """Of rows that come out as often as their chance says."""
    chance = (np.arange(n) + 0.5) / n
    rows = cal.predictions(probs=expit(heat * logit(chance)), labels=chance)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CalibrantWarning)  # of a bound of 1e-5
        return cal.evaluate(rows, [METRIC])[METRIC].value


def difference(models, **given):
    return cal.compare(*models, metrics=[METRIC], **given)[METRIC].difference


def told(found):
    return found.value, found.low, found.high, found.p_value


def test_fixed_point_of_one_gap_is_its_size_and_of_many_that_of_the_metric():
    ladder = Ladder(0.05, 0.4)
    one = ladder.basis(np.array([0.3])) @ np.array([0.2])
    assert ladder.fixed_points(ladder.densities(one)) == pytest.approx(0.2, rel=1e-3)
    chance = (np.arange(20_000) + 0.5) / 20_000
    stated = expit(3 * logit(chance))
    basis = ladder.basis(stated)
    found = ladder.fixed_points(ladder.densities(basis @ (stated - chance) / len(chance)))
    assert found == pytest.approx(true_error(3.0), rel=0.005)


def test_noise_alone_is_the_fixed_point_of_its_closed_form():
    """Even noise of variance V smoothed with s has the variance V / (2 sqrt(pi) s), but at ends."""
    n_cells, variance = 400, 1e-5
    place = (np.arange(n_cells) + 0.5) / n_cells
    found = noise_alone(np.full(n_cells, variance / n_cells), place, 1e-3)
    expected = (2 / np.pi * variance / (2 * np.sqrt(np.pi))) ** (1 / 3)
    assert found == pytest.approx(expected, rel=0.03)


def test_the_interval_holds_the_true_difference_and_that_which_is_printed():
    """Errors far apart, each at its own bandwidth: at one of both they are farther apart."""
    true = true_error(3.0) - true_error(3 / 3.1)
    rng, held, inside = np.random.default_rng(1), 0, 0
    for _ in range(40):
        found = difference(heated(rng, 2000, (3.0, 3 / 3.1)))
        held += found.low <= true <= found.high
        inside += found.low <= found.value <= found.high
        assert found.p_value < 0.001
    assert held >= 35  # 38 expected; 34 or fewer has a chance of 1 in 60
    assert inside >= 38


def test_two_errors_far_above_noise_differ_by_little_more_than_their_own_difference_scatters():
    rng = np.random.default_rng(2)
    found = [difference(heated(rng, 2000, (3.1, 2.9))) for _ in range(25)]
    width = np.median([one.high - one.low for one in found])
    assert width < 2 * 3.92 * np.std([one.value for one in found])
    assert all(one.low <= one.value <= one.high for one in found)


def test_more_rows_make_the_interval_narrower():
    rng = np.random.default_rng(3)
    widths = []
    for n in (1000, 8000, 64_000):
        found = difference(heated(rng, n, (3.0, 3 / 3.1)))
        widths.append(found.high - found.low)
    assert widths[0] > 1.5 * widths[1] > 2 * widths[2]


@pytest.mark.parametrize("clustered", [False, True])
def test_order_of_rows_and_of_models_do_not_matter(clustered):
    rng, n = np.random.default_rng(4), 600
    chance = rng.uniform(size=n)
    labels, weights = (rng.random(n) < chance).astype(int), rng.gamma(1.0, size=n)
    units = np.arange(n) // 5
    stated = [expit(1.5 * logit(chance)), expit(1.2 * logit(chance) + 0.5 * rng.normal(size=n))]

    def of(order, first, second):
        models = [
            cal.predictions(probs=p[order], labels=labels[order], weights=weights[order])
            for p in (stated[first], stated[second])
        ]
        return told(difference(models, clusters=units[order] if clustered else None))

    value, low, high, p = of(np.arange(n), 0, 1)
    assert of(rng.permutation(n), 0, 1) == pytest.approx((value, low, high, p), abs=1e-9)
    assert of(np.arange(n), 1, 0) == pytest.approx((-value, -high, -low, p), abs=1e-9)


def test_interval_holds_0_where_the_p_value_says_so(monkeypatch):
    rng, usual = np.random.default_rng(5), []
    for step in np.linspace(0, 0.8, 12):
        score = 1.5 * rng.normal(size=800)
        labels = (rng.random(800) < expit(score)).astype(int)
        models = [
            cal.predictions(logits=heat * (score + 0.7 * rng.normal(size=800)), labels=labels)
            for heat in (1.2, 1.2 + step)
        ]
        found = difference(models)
        if found.p_value is not None:
            assert (found.low <= 0 <= found.high) == (found.p_value >= 0.05)
        with monkeypatch.context() as patched:
            patched.setattr(smooth_difference, "same_errors", lambda *_: None)
            other = difference(models)
            if other.p_value is not None:
                assert (other.low <= 0 <= other.high) == (other.p_value >= 0.05)
                usual.append(other.p_value != found.p_value)
    assert any(usual)  # some may have the same gaps, and are judged so


def test_twins_are_seldom_called_different():
    rng, rejected = np.random.default_rng(6), 0
    for _ in range(60):
        score = 1.5 * rng.normal(size=600)
        labels = (rng.random(600) < expit(score)).astype(int)
        seen = [1.2 * (score + 0.7 * rng.normal(size=600)) for _ in range(2)]
        rejected += (
            difference([cal.predictions(logits=s, labels=labels) for s in seen]).p_value < 0.05
        )
    assert rejected <= 9  # 3 expected; more has a chance below 1 in 500


@pytest.mark.parametrize("n", [2, 3, 8])
def test_few_rows_have_an_interval_within_what_differences_can_be(n):
    stated, others = [0.2, 0.8, 0.5, 0.4] * 2, [0.3, 0.6, 0.4, 0.9] * 2
    labels = [0, 1, 1, 0] * 2
    found = difference([cal.predictions(probs=p[:n], labels=labels[:n]) for p in (stated, others)])
    assert -1 <= found.low <= found.high <= 1


def test_weights_of_very_unlike_size_and_outcomes_of_one_kind_but_one_are_borne():
    rng = np.random.default_rng(7)
    n = 400
    chance = expit(rng.normal(size=n))
    labels = (rng.random(n) < chance).astype(int)
    weights = rng.gamma(0.05, size=n)
    models = [cal.predictions(probs=p, labels=labels, weights=weights) for p in (chance, chance**2)]
    assert difference(models).p_value is not None
    lone = [cal.predictions(probs=p * chance, labels=np.arange(n) < 1) for p in (0.01, 0.02)]
    found = difference(lone)
    assert (found.low <= 0 <= found.high) == (found.p_value >= 0.05)


@pytest.mark.parametrize(("heat", "trusted"), [(1.0, True), (6.0, False)])
def test_models_with_the_same_gaps_have_a_say_as_far_as_noise_explains_both(
    heat, trusted, monkeypatch
):
    models = heated(np.random.default_rng(3), 1000, (heat, 1.01 * heat))
    monkeypatch.setattr(smooth_difference, "same_errors", lambda *_: None)
    usual = difference(models).p_value
    monkeypatch.setattr(smooth_difference, "same_errors", lambda *_: (1e-9, 1.0))
    found = difference(models).p_value
    assert found < usual  # what the others say moves it
    assert (found < 1e-5 * usual) == trusted
