"""Likelihoods of a location and a spread, against SciPy, torch and finite differences."""

import json
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import stats
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import (
    BetaNLLLoss,
    FaithfulLoss,
    GaussianNLLLoss,
    LaplaceNLLLoss,
    StudentTNLLLoss,
    beta_nll,
    faithful_loss,
    gaussian_nll,
    get,
    laplace_nll,
    student_t_nll,
)

SCALES = {
    "variance": lambda std: std**2,
    "log_variance": lambda std: 2 * std.log(),
    "std": lambda std: std,
    "log_std": lambda std: std.log(),
}


@pytest.fixture
def rows():
    """Location, standard deviation or scale, and target of 64 rows."""
    drawn = torch.randn(3, 64, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return drawn[0], drawn[1].exp(), 2 * drawn[2]


def gradient(loss, predicted, targets):
    leaf = predicted.clone().requires_grad_()
    loss(leaf, targets).sum().backward()
    return leaf.grad


@pytest.mark.parametrize("scale", SCALES)
def test_gaussian_is_minus_the_log_density_for_every_declared_scale(rows, scale):
    mean, std, targets = rows
    predicted = torch.stack((mean, SCALES[scale](std)), dim=1)
    expected = -stats.norm.logpdf(targets.numpy(), mean.numpy(), std.numpy())
    assert_close(gaussian_nll(predicted, targets, scale=scale, full=True).numpy(), expected)
    short = GaussianNLLLoss(scale)(predicted, targets)
    assert_close(short, torch.tensor(expected.mean() - math.log(2 * math.pi) / 2))


def test_gaussian_is_that_of_torch_in_value_and_gradient(rows):
    mean, std, targets = rows
    ours, theirs = (torch.stack((mean, std**2), dim=1).requires_grad_() for _ in range(2))
    value = GaussianNLLLoss()(ours, targets)
    expected = F.gaussian_nll_loss(theirs[:, 0], targets, theirs[:, 1], eps=1e-300)
    value.backward()
    expected.backward()
    assert_close(value, expected)
    assert_close(ours.grad, theirs.grad)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gaussian_case_holds_in_value_and_gradient(shared_cases, dtype):
    cases = json.loads((shared_cases / "losses.json").read_text())
    case = next(case for case in cases if case["id"] == "ref_gaussian_nll")
    pairs = torch.tensor(case["inputs"]["mean_var"], dtype=dtype).view(2, 2).requires_grad_()
    value = GaussianNLLLoss()(pairs, torch.tensor(case["inputs"]["target"]))
    value.backward()
    assert value.item() == pytest.approx(case["value"], rel=1e-6)
    assert pairs.grad.flatten().tolist() == pytest.approx(case["grad"], rel=1e-6)


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("scale", SCALES)
def test_beta_weighs_by_a_constant_power_of_the_variance(rows, beta, scale):
    mean, std, targets = rows
    predicted = torch.stack((mean, SCALES[scale](std)), dim=1)
    factor = std ** (2 * beta)
    expected = factor * gaussian_nll(predicted, targets, scale=scale)
    assert_close(beta_nll(predicted, targets, beta=beta, scale=scale), expected)
    slopes = gradient(BetaNLLLoss(beta, scale, reduction="sum"), predicted, targets)
    likelihood = gradient(GaussianNLLLoss(scale, reduction="sum"), predicted, targets)
    assert_close(slopes, factor[:, None] * likelihood)


def test_mean_at_beta_one_and_faithful_mean_learn_from_the_squared_error_alone(rows):
    mean, std, targets = rows
    predicted = torch.stack((mean, std**2), dim=1)
    expected = mean - targets  # the slope of half the squared error
    for loss in (BetaNLLLoss(1, reduction="sum"), FaithfulLoss(reduction="sum")):
        assert_close(gradient(loss, predicted, targets)[:, 0], expected)


def test_faithful_spread_learns_from_the_likelihood(rows):
    mean, std, targets = rows
    predicted = torch.stack((mean, std**2), dim=1)
    expected = gradient(GaussianNLLLoss(reduction="sum"), predicted, targets)[:, 1]
    assert_close(gradient(FaithfulLoss(reduction="sum"), predicted, targets)[:, 1], expected)
    value = (mean - targets).square() / 2 + gaussian_nll(predicted, targets)
    assert_close(faithful_loss(predicted, targets), value)


@pytest.mark.parametrize("scale", ["scale", "log_scale"])
def test_laplace_is_minus_the_log_density(rows, scale):
    location, spread, targets = rows
    predicted = torch.stack((location, spread.log() if scale == "log_scale" else spread), dim=1)
    expected = -stats.laplace.logpdf(targets.numpy(), location.numpy(), spread.numpy())
    assert_close(laplace_nll(predicted, targets, scale=scale, full=True).numpy(), expected)
    short = LaplaceNLLLoss(scale)(predicted, targets)
    assert float(short) == pytest.approx(expected.mean() - math.log(2))


@pytest.mark.parametrize("df", [0.5, 1.0, 4.0, 30.0])
@pytest.mark.parametrize("scale", ["scale", "log_scale"])
def test_student_t_is_minus_the_log_density(rows, df, scale):
    location, spread, targets = rows
    predicted = torch.stack((location, spread.log() if scale == "log_scale" else spread), dim=1)
    expected = -stats.t.logpdf(targets.numpy(), df, location.numpy(), spread.numpy())
    assert_close(student_t_nll(predicted, targets, df=df, scale=scale, full=True).numpy(), expected)
    difference = expected - student_t_nll(predicted, targets, df=df, scale=scale).numpy()
    assert_close(difference, np.full(64, difference[0]))  # only a constant is left out
    assert_close(
        StudentTNLLLoss(df, scale, full=True)(predicted, targets), torch.tensor(expected.mean())
    )


@pytest.mark.parametrize(
    "spec",
    [
        "gaussian_nll(scale=log_variance)",
        "gaussian_nll(scale=log_std)",
        "beta_nll(beta=0, scale=log_variance)",
        "faithful(scale=log_variance)",
        "laplace_nll(scale=log_scale)",
        "student_t_nll(scale=log_scale)",
    ],
)
@pytest.mark.parametrize("log_scale", [-1e4, 1e4])
def test_extreme_log_scale_of_a_mean_without_error_has_a_slope(spec, log_scale):
    predicted = torch.tensor([[3.0, log_scale]], requires_grad=True)
    value = get(spec)(predicted, torch.tensor([3.0]))
    value.backward()
    per_unit = 0.5 if "variance" in spec else 1.0  # of log sigma, or log b
    assert value.item() == pytest.approx(per_unit * log_scale)
    assert predicted.grad.tolist() == [[0.0, per_unit]]


@pytest.mark.parametrize("error", [-1e4, 1e4])
def test_large_error_gives_finite_numbers(error):
    for spec in ("gaussian_nll", "beta_nll", "faithful", "laplace_nll", "student_t_nll"):
        predicted = torch.tensor([[error, 1.0]], requires_grad=True)
        value = get(spec)(predicted, torch.zeros(1))
        value.backward()
        assert value.isfinite()
        assert predicted.grad.isfinite().all()


def test_impossible_setting_is_refused():
    with pytest.raises(InputError, match=r"beta must be at most 1; got 1.5. 0.5 is its authors'"):
        BetaNLLLoss(1.5)
    with pytest.raises(InputError, match=r"beta must be a number at least 0; got -1."):
        BetaNLLLoss(-1)
    with pytest.raises(InputError, match=r"df must be a number above 0; got 0. Few degrees"):
        StudentTNLLLoss(0)
    with pytest.raises(InputError, match=r"scale must be 'variance' or 'log_variance' or 'std'"):
        GaussianNLLLoss("sigma")
