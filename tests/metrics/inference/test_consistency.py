"""Gaps of outcomes that come out as stated, against outcomes drawn row by row."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binom, poisson

import calibrant as cal
from calibrant.metrics.binless.multi_scale import CalibrationTestP
from calibrant.metrics.binned.calibration import ExpectedCalibrationError
from calibrant.metrics.inference.consistency import calibrated_gaps, chance_of

POSITIVE = ExpectedCalibrationError("positive")


def of_rows(probs, weights=None):
    weights = np.ones(len(probs)) if weights is None else weights
    sums = (weights, weights**2, weights * probs, weights**2 * probs * (1 - probs))
    return calibrated_gaps(*(np.array([column.sum()]) for column in sums))[0]


@pytest.mark.parametrize(
    "probs",
    [np.full(1, 0.3), np.full(12, 0.9), np.linspace(0.001, 0.06, 40), np.linspace(0.4, 0.6, 9)],
    ids=["one row", "equal rows", "rare", "middling"],
)
def test_draws_of_a_bin_are_those_of_its_rows(probs):
    outcomes = np.random.default_rng(0).random((40_000, len(probs))) < probs
    exact, drawn = probs.sum() - outcomes.sum(axis=1), of_rows(probs)
    assert drawn.mean() == pytest.approx(0, abs=0.02)
    assert drawn.std() == pytest.approx(exact.std(), rel=0.03)
    assert np.abs(drawn).mean() == pytest.approx(np.abs(exact).mean(), rel=0.05)
    assert np.quantile(drawn, [0.05, 0.95]) == pytest.approx(
        np.quantile(exact, [0.05, 0.95]), abs=0.1
    )


def test_weights_widen_them_and_equal_ones_scale_them():
    probs = np.linspace(0.2, 0.4, 30)
    np.testing.assert_allclose(of_rows(probs, np.full(30, 3.0)), 3 * of_rows(probs), atol=1e-9)
    weights = np.random.default_rng(0).exponential(size=30)
    expected = np.sqrt((weights**2 * probs * (1 - probs)).sum())
    assert of_rows(probs, weights).std() == pytest.approx(expected, rel=0.03)


def test_rows_that_are_sure_have_no_gap():
    assert (of_rows(np.array([0.0, 1.0, 1.0])) == 0).all()


def test_mean_and_upper_point_are_those_of_outcomes_drawn_row_by_row():
    rng = np.random.default_rng(0)
    probs = rng.beta(0.5, 2, size=800)
    found = POSITIVE(cal.predictions(probs=probs, labels=rng.binomial(1, probs)))
    bins = np.ceil(probs * 15).astype(int) - 1
    within = bins[:, None] == np.arange(15)
    gaps = np.abs((probs - (rng.random((4000, 800)) < probs)) @ within).sum(axis=1) / 800
    assert found.noise_floor == pytest.approx(gaps.mean(), rel=0.03)
    assert found.details["noise_floor_95"] == pytest.approx(np.quantile(gaps, 0.95), rel=0.03)
    assert found.details["p_value"] == pytest.approx((gaps >= found.value).mean(), abs=0.03)


def drawn(law, seed, n):
    rng = np.random.default_rng(seed)
    probs = {
        "uniform": lambda: rng.random(n),
        "rare": lambda: expit(rng.normal(size=n) - 5.2),
        "sure": lambda: expit(4 * rng.normal(size=n)),
    }[law]()
    return cal.predictions(probs=probs, labels=rng.binomial(1, probs))


@pytest.mark.parametrize(("law", "n"), [("uniform", 300), ("rare", 1000), ("sure", 1000)])
def test_calibrated_rows_are_rejected_once_in_twenty(law, n):
    both = [
        (POSITIVE(rows).details["p_value"], CalibrationTestP()(rows).value)
        for rows in (drawn(law, seed, n) for seed in range(60))
    ]
    for chances in np.transpose(both):
        assert (chances < 0.05).sum() <= 8  # 3 expected: more once in two hundred
        assert 0.37 < chances.mean() < 0.63


def test_the_test_of_many_scales_sees_slopes_and_waves():
    rng = np.random.default_rng(0)
    stated = expit(1.5 * rng.normal(size=5000))
    wave = np.clip(stated + 0.1 * np.sin(30 * np.pi * stated), 0, 1)
    waved = CalibrationTestP()(cal.predictions(probs=stated, labels=rng.binomial(1, wave)))
    assert waved.value < 0.01
    assert waved.details["p_spiegelhalter"] > 0.05
    flat = rng.binomial(1, expit(np.log(stated / (1 - stated)) / 1.3))
    sloped = CalibrationTestP()(cal.predictions(probs=stated, labels=flat))
    assert sloped.value < 0.01
    assert sloped.details["p_spiegelhalter"] < 0.01


def test_the_test_says_where_it_is_undefined():
    sure = CalibrationTestP()(cal.predictions(probs=[0.0, 1.0], labels=[0, 1]))
    assert np.isnan(sure.value)
    assert sure.note == "undefined: every row is stated 0 or 1, and nothing is left to chance"


def test_chance_counts_ties_half_and_never_says_never():
    assert chance_of(np.zeros(9), 0.0) == 0.5
    assert chance_of(np.zeros(9), 1.0) == 0.05
    few = np.random.default_rng(0).normal(size=300)
    assert chance_of(few, 1.645, normal=True) == pytest.approx(0.05, abs=0.02)


def test_outcomes_that_scatter_as_much_as_they_are_many_are_poisson():
    """Weights can make them scatter more than single rows do: no number of trials does that."""
    rows, mean = np.full(1, 4674.0), np.full(1, 2.2)
    came = mean - calibrated_gaps(rows, rows, mean, 1.004 * mean)[0]
    for number in range(6):
        share = float((np.abs(came - number) < 1e-9).mean())
        assert share == pytest.approx(poisson.pmf(number, 2.2), abs=1e-3)


@pytest.mark.parametrize(("few", "many"), [(3, 16), (17, 128), (40, 65), (130, 151)])
def test_draws_of_fewer_bins_are_the_first_of_more(few, many):
    weight = np.full(many, 30.0)
    columns = weight, weight, 0.1 * weight, 0.09 * weight
    gaps = calibrated_gaps(*columns)
    assert np.array_equal(calibrated_gaps(*(each[:few] for each in columns)), gaps[:few])
    chances = [(gaps[0] == 3 - came).mean() for came in range(6)]  # of 30 rows stated .1
    assert chances == pytest.approx(binom.pmf(np.arange(6), 30, 0.1), abs=0.03)
    apart = np.corrcoef(gaps)[np.triu_indices(many, 1)]
    assert np.abs(apart).max() < 6 / np.sqrt(gaps.shape[1])
