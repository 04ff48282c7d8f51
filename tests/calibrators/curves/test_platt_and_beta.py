"""Platt scaling and beta calibration: oracles, worked values, edges."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.calibration import _SigmoidCalibration
from sklearn.linear_model import LogisticRegression

import calibrant as cal
from calibrant.calibrators.curves.beta import Beta, BetaCalibration
from calibrant.calibrators.curves.platt import Platt, PlattScaling
from calibrant.errors import FitError, InputError
from calibrant.prediction.forms import PositiveLogits


def binary(n=1000, seed=0):
    generator = torch.Generator().manual_seed(seed)
    odds = 2 * torch.randn(n, generator=generator, dtype=torch.float64)
    labels = (torch.rand(n, generator=generator) < (odds / 2 + 0.3).sigmoid()).long()
    return odds, labels


def free_logistic(features, labels, weights=None):
    model = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000)
    return model.fit(features.numpy(), labels.numpy(), sample_weight=weights)


def test_platt_without_smoothing_is_logistic_regression_of_log_odds():
    odds, labels = binary()
    weights = torch.arange(1000) % 3 + 0.5
    rows = cal.predictions(logits=odds, labels=labels, weights=weights)
    fitted = PlattScaling(smoothing=False).fit(rows)
    oracle = free_logistic(odds[:, None], labels, weights.numpy())
    assert float(fitted.slope) == pytest.approx(oracle.coef_.item(), abs=1e-6)
    assert float(fitted.shift) == pytest.approx(oracle.intercept_.item(), abs=1e-6)


def test_platt_is_that_of_scikit_learn():
    odds, labels = binary()
    oracle = _SigmoidCalibration().fit(odds.numpy(), labels.numpy())
    fitted = PlattScaling().fit(cal.predictions(logits=odds, labels=labels))
    assert float(fitted.slope) == pytest.approx(-oracle.a_, abs=1e-5)
    assert float(fitted.shift) == pytest.approx(-oracle.b_, abs=1e-5)


@pytest.mark.parametrize(
    ("odds", "labels"),
    [
        ([-1e4, -800.0, 800.0, 1e4], [0, 1, 0, 1]),
        ([-700.0, -690.0, 690.0, 700.0], [0, 1, 0, 1]),
        ([-40.0, -39.0, 3.0, 39.0, 40.0], [0, 1, 0, 1, 1]),
    ],
)
def test_platt_of_log_odds_without_curvature_in_float64_is_the_least_by_scipy(odds, labels):
    x, y = np.array(odds) / max(odds), np.array(labels)
    target = np.where(y == 1, (y.sum() + 1) / (y.sum() + 2), 1 / ((1 - y).sum() + 2))

    def loss(line):
        bent = line[0] * x + line[1]
        residual = expit(bent) - target
        return np.logaddexp(0, bent).sum() - target @ bent, [residual @ x, residual.sum()]

    best = minimize(loss, [0, 0], jac=True, method="BFGS", options={"gtol": 1e-12}).x
    for make in (PlattScaling(), BetaCalibration("am")):
        fitted = make.fit(cal.predictions(logits=odds, labels=labels))
        after = fitted.transform(cal.predictions(logits=odds)).probs
        np.testing.assert_allclose(after, expit(best[0] * x + best[1]), atol=1e-7)


def test_log_odds_whose_squares_are_infinite_are_refused():
    rows = cal.predictions(logits=[-1e160, 3.0, -2.0, 1e4], labels=[1, 0, 1, 0])
    with pytest.raises(FitError, match="squares of log-odds are not finite"):
        PlattScaling().fit(rows)


def test_beta_without_smoothing_is_logistic_regression_of_two_logarithms():
    odds, labels = binary()
    log = torch.nn.functional.logsigmoid
    oracle = free_logistic(torch.stack((log(odds), -log(-odds)), dim=-1), labels)
    fitted = BetaCalibration(smoothing=False).fit(cal.predictions(logits=odds, labels=labels))
    np.testing.assert_allclose([fitted.a.item(), fitted.b.item()], oracle.coef_[0], atol=1e-5)
    assert float(fitted.c) == pytest.approx(oracle.intercept_.item(), abs=1e-5)


def test_beta_of_one_slope_is_platt():
    odds, labels = binary()
    rows = cal.predictions(logits=odds, labels=labels)
    beta, platt = BetaCalibration("am").fit(rows), PlattScaling().fit(rows)
    torch.testing.assert_close((beta.a, beta.b, beta.c), (platt.slope, platt.slope, platt.shift))


def test_beta_finds_the_beta_map_that_made_the_labels():
    probs = (torch.arange(1, 20_000, dtype=torch.float64) / 20_000).clamp(0.001, 0.999)
    truth = (2 * probs.log() - 0.5 * (-probs).log1p() + 0.7).sigmoid()
    rows = cal.predictions(probs=probs, labels=truth)
    fitted = BetaCalibration(smoothing=False).fit(rows)
    assert [float(x) for x in (fitted.a, fitted.b, fitted.c)] == pytest.approx([2, 0.5, 0.7])


@pytest.mark.parametrize("parameters", ["abm", "am", "ab"])
def test_beta_never_falls(parameters):
    odds, labels = binary()
    fitted = BetaCalibration(parameters).fit(cal.predictions(logits=-odds, labels=labels))
    assert float(fitted.a) >= 0
    assert float(fitted.b) >= 0


def test_beta_with_one_falling_side_is_best_among_curves_that_rise():
    odds, labels = binary(300)
    bent = torch.where(odds > 0, odds, -odds / 3)  # the left side is upside down
    rows = cal.predictions(logits=bent, labels=labels)
    fitted = BetaCalibration(smoothing=False).fit(rows)
    assert min(float(fitted.a), float(fitted.b)) == 0
    log = torch.nn.functional.logsigmoid

    def loss(a, b, c):
        z = a * log(bent) - b * log(-bent) + c
        return float(torch.nn.functional.binary_cross_entropy_with_logits(z, labels.double()))

    best = loss(float(fitted.a), float(fitted.b), float(fitted.c))
    for da in (0, 0.01):
        for db in (0, 0.01):
            for dc in (-0.01, 0, 0.01):
                moved = float(fitted.a) + da, float(fitted.b) + db, float(fitted.c) + dc
                assert loss(*moved) >= best - 1e-12


def test_worse_than_chance_states_the_mean_target():
    odds, labels = binary()
    fitted = PlattScaling().fit(cal.predictions(logits=-odds, labels=labels))
    assert float(fitted.slope) == 0
    yes, n = int(labels.sum()), 1000
    mean = (yes * (yes + 1) / (yes + 2) + (n - yes) / (n - yes + 2)) / n
    assert float(fitted.shift) == pytest.approx(math.log(mean / (1 - mean)))
    assert "no better than chance" in fitted.found


def test_a_second_fit_of_platt_finds_nothing():
    odds, labels = binary()
    rows = cal.predictions(logits=odds, labels=labels)
    again = PlattScaling().fit(PlattScaling().fit(rows).transform(rows))
    assert float(again.slope) == pytest.approx(1, abs=1e-8)
    assert float(again.shift) == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize("method", [PlattScaling, BetaCalibration])
def test_separated_rows_have_no_fit_without_smoothing(method):
    rows = cal.predictions(logits=[-2.0, -1.0, 1.0, 3.0], labels=[0, 0, 1, 1])
    with pytest.raises(FitError, match=r"separates .*smoothing=True"):
        method(smoothing=False).fit(rows)


def test_a_masked_class_stays_masked_and_counts_for_nothing():
    logits = torch.tensor([[0.0, 1.0, -torch.inf], [2.0, 0.0, 1.0], [0.0, 3.0, 1.0], [1.0, 0, 2]])
    rows = cal.predictions(logits=logits, labels=[0, 0, 1, 2])
    after = PlattScaling().fit(rows).transform(rows)
    assert after.full_probs[0, 2] == 0
    assert bool((after.full_probs[1:] > 0).all())


def test_of_many_classes_every_one_is_fitted_against_the_rest():
    generator = torch.Generator().manual_seed(3)
    probs = torch.rand(500, 4, generator=generator, dtype=torch.float64)
    probs /= probs.sum(-1, keepdim=True)
    labels = torch.multinomial(probs.square(), 1, generator=generator).squeeze(-1)
    fitted = PlattScaling().fit(cal.predictions(probs=probs, labels=labels))
    each = [
        PlattScaling().fit(cal.predictions(probs=probs[:, k], labels=(labels == k).long()))
        for k in range(4)
    ]
    for k, one in enumerate(each):
        assert float(fitted.slope[k]) == pytest.approx(float(one.slope), abs=1e-9)
    apart = [one.transform(cal.predictions(probs=probs[:, k])).probs for k, one in enumerate(each)]
    apart = torch.stack(apart, dim=-1)
    together = fitted.transform(cal.predictions(probs=probs)).full_probs
    torch.testing.assert_close(together, apart / apart.sum(-1, keepdim=True))


def test_gradients_pass_through():
    fitted = PlattScaling().fit(cal.predictions(logits=binary()[0], labels=binary()[1]))
    logits = torch.tensor([0.5, -1.0], dtype=torch.float64, requires_grad=True)
    fitted.of(PositiveLogits(logits)).values.sum().backward()
    torch.testing.assert_close(logits.grad, fitted.slope.expand(2))


def test_what_no_fit_finds_is_refused():
    one = torch.ones(1, dtype=torch.float64)
    with pytest.raises(InputError, match="not fall"):
        Platt(n_classes=2, n=5, slope=-one, shift=one)
    with pytest.raises(InputError, match="each of the curves"):
        Platt(n_classes=3, n=5, slope=one, shift=one)
    with pytest.raises(InputError, match="finite"):
        Beta(n_classes=2, n=5, a=one, b=one, c=one * torch.nan)
    with pytest.raises((InputError, TypeError), match=r"'abm', 'am',? or 'ab'"):
        BetaCalibration("abc")
