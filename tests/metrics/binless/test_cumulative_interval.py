"""Intervals of the Kolmogorov-Smirnov and Kuiper calibration errors."""

import numpy as np
import pytest
from scipy.stats import binom

import calibrant as cal
from calibrant.metrics import KolmogorovSmirnovCalibrationError, KuiperCalibrationError

BOTH = pytest.mark.parametrize(
    "metric", [KolmogorovSmirnovCalibrationError(), KuiperCalibrationError()]
)


def _events(rng: np.random.Generator, n: int, temperature: float):
    z = rng.normal(0, 1.5, n)
    outcomes = rng.random(n) < 1 / (1 + np.exp(-z))
    return cal.events(probs=1 / (1 + np.exp(-temperature * z)), outcomes=outcomes)


def _population(metric: object, temperature: float) -> float:
    """Extreme of the path of endless rows, by quadrature over the log-odds."""
    z = np.linspace(-9, 9, 200_001)
    mass = np.exp(-0.5 * (z / 1.5) ** 2)
    gap = 1 / (1 + np.exp(-temperature * z)) - 1 / (1 + np.exp(-z))
    path = np.cumsum(mass / mass.sum() * gap)
    low, high = min(0.0, path.min()), max(0.0, path.max())
    return max(high, -low) if "Kolmogorov" in repr(metric) else high - low


@BOTH
@pytest.mark.parametrize("temperature", [1.0, 1.5, 0.7])
def test_covers_the_truth(metric, temperature: float) -> None:
    truth = 0.0 if temperature == 1 else _population(metric, temperature)
    rng, tries = np.random.default_rng(3), 120
    found = [metric(_events(rng, 400, temperature)) for _ in range(tries)]
    held = sum(one.low <= truth <= one.high for one in found)
    assert held >= binom.ppf(1e-3, tries, 0.95)
    values = np.array([one.value for one in found])
    spread = np.diff(np.quantile(values, [0.025, 0.975]))[0]
    assert np.mean([one.high - one.low for one in found]) < 2.7 * spread


@pytest.mark.parametrize(
    ("metric", "reach"),
    [(KolmogorovSmirnovCalibrationError(), 2.2414), (KuiperCalibrationError(), 2.4977)],
)
def test_published_points_of_the_limit(metric, reach: float) -> None:
    """A hundred rows stated .5: the deviation of the sum is .05."""
    rows = cal.events(probs=[0.5] * 100, outcomes=[1, 0] * 50)
    found = metric(rows)
    assert found.details["noise_floor_95"] == pytest.approx(0.05 * reach, rel=1e-3)
    assert found.low == 0
    assert found.high == pytest.approx(found.value + 1.959964 * 0.05, rel=1e-6)


@BOTH
def test_is_0_below_where_the_test_accepts(metric) -> None:
    rng = np.random.default_rng(5)
    for temperature in np.linspace(0.6, 1.8, 25):
        found = metric(_events(rng, 500, temperature))
        assert found.low <= found.value <= found.high
        if found.details["p_value"] > 0.05:
            assert found.low == 0


@BOTH
def test_tallies_have_it_too(metric) -> None:
    rows = _events(np.random.default_rng(6), 2000, 1.5)
    exact = metric(rows)
    read = cal.evaluate(cal.tally(rows, [metric]), [metric])[metric]
    assert read.low == pytest.approx(exact.low, abs=read.bound + 1e-12)
    assert read.high == pytest.approx(exact.high, abs=read.bound + 1e-12)


@BOTH
def test_few_outcomes_have_none(metric) -> None:
    found = metric(cal.events(probs=[0.01] * 100, outcomes=[0] * 99 + [1]))
    assert found.low is None
    assert "too few outcomes" in found.method


@BOTH
def test_narrower_at_a_lower_level(metric) -> None:
    rows = _events(np.random.default_rng(7), 1000, 1.6)
    wide, narrow = metric(rows, level=0.99), metric(rows, level=0.8)
    assert wide.low < narrow.low < narrow.high < wide.high
