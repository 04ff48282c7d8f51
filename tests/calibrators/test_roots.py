"""The root of a rising function, and the temperature of many rows, from a few looks."""

import math

import pytest
import torch
from scipy.optimize import brentq

import calibrant as cal
from calibrant.calibrators import temperature
from calibrant.calibrators.roots import root_of
from calibrant.calibrators.temperature import TemperatureScaling

RISING = {
    "square": (lambda x: (x * x - 4, 2 * x), 2.0),
    "line": (lambda x: (3 * x - 0.6, 3.0), 0.2),
    "late": (lambda x: (1 - 90 / x, 90 / x**2), 90.0),
    "early": (lambda x: (math.log(x / 0.02), 1 / x), 0.02),
    "kinked": (lambda x: (max(x - 3, 9 * (x - 3)), 9.0 if x > 3 else 1.0), 3.0),
    "flat, then steep": (lambda x: (math.exp(x) - math.exp(7), math.exp(x)), 7.0),
    "steep, then flat": (lambda x: (math.tanh(x - 5), math.cosh(x - 5) ** -2), 5.0),
}


@pytest.mark.parametrize("start", [0.02, 1.0, 50.0])
@pytest.mark.parametrize("name", RISING)
def test_finds_the_root_from_anywhere_in_few_looks(name, start):
    function, root = RISING[name]
    looks = []
    found = root_of(lambda x: looks.append(x) or function(x), 0.01, 100.0, start)
    assert found == pytest.approx(root, rel=1e-11)
    assert found == pytest.approx(brentq(lambda x: function(x)[0], 0.01, 100, xtol=1e-12), rel=1e-9)
    assert len(looks) < 40


@pytest.mark.parametrize("root", [0.01, 0.005, 100.0, 101.0, -3.0])
def test_a_root_at_an_end_or_beyond_is_none(root):
    assert root_of(lambda x: (x - root, 1.0), 0.01, 100.0, 1.0) is None


@pytest.mark.parametrize("value", [-1e-300, 0.0, 1e-300])
def test_a_function_that_does_not_rise_has_no_root(value):
    assert root_of(lambda _: (value, 0.0), 0.01, 100.0, 1.0) is None


def drawn():
    """Thirty thousand rows of a hundred classes, too sure."""
    generator = torch.Generator().manual_seed(0)
    true = 2 * torch.randn(30_000, 100, generator=generator)
    labels = torch.multinomial(true.softmax(-1), 1, generator=generator).squeeze(-1)
    return cal.predictions(logits=2.5 * true, labels=labels)


def test_fit_of_many_rows_goes_over_all_of_them_twice_or_thrice(monkeypatch):
    passes, look = [], temperature.slopes_of
    monkeypatch.setattr(temperature, "slopes_of", lambda *at: passes.append(at) or look(*at))
    rows = drawn()
    expected = TemperatureScaling().fit(rows).value
    assert sum(len(seen) == 30_000 for seen, _ in passes) <= 3
    monkeypatch.setattr(temperature, "MANY", 1 << 30)  # no look at a part of the rows first
    assert TemperatureScaling().fit(rows).value == pytest.approx(expected, rel=1e-11)
