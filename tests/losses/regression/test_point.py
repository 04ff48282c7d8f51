"""Losses of one number per target, against torch, exact values, and where they are least."""

import mpmath
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import mean_pinball_loss
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import (
    AbsoluteErrorLoss,
    ExpectileLoss,
    HuberLoss,
    LogCoshLoss,
    QuantileLoss,
    SquaredErrorLoss,
    absolute_error,
    expectile_loss,
    get,
    huber_loss,
    log_cosh_loss,
    quantile_loss,
    squared_error,
)

POINTS = ["mse", "mae", "huber(delta=0.7)", "log_cosh", "quantile(q=0.8)", "expectile(q=0.8)"]


@pytest.fixture
def numbers():
    return torch.randn(2, 64, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_squared_and_absolute_error_are_those_of_torch(numbers):
    assert_close(SquaredErrorLoss()(*numbers), F.mse_loss(*numbers))
    assert_close(AbsoluteErrorLoss()(*numbers), F.l1_loss(*numbers))
    assert_close(squared_error(*numbers), F.mse_loss(*numbers, reduction="none"))
    assert_close(absolute_error(*numbers), F.l1_loss(*numbers, reduction="none"))


@pytest.mark.parametrize("delta", [0.1, 1, 3.0])
def test_huber_is_its_formula_in_value_and_gradient(numbers, delta):
    predicted = numbers[0].clone().requires_grad_()
    value = HuberLoss(delta)(predicted, numbers[1])
    value.backward()
    error = (numbers[0] - numbers[1]).numpy()
    small = np.abs(error) <= delta
    losses = np.where(small, error**2 / 2, delta * (np.abs(error) - delta / 2))
    slopes = np.where(small, error, delta * np.sign(error))
    assert value.item() == pytest.approx(losses.mean())
    assert_close(predicted.grad.numpy(), slopes / 64)


def test_huber_does_not_square_what_is_large():
    predicted = torch.tensor([1e30, -1e30], requires_grad=True)
    losses = huber_loss(predicted, torch.zeros(2), delta=2)
    losses.sum().backward()
    assert_close(losses.detach(), torch.full((2,), 2e30))  # delta * (1e30 - 1)
    assert predicted.grad.tolist() == [2, -2]


@pytest.mark.parametrize("error", [0.0, 1e-8, 1e-4, 0.3, 0.999, 1.0, 1.001, 5.0, 80.0, 1e4, -1e4])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_log_cosh_equals_exact_arithmetic_in_value_and_gradient(error, dtype):
    predicted = torch.tensor([error], dtype=dtype, requires_grad=True)
    loss = log_cosh_loss(predicted, torch.zeros(1, dtype=dtype))
    loss.sum().backward()
    exact = mpmath.mpf(predicted.item())
    with mpmath.workdps(50):
        value, slope = mpmath.log(mpmath.cosh(exact)), mpmath.tanh(exact)
    relative = 1e-6 if dtype == torch.float32 else 1e-14
    assert loss.item() == pytest.approx(float(value), rel=relative, abs=1e-300)
    assert predicted.grad.item() == pytest.approx(float(slope), rel=relative)


def test_log_cosh_curves_by_one_at_no_error():
    zero = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(LogCoshLoss()(zero, torch.zeros(1)), zero, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), zero)
    assert curvature.item() == 1


@pytest.mark.parametrize("q", [0.05, 0.5, 0.9])
def test_quantile_loss_is_that_of_scikit_learn(numbers, q):
    predicted, targets = numbers
    expected = mean_pinball_loss(targets.numpy(), predicted.numpy(), alpha=q)
    assert float(QuantileLoss(q)(predicted, targets)) == pytest.approx(expected)


def test_several_quantiles_cost_the_mean_of_their_losses(numbers):
    levels = [0.1, 0.5, 0.9]
    predicted = torch.stack((numbers[0] - 1, numbers[0], numbers[0] + 2), dim=1)
    each = [quantile_loss(predicted[:, i], numbers[1], q=q) for i, q in enumerate(levels)]
    assert_close(QuantileLoss(levels)(predicted, numbers[1]), sum(each).mean() / 3)
    tensor = torch.tensor(levels, dtype=torch.float64)
    assert_close(quantile_loss(predicted, numbers[1], q=tensor), sum(each) / 3)
    assert_close(
        QuantileLoss(levels).float()(predicted.float(), numbers[1]), sum(each).mean().float() / 3
    )


def test_median_costs_half_the_absolute_error_and_middle_expectile_half_the_squared(numbers):
    assert_close(2 * quantile_loss(*numbers), absolute_error(*numbers))
    assert_close(2 * expectile_loss(*numbers), squared_error(*numbers))


def test_double_mean_over_many_quantiles_is_the_crps():
    # levels (i - 1/2) / n of the standard normal, at y = 0: CRPS is 2 phi(0) - 1 / sqrt(pi)
    levels = (np.arange(2000) + 0.5) / 2000
    quantiles = torch.tensor(stats.norm.ppf(levels))[None]
    loss = 2 * quantile_loss(quantiles, torch.zeros(1, dtype=torch.float64), q=torch.tensor(levels))
    assert loss.item() == pytest.approx(2 / np.sqrt(2 * np.pi) - 1 / np.sqrt(np.pi), abs=1e-6)


@pytest.mark.parametrize("q", [0.2, 0.5, 0.8])
def test_expectile_loss_is_least_where_weighted_deviations_balance(q):
    sample = np.random.default_rng(0).gamma(2.0, size=200)
    at = torch.tensor(stats.expectile(sample, q), requires_grad=True)
    ExpectileLoss(q)(at.expand(200), torch.tensor(sample)).backward()
    assert at.grad.item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("spec", "best"),
    [
        ("mse", np.mean),
        ("mae", np.median),
        ("huber(delta=1e6)", np.mean),
        ("quantile(q=0.25)", lambda sample: np.quantile(sample, 0.25)),
        ("expectile(q=0.7)", lambda sample: stats.expectile(sample, 0.7)),
    ],
)
def test_is_least_at_the_statistic_that_it_is_for(spec, best):
    sample = np.random.default_rng(1).exponential(size=401)
    grid = torch.linspace(0, 3, 3001, dtype=torch.float64)
    loss = get(spec)
    loss.reduction = "none"
    losses = loss(grid[:, None].expand(-1, 401), torch.tensor(sample).expand(3001, -1)).mean(1)
    assert float(grid[losses.argmin()]) == pytest.approx(best(sample), abs=2e-3)


@given(
    spec=st.sampled_from(POINTS),
    error=st.floats(-1e4, 1e4),
    scale=st.sampled_from([torch.float32, torch.float64]),
)
def test_value_and_gradient_are_finite_and_nothing_is_below_nothing(spec, error, scale):
    predicted = torch.tensor([error], dtype=scale, requires_grad=True)
    value = get(spec)(predicted, torch.zeros(1))
    value.backward()
    assert 0 <= value < torch.inf
    assert predicted.grad.isfinite().all()
    assert predicted.grad.item() * predicted.item() >= 0  # downhill is towards the target


@pytest.mark.parametrize("spec", POINTS)
def test_no_error_costs_nothing(spec):
    assert get(spec)(torch.ones(3), torch.ones(3)) == 0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: HuberLoss(0), r"delta must be a number above 0; got 0. It is an error in units"),
        (lambda: HuberLoss(torch.inf), r"delta must be a number above 0; got inf"),
        (
            lambda: QuantileLoss(1),
            r"q must be a number above 0 and below 1 .*got 1. 0.5 is the median",
        ),
        (lambda: QuantileLoss([0.1, 1.0]), r"q must be .* above 0 and below 1; got \[0.1, 1.0\]"),
        (lambda: QuantileLoss([]), r"q must be one level or a list of them; got shape \(0,\)"),
        (lambda: QuantileLoss([[0.1], [0.2]]), r"q must be one level or a list of them; got shape"),
        (
            lambda: ExpectileLoss(0),
            r"q must be a number above 0 and below 1; got 0. 0.5 is the mean",
        ),
    ],
)
def test_impossible_setting_is_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize(
    ("spec", "written"),
    [
        ("pinball(0.9)", "quantile(q=0.9)"),
        ("quantile(q=[0.1, 0.9])", "quantile(q=[0.1, 0.9])"),
        ("quantile", "quantile(q=0.5)"),
        ("l2", "mse"),
        ("l1(reduction=sum)", "mae(reduction=sum)"),
        ("huber", "huber(delta=1)"),
    ],
)
def test_spec_is_written_back(spec, written):
    assert get(spec).spec == written
    assert get(written).spec == written
