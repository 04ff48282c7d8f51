"""Losses of the log of a mean against SciPy, scikit-learn, torch and exact arithmetic."""

import json

import mpmath
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import stats
from sklearn.metrics import mean_gamma_deviance, mean_poisson_deviance, mean_tweedie_deviance
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import (
    GammaLoss,
    NegativeBinomialLoss,
    PoissonLoss,
    TweedieLoss,
    get,
    negative_binomial_nll,
    tweedie_loss,
)

LOG_MEAN = torch.linspace(-2, 3, 40, dtype=torch.float64)
COUNTS = (torch.arange(40) % 7).double()
AMOUNTS = COUNTS + 0.25


def gradient(loss, predicted, targets):
    leaf = predicted.clone().requires_grad_()
    loss(leaf, targets).backward()
    return leaf.grad


def test_poisson_is_the_log_likelihood_without_the_factorial():
    expected = -stats.poisson.logpmf(COUNTS.numpy(), LOG_MEAN.exp().numpy())
    expected -= [float(mpmath.loggamma(k + 1)) for k in COUNTS.tolist()]
    assert_close(PoissonLoss(reduction="none")(LOG_MEAN, COUNTS).numpy(), expected)
    assert_close(PoissonLoss()(LOG_MEAN, COUNTS), F.poisson_nll_loss(LOG_MEAN, COUNTS))


def test_gamma_is_the_log_likelihood_at_shape_one():
    expected = -stats.expon.logpdf(AMOUNTS.numpy(), scale=LOG_MEAN.exp().numpy())
    assert_close(GammaLoss(reduction="none")(LOG_MEAN, AMOUNTS).numpy(), expected)


def test_deviances_are_those_of_scikit_learn():
    mean = LOG_MEAN.exp().numpy()
    loss = get("poisson(form=deviance)")(LOG_MEAN, COUNTS)
    assert float(loss) == pytest.approx(mean_poisson_deviance(COUNTS.numpy(), mean))
    loss = get("gamma(form=deviance)")(LOG_MEAN, AMOUNTS)
    assert float(loss) == pytest.approx(mean_gamma_deviance(AMOUNTS.numpy(), mean))
    for p in (1.1, 1.5, 1.9):
        loss = TweedieLoss(p, form="deviance")(LOG_MEAN, COUNTS)
        expected = mean_tweedie_deviance(COUNTS.numpy(), mean, power=p)
        assert float(loss) == pytest.approx(expected)


@pytest.mark.parametrize("spec", ["poisson", "gamma", "tweedie(p=1.3)"])
def test_deviance_has_twice_the_slope_of_the_likelihood_and_is_nothing_at_the_target(spec):
    form = spec.replace(")", ", form=deviance)") if "(" in spec else f"{spec}(form=deviance)"
    slopes = gradient(get(spec), LOG_MEAN, AMOUNTS)
    assert_close(gradient(get(form), LOG_MEAN, AMOUNTS), 2 * slopes)
    assert float(get(form)(AMOUNTS.log(), AMOUNTS)) == pytest.approx(0, abs=1e-14)
    assert_close(gradient(get(spec), AMOUNTS.log(), AMOUNTS), torch.zeros(40).double())


@pytest.mark.parametrize(("p", "other"), [(1 + 1e-6, PoissonLoss()), (2 - 1e-6, GammaLoss())])
def test_tweedie_has_the_slopes_of_poisson_and_gamma_at_its_ends(p, other):
    slopes = gradient(TweedieLoss(p), LOG_MEAN, AMOUNTS)
    assert_close(slopes, gradient(other, LOG_MEAN, AMOUNTS), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_tweedie_case_holds_in_value_and_gradient(shared_cases, dtype):
    cases = json.loads((shared_cases / "losses.json").read_text())
    case = next(case for case in cases if case["id"] == "ref_tweedie")
    log_mean = torch.tensor(case["inputs"]["log_mean"], dtype=dtype, requires_grad=True)
    targets = torch.tensor(case["inputs"]["target"])
    value = TweedieLoss(case["inputs"]["p"])(log_mean, targets)
    value.backward()
    assert value.item() == pytest.approx(case["value"], rel=1e-6)
    assert log_mean.grad.tolist() == pytest.approx(case["grad"], rel=1e-5)


def test_tweedie_of_no_amount_is_minus_its_log_probability():
    # a compound Poisson-gamma at dispersion 1 is 0 with probability exp(-mu^(2-p) / (2-p))
    loss = tweedie_loss(torch.tensor([np.log(3.0)]), torch.zeros(1).double(), p=1.5)
    assert loss.item() == pytest.approx(3**0.5 / 0.5)


@pytest.mark.parametrize("log_dispersion", [-30.0, -5.0, 0.0, 2.0, 10.0])
def test_negative_binomial_equals_exact_arithmetic_in_value_and_gradient(log_dispersion):
    counts = [0, 1, 7, 300]
    with mpmath.workdps(60):

        def exact(log_mean, log_dispersion, y):
            mu, r = mpmath.exp(log_mean), mpmath.exp(-log_dispersion)
            rising = mpmath.loggamma(y + r) - mpmath.loggamma(r)
            return -(rising + r * mpmath.log(r / (r + mu)) + y * mpmath.log(mu / (r + mu)))

        at = [(mpmath.mpf("1.25"), mpmath.mpf(log_dispersion), y) for y in counts]
        values = [float(exact(*each)) for each in at]
        slopes = [
            [float(mpmath.diff(exact, each, order)) for order in ((1, 0, 0), (0, 1, 0))]
            for each in at
        ]
    predicted = torch.tensor([[1.25, log_dispersion]] * 4, dtype=torch.float64, requires_grad=True)
    losses = negative_binomial_nll(predicted, torch.tensor(counts).double())
    losses.sum().backward()
    assert losses.tolist() == pytest.approx(values, rel=1e-9, abs=1e-9)
    assert_close(predicted.grad, torch.tensor(slopes).double(), rtol=1e-6, atol=1e-6)


def test_negative_binomial_is_the_log_likelihood_of_scipy_without_the_factorial():
    r, mean = 2.5, LOG_MEAN.exp().numpy()
    expected = -stats.nbinom.logpmf(COUNTS.numpy(), r, r / (r + mean))
    expected -= [float(mpmath.loggamma(k + 1)) for k in COUNTS.tolist()]
    predicted = torch.stack((LOG_MEAN, torch.full_like(LOG_MEAN, -np.log(r))), dim=1)
    assert_close(negative_binomial_nll(predicted, COUNTS).numpy(), expected)


def test_negative_binomial_without_dispersion_is_poisson():
    predicted = torch.stack((LOG_MEAN, torch.full_like(LOG_MEAN, -25.0)), dim=1)
    assert_close(NegativeBinomialLoss()(predicted, COUNTS), PoissonLoss()(LOG_MEAN, COUNTS))


@pytest.mark.parametrize("spec", ["poisson", "gamma", "tweedie"])
def test_no_amount_at_a_vanishing_mean_has_a_slope(spec):
    log_mean = torch.tensor([-1e4], requires_grad=True)
    value = get(spec)(log_mean, torch.zeros(1))
    value.backward()
    assert value.isfinite()
    assert log_mean.grad.tolist() == [1.0 if spec == "gamma" else 0.0]


def test_impossible_setting_is_refused():
    for p, hint in ((1.0, "For 1 take poisson"), (2.0, "for 2 gamma"), (0.5, "poisson")):
        with pytest.raises(InputError, match=f"p must be a number above 1 and below 2; .*{hint}"):
            TweedieLoss(p)
    with pytest.raises(InputError, match="form must be 'nll' or 'deviance'"):
        PoissonLoss(form="full")
