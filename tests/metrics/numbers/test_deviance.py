"""Deviances against scikit-learn, their domain, and their intervals."""

import numpy as np
import pytest
from sklearn.metrics import mean_gamma_deviance, mean_poisson_deviance, mean_tweedie_deviance

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.numbers.deviance import TweedieDeviance


def draw(n=200):
    generator = np.random.default_rng(0)
    means = generator.gamma(2.0, 1.0, size=n) + 0.1
    return means, generator.gamma(2.0, 1.0, size=n) * means / 2 + 1e-3, generator.random(n) + 0.1


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("power", [1, 1.2, 1.5, 2, 2.5, 3])
def test_deviance_is_that_of_scikit_learn(power, weighted):
    predicted, targets, weights = draw()
    weights = weights if weighted else None
    expected = mean_tweedie_deviance(targets, predicted, sample_weight=weights, power=power)
    rows = cal.numbers(predicted=predicted, targets=targets, weights=weights)
    assert TweedieDeviance(power)(rows).value == pytest.approx(expected, rel=1e-11)


def test_names_lead_to_powers():
    predicted, targets, _ = draw()
    rows = cal.numbers(predicted=predicted, targets=targets)
    values = cal.evaluate(
        rows, ["poisson_deviance", "gamma_deviance", "tweedie_deviance", "tweedie_deviance_1.2"]
    )
    poisson, gamma = (f(targets, predicted) for f in (mean_poisson_deviance, mean_gamma_deviance))
    assert values["poisson_deviance"].value == pytest.approx(poisson, rel=1e-11)
    assert values["gamma_deviance"].value == pytest.approx(gamma, rel=1e-11)
    for power, name in ((1.5, "tweedie_deviance"), (1.2, "tweedie_deviance_1.2")):
        expected = mean_tweedie_deviance(targets, predicted, power=power)
        assert values[name].value == pytest.approx(expected, rel=1e-11)


def test_counts_may_be_zero_and_exact_means_have_none():
    rows = cal.numbers(predicted=[1.0, 2.0, 0.1], targets=[0.0, 2.0, 0.1])
    assert TweedieDeviance(1)(rows).value == pytest.approx(2 / 3)
    exact = cal.numbers(predicted=[0.1, 2.0], targets=[0.1, 2.0])
    for power in (1, 1.5, 2, 3):
        assert TweedieDeviance(power)(exact).value == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize(
    ("power", "predicted", "target", "message"),
    [
        (1, 0.0, 1.0, "predicted must lie above 0 for a deviance of power 1; got 0"),
        (1.5, 1.0, -1.0, "targets must be at least 0 for a deviance of power 1.5; got -1"),
        (2, 1.0, 0.0, "targets must lie above 0 for a deviance of power 2; got 0"),
    ],
)
def test_numbers_outside_the_domain_are_refused(power, predicted, target, message):
    with pytest.raises(InputError, match=message):
        TweedieDeviance(power)(cal.numbers(predicted=[predicted], targets=[target]))


@pytest.mark.parametrize("power", [0.5, 4, True, float("nan")])
def test_power_names_a_distribution(power):
    with pytest.raises(InputError, match=r"power must lie in \[1, 3\]"):
        TweedieDeviance(power)
