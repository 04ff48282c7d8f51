"""Spiegelhalter's test by hand, against NumPy and MAPIE, and under a true model."""

import math

import numpy as np
import pytest
from scipy import stats

import calibrant as cal
from calibrant.metrics.binless.spiegelhalter import SpiegelhalterP, SpiegelhalterZ


def golden(n=2000):
    """Scores and outcomes without a generator, so that peers can be given the same."""
    i = np.arange(1, n + 1)
    probs = (i * 0.6180339887498949) % 1
    return probs, ((i * 0.7548776662466927) % 1 < probs**1.5).astype(int)


def by_formula(probs, outcomes, weights=1.0):
    tilt = 1 - 2 * probs
    top = np.sum(weights * (outcomes - probs) * tilt)
    return top / np.sqrt(np.sum(weights * tilt**2 * probs * (1 - probs)))


def test_agrees_with_the_formula_and_with_mapie():
    probs, labels = golden()
    rows = cal.predictions(probs=probs, labels=labels)
    estimate = SpiegelhalterZ()(rows)
    # mapie 1.6.0: metrics.calibration.spiegelhalter_statistic(labels, probs)
    assert estimate.value == pytest.approx(-0.050532436744515, abs=1e-12)
    assert estimate.value == pytest.approx(by_formula(probs, labels), abs=1e-12)
    both_sides = 2 * stats.norm.sf(abs(estimate.value))  # mapie gives one side, .5202
    assert estimate.details["p_value"] == pytest.approx(both_sides, abs=1e-12)
    assert SpiegelhalterP()(rows).value == pytest.approx(both_sides, abs=1e-12)
    assert SpiegelhalterP()(rows).details["z"] == estimate.value


def test_short_name_is_of_the_positive_class_for_two_and_of_the_top_label_beyond():
    two = cal.predictions(probs=[0.8, 0.4, 0.6], labels=[1, 0, 1])
    # -.12 - .08 - .08 = -.28; variance .36 * .16 + 2 * .04 * .24 = .0768
    assert cal.evaluate(two, ["spiegelhalter_z"])["spiegelhalter_z"].value == pytest.approx(
        -0.28 / math.sqrt(0.0768), abs=1e-12
    )
    many = cal.predictions(probs=[[0.8, 0.1, 0.1], [0.2, 0.6, 0.2]], labels=[0, 0])
    # .2 * -.6 and -.6 * -.2 cancel
    value = cal.evaluate(many, ["spiegelhalter_z"])["spiegelhalter_z"].value
    assert value == pytest.approx(0, abs=1e-12)


def test_top_label_of_two_classes_is_the_positive_class_since_the_slope_turns_with_the_side():
    probs, labels = golden(500)
    rows = cal.predictions(probs=probs, labels=labels)
    top = SpiegelhalterZ("top_label")(rows).value
    assert top == pytest.approx(SpiegelhalterZ()(rows).value, abs=1e-12)


def test_weights_are_repetitions_and_importance_stands_beside():
    probs, labels = golden(200)
    weights = np.arange(200) % 3 + 0.5
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    estimate = SpiegelhalterZ()(rows)
    assert estimate.value == pytest.approx(by_formula(probs, labels, weights), abs=1e-12)
    tilt = 1 - 2 * probs
    deviation = np.sqrt(np.sum(weights**2 * tilt**2 * probs * (1 - probs)))
    expected = np.sum(weights * (labels - probs) * tilt) / deviation
    assert estimate.details["z_importance"] == pytest.approx(expected, abs=1e-12)
    scaled = cal.predictions(probs=probs, labels=labels, weights=100 * weights)
    again = SpiegelhalterZ()(scaled)
    assert again.value == pytest.approx(10 * estimate.value, abs=1e-9)
    assert again.details["p_value_importance"] == pytest.approx(
        estimate.details["p_value_importance"], abs=1e-12
    )


def test_p_values_of_a_true_model_are_uniform():
    rng = np.random.default_rng(0)
    probs = rng.beta(0.5, 2, size=(200, 500))
    labels = rng.binomial(1, probs)
    values = [
        SpiegelhalterP()(cal.predictions(probs=p, labels=y)).value
        for p, y in zip(probs, labels, strict=True)
    ]
    assert stats.kstest(values, "uniform").pvalue > 0.01


def test_a_model_that_is_too_sure_is_above_0_and_one_too_modest_below():
    rng = np.random.default_rng(1)
    logits = rng.normal(size=5000)
    labels = rng.binomial(1, 1 / (1 + np.exp(-logits)))
    sure, modest = (
        SpiegelhalterZ()(cal.predictions(logits=scale * logits, labels=labels)).value
        for scale in (1.5, 0.6)
    )
    assert sure > 3
    assert modest < -3


@pytest.mark.parametrize("probs", [[0.5, 0.5], [0.0, 1.0], [1.0, 0.5]])
def test_rows_without_slope_or_spread_leave_it_undefined(probs):
    rows = cal.predictions(probs=probs, labels=[1, 0])
    for metric in (SpiegelhalterZ(), SpiegelhalterP()):
        estimate = metric(rows)
        assert math.isnan(estimate.value)
        assert estimate.note.startswith("undefined: every row is stated 0, 1/2 or 1")


def test_soft_labels_are_said_to_make_it_conservative():
    rows = cal.events(probs=[0.2, 0.7], outcomes=[0.1, 0.9])
    assert "too large" in SpiegelhalterZ()(rows).note
    assert not SpiegelhalterZ()(cal.events(probs=[0.2, 0.7], outcomes=[0.0, 1.0])).note
