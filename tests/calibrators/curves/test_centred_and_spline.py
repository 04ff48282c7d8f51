"""Centred isotonic calibration and splines: definitions by hand, oracles, edges."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

import calibrant as cal
from calibrant.calibrators.curves.centred_isotonic import CentredIsotonicCalibration
from calibrant.calibrators.curves.isotonic import IsotonicCalibration
from calibrant.calibrators.curves.spline import Spline, SplineCalibration
from calibrant.errors import InputError

PLAIN = CentredIsotonicCalibration(smoothing=False)


def binary(n=800, seed=0):
    generator = torch.Generator().manual_seed(seed)
    odds = 2 * torch.randn(n, generator=generator, dtype=torch.float64)
    true = odds / 2 + 0.3 + 0.3 * odds.tanh()
    return odds, (torch.rand(n, generator=generator) < true.sigmoid()).long()


def test_centres_are_means_of_blocks():
    probs = [0.1, 0.2, 0.3, 0.5, 0.6, 0.9]
    weights = [1.0, 3.0, 1.0, 2.0, 1.0, 1.0]
    rows = cal.predictions(probs=probs, labels=[0, 1, 0, 1, 1, 1], weights=weights)
    fitted = PLAIN.fit(rows)  # 0 | 3 of 4 at (.6 + .3) / 4 | 1 at (1 + .6 + .9) / 4
    np.testing.assert_allclose(fitted.score, [0.1, 0.225, 0.625])
    np.testing.assert_allclose(fitted.prob, [0, 0.75, 1])
    new = cal.predictions(probs=[0.0, 0.1625, 0.225, 0.425, 0.7])
    np.testing.assert_allclose(fitted.transform(new).probs, [0, 0.375, 0.75, 0.875, 1])


def test_without_violations_it_joins_the_observations():
    rows = cal.predictions(probs=np.array([0.2, 0.5, 0.8]), labels=np.array([0.1, 0.6, 0.7]))
    for settings in (PLAIN, IsotonicCalibration(smoothing=False)):
        np.testing.assert_allclose(settings.fit(rows).transform(rows).probs, [0.1, 0.6, 0.7])


def test_it_rises_strictly_where_isotonic_is_flat():
    odds, labels = binary()
    rows = cal.predictions(logits=odds, labels=labels)
    fitted = CentredIsotonicCalibration().fit(rows)
    low, high = float(fitted.score[0]), float(fitted.score[-1])
    line = torch.linspace(low, high, 400, dtype=torch.float64)
    assert float(fitted.transform(cal.predictions(logits=line)).probs.diff().min()) > 0


def test_log_odds_are_joined_as_probabilities():
    odds, labels = binary()
    one = CentredIsotonicCalibration().fit(cal.predictions(logits=odds, labels=labels))
    other = CentredIsotonicCalibration().fit(cal.predictions(probs=odds.sigmoid(), labels=labels))
    new = torch.linspace(-5, 5, 101, dtype=torch.float64)
    after = one.transform(cal.predictions(logits=new)).full_probs
    expected = other.transform(cal.predictions(probs=new.sigmoid())).full_probs
    torch.testing.assert_close(after, expected, rtol=0, atol=1e-9)


def test_a_spline_has_the_least_penalised_log_loss():
    odds, labels = binary()
    rows = cal.predictions(logits=odds, labels=labels)
    fitted = SplineCalibration(n_knots=4, penalty=2.0, smoothing=False).fit(rows)
    knot = fitted.knot[0]

    def height(slopes, at):  # the area below straight lines between slopes, by quadrature
        grid = np.linspace(-12, 12, 20_001)
        rate = np.interp(grid, knot.numpy(), slopes)
        area = np.concatenate(([0], np.cumsum((rate[1:] + rate[:-1]) / 2 * np.diff(grid))))
        return np.interp(at, grid, area) - np.interp(float(knot[0]), grid, area)

    def loss(parameters):
        slopes, shift = np.exp(parameters[:-1]), parameters[-1]
        bent = height(slopes, odds.numpy()) + shift
        lost = (np.logaddexp(0, bent) - labels.numpy() * bent).sum()
        return lost + 2 * (slopes - 1 - np.log(slopes)).sum()

    start = np.append(np.zeros(4), float(knot[0]))
    best = minimize(loss, start, method="BFGS", options={"gtol": 1e-4})
    found = loss(np.append(fitted.slope[0].log().numpy(), float(fitted.shift)))
    assert found <= best.fun + 1e-3
    np.testing.assert_allclose(fitted.slope[0], np.exp(best.x[:-1]), atol=0.02)


def test_a_spline_is_straight_beyond_its_knots():
    odds, labels = binary()
    fitted = SplineCalibration().fit(cal.predictions(logits=odds, labels=labels))
    far = torch.tensor([-30.0, -20.0, 20.0, 30.0], dtype=torch.float64)
    bent = fitted.transform(cal.predictions(logits=far)).declared.values
    assert float(bent[1] - bent[0]) == pytest.approx(10 * float(fitted.slope[0, 0]))
    assert float(bent[3] - bent[2]) == pytest.approx(10 * float(fitted.slope[0, -1]))


def test_a_great_penalty_leaves_but_a_shift():
    odds, labels = binary()
    fitted = SplineCalibration(penalty=1e9).fit(cal.predictions(logits=odds, labels=labels))
    np.testing.assert_allclose(fitted.slope, 1, atol=1e-4)


def test_settings_and_fields_that_make_no_sense_are_refused():
    with pytest.raises(InputError, match="n_knots must be at least 2"):
        SplineCalibration(1)
    with pytest.raises(InputError, match="penalty must be finite and above 0"):
        SplineCalibration(penalty=0.0)
    two = torch.ones(1, 2, dtype=torch.float64)
    one = torch.ones(1, dtype=torch.float64)
    with pytest.raises(InputError, match="not above 0"):
        Spline(n_classes=2, n=5, knot=two, slope=-two, shift=one)
    with pytest.raises(InputError, match="knots that rise"):
        Spline(n_classes=2, n=5, knot=two.cumsum(-1).flip(-1), slope=two, shift=one)
