"""Hosmer and Lemeshow's test by hand, by a loop, and under a true model."""

import math

import numpy as np
import pytest
from scipy import stats

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.binless.hosmer_lemeshow import HosmerLemeshow, HosmerLemeshowP


def test_ten_equal_groups_are_those_of_the_sorted_rows():
    rng = np.random.default_rng(0)
    probs = rng.permutation(np.linspace(0.01, 0.99, 200))
    labels = rng.binomial(1, probs)
    order = np.argsort(probs)
    expected = 0.0
    for group in np.split(order, 10):
        stated, seen = probs[group].sum(), labels[group].sum()
        expected += (seen - stated) ** 2 / (stated * (1 - stated / 20))
    rows = cal.predictions(probs=probs, labels=labels)
    estimate = cal.evaluate(rows, ["hosmer_lemeshow"])["hosmer_lemeshow"]
    assert estimate.value == pytest.approx(expected, abs=1e-9)
    assert estimate.details["df"] == 10
    assert estimate.details["p_value"] == pytest.approx(stats.chi2.sf(expected, 10), abs=1e-12)
    p_value = cal.evaluate(rows, ["hosmer_lemeshow_p"])["hosmer_lemeshow_p"]
    assert p_value.value == pytest.approx(stats.chi2.sf(expected, 10), abs=1e-12)
    fitted = HosmerLemeshow(fitted=True)(rows)
    assert fitted.details["p_value"] == pytest.approx(stats.chi2.sf(expected, 8), abs=1e-12)


def test_ties_are_never_split_and_may_leave_groups_empty():
    probs, labels = [0.2] * 5 + [0.8] * 5, [1, 1, 0, 0, 0, 1, 1, 1, 1, 0]
    order = np.random.default_rng(1).permutation(10)
    rows = cal.predictions(probs=np.array(probs)[order], labels=np.array(labels)[order])
    estimate = HosmerLemeshow()(rows)
    assert estimate.value == pytest.approx(1.25)  # (2 - 1)^2 / .8, and nothing
    assert estimate.details["df"] == 2


def test_p_values_of_a_true_model_are_near_uniform():
    rng = np.random.default_rng(2)
    probs = rng.uniform(size=(120, 1000))
    labels = rng.binomial(1, probs)
    values = [
        HosmerLemeshowP()(cal.predictions(probs=p, labels=y)).value
        for p, y in zip(probs, labels, strict=True)
    ]
    assert stats.kstest(values, "uniform").pvalue > 0.01


def test_sure_groups_add_nothing_when_right_and_are_infinite_when_wrong():
    right = HosmerLemeshow(n_groups=2)(cal.predictions(probs=[0.0, 0.5], labels=[0, 1]))
    assert right.value == pytest.approx(1)  # (1 - .5)^2 / .25
    assert right.details["df"] == 1
    wrong = HosmerLemeshow(n_groups=2)(cal.predictions(probs=[0.0, 0.5], labels=[1, 1]))
    assert math.isinf(wrong.value)
    assert wrong.details["p_value"] == 0
    assert wrong.note.startswith("infinite: ")
    p_value = HosmerLemeshowP(n_groups=2)(cal.predictions(probs=[0.0, 0.5], labels=[1, 1]))
    assert p_value.value == 0
    assert p_value.note.startswith("the statistic is infinite: ")


def test_without_a_degree_of_freedom_the_p_value_is_undefined():
    rows = cal.predictions(probs=[0.3, 0.3], labels=[0, 1])
    assert "p_value" not in HosmerLemeshow(fitted=True)(rows).details
    estimate = HosmerLemeshowP(fitted=True)(rows)
    assert math.isnan(estimate.value)
    assert estimate.note == "undefined: no degree of freedom is left"


@pytest.mark.parametrize(("n_groups", "fitted"), [(0, False), (2, True), (True, False)])
def test_refuses_too_few_groups(n_groups, fitted):
    with pytest.raises(InputError, match=rf"n_groups must be .*; got {n_groups}\."):
        HosmerLemeshow(n_groups=n_groups, fitted=fitted)


def test_of_groups_that_expect_less_than_one_the_chance_is_that_of_the_outcomes():
    labels = np.zeros(20, dtype=int)
    labels[:2] = 1
    rows = cal.predictions(probs=[0.02] * 20, labels=labels)
    found = HosmerLemeshow(n_groups=1)(rows)
    numbers = np.arange(21)
    squares = (numbers - 0.4) ** 2 / (0.4 * 0.98)
    mass = stats.binom.pmf(numbers, 20, 0.02)
    exact = mass[squares > squares[2] + 1e-9].sum() + mass[2] / 2  # ties half
    assert found.value == pytest.approx(squares[2])
    assert found.details["p_value"] == pytest.approx(exact, abs=0.002)
    assert found.details["p_value_chi_squared"] == pytest.approx(stats.chi2.sf(squares[2], 1))
    assert found.details["p_value_chi_squared"] < exact / 3  # what chi-squared makes of it
    assert "expects less than one" in found.note
    assert HosmerLemeshowP(n_groups=1)(rows).value == found.details["p_value"]


def test_p_values_of_rare_outcomes_keep_their_level():
    rng = np.random.default_rng(5)
    probs = 1 / (1 + np.exp(-rng.normal(-5.5, 1.5, (400, 1000))))
    labels = rng.binomial(1, probs)
    found = [
        HosmerLemeshow()(cal.predictions(probs=p, labels=y)).details
        for p, y in zip(probs, labels, strict=True)
    ]
    drawn, usual = (
        np.array([each[name] for each in found]) for name in ("p_value", "p_value_chi_squared")
    )
    assert np.mean(drawn < 0.05) < 0.08
    assert np.mean(drawn < 0.01) < 0.03
    assert np.mean(usual < 0.01) > 0.05  # which is why


def test_of_a_fit_chi_squared_is_kept_and_said_to_be_rough():
    labels = np.zeros(300, dtype=int)
    labels[::40] = 1
    probs = np.linspace(0.0005, 0.05, 300)
    found = HosmerLemeshowP(fitted=True)(cal.predictions(probs=probs, labels=labels))
    assert found.value == pytest.approx(stats.chi2.sf(found.details["chi_squared"], 8))
    assert found.note.startswith("rough p value")
