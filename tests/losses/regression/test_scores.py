"""CRPS and interval score against integrals, sums over pairs, and published formulas."""

import mpmath
import numpy as np
import pytest
import torch
from scipy import optimize, stats
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import (
    EnsembleCRPSLoss,
    IntervalScoreLoss,
    NormalCRPSLoss,
    crps_ensemble,
    crps_normal,
    get,
    interval_score,
    quantile_loss,
)


def integral_of(cdf, target):
    """CRPS by its definition: the squared distance of a CDF from the step at the target."""
    below = mpmath.quad(lambda t: cdf(t) ** 2, [-mpmath.inf, target - 1, target])
    above = mpmath.quad(lambda t: (1 - cdf(t)) ** 2, [target, target + 1, mpmath.inf])
    return below + above


@pytest.mark.parametrize(("mean", "std", "target"), [(0, 1, 0), (0.3, 0.7, -1.2), (2, 3, 7)])
def test_normal_crps_is_its_integral(mean, std, target):
    expected = float(integral_of(lambda t: mpmath.ncdf(t, mean, std), target))
    predicted = torch.tensor([[mean, std]], dtype=torch.float64)
    loss = crps_normal(predicted, torch.tensor([target], dtype=torch.float64), scale="std")
    assert loss.item() == pytest.approx(expected, rel=1e-8)


def test_normal_crps_has_the_slopes_of_theory_for_every_declared_scale():
    # d/d mean = 1 - 2 Phi(z); d/d std = 2 phi(z) - 1 / sqrt(pi)
    mean, std, target = np.array([0.0, 1.0]), np.array([0.5, 2.0]), np.array([0.8, -3.0])
    z = (target - mean) / std
    of_mean, of_std = 1 - 2 * stats.norm.cdf(z), 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi)
    forms = {
        "std": (std, 1),
        "variance": (std**2, 1 / (2 * std)),
        "log_std": (np.log(std), std),
        "log_variance": (2 * np.log(std), std / 2),
    }
    for scale, (spread, inner) in forms.items():
        predicted = torch.tensor(np.stack((mean, spread), axis=1), requires_grad=True)
        NormalCRPSLoss(scale, reduction="sum")(predicted, torch.tensor(target)).backward()
        assert_close(predicted.grad.numpy(), np.stack((of_mean, of_std * inner), axis=1))


def test_normal_crps_of_a_vanishing_spread_is_the_absolute_error():
    predicted = torch.tensor([[1.0, -200.0], [1.0, -1e4]], requires_grad=True)
    losses = crps_normal(predicted, torch.tensor([4.0, -2.0]), scale="log_std")
    losses.sum().backward()
    assert losses.tolist() == [3.0, 3.0]
    assert predicted.grad.tolist() == [[-1.0, 0.0], [1.0, 0.0]]


def test_normal_crps_of_a_large_error_is_finite():
    predicted = torch.tensor([[1e4, 1.0]], requires_grad=True)
    loss = NormalCRPSLoss()(predicted, torch.zeros(1))
    loss.backward()
    assert loss.item() == pytest.approx(1e4 - 1 / np.sqrt(np.pi))
    assert predicted.grad[0, 0] == 1


def pairs(members, target, fair):
    """CRPS by the sum over all pairs of members, as in equation 21 of Gneiting and Raftery."""
    m = len(members)
    among = sum(abs(a - b) for a in members for b in members)
    return sum(abs(a - target) for a in members) / m - among / (2 * m * (m - 1 if fair else m))


@pytest.mark.parametrize("n_members", [1, 2, 3, 10])
@pytest.mark.parametrize("fair", [False, True])
def test_ensemble_crps_is_the_sum_over_pairs(n_members, fair):
    if fair and n_members == 1:
        return
    generator = torch.Generator().manual_seed(n_members)
    members = torch.randn(8, n_members, generator=generator, dtype=torch.float64)
    members[0] = 1.5  # all alike
    targets = torch.randn(8, generator=generator, dtype=torch.float64)
    expected = [pairs(m, y, fair) for m, y in zip(members.tolist(), targets.tolist(), strict=True)]
    assert_close(crps_ensemble(members, targets, fair=fair), torch.tensor(expected).double())


def test_ensemble_that_is_not_fair_has_the_integral_of_its_steps():
    members, target = [0.0, 1.0, 3.0], 2.0
    # steps of 1/3: (1/3)^2 on [0, 1), (2/3)^2 on [1, 2), (1/3)^2 on [2, 3): 6/9
    loss = crps_ensemble(torch.tensor([members]), torch.tensor([target]), fair=False)
    assert loss.item() == pytest.approx(6 / 9)


def test_fair_ensemble_has_the_score_of_what_it_is_drawn_from_on_average():
    generator = torch.Generator().manual_seed(0)
    members = torch.randn(200_000, 3, generator=generator, dtype=torch.float64)
    targets = torch.full((200_000,), 0.5, dtype=torch.float64)
    truth = crps_normal(torch.tensor([[0.0, 1.0]]), torch.tensor([0.5])).item()
    assert EnsembleCRPSLoss()(members, targets).item() == pytest.approx(truth, abs=5e-3)
    unfair = EnsembleCRPSLoss(fair=False)(members, targets).item()
    assert unfair > truth + 0.1  # by the mean distance 1.128 of two draws, over 2 * 3


def test_order_of_members_changes_nothing():
    members = torch.tensor([[3.0, 1.0, 2.0]], requires_grad=True)
    loss = EnsembleCRPSLoss()(members, torch.tensor([1.5]))
    loss.backward()
    assert loss == EnsembleCRPSLoss()(members.flip(1), torch.tensor([1.5]))
    # signs of x - y over 3, less (2 rank - m - 1) / (m (m - 1)) = (-1/3, 0, 1/3) in order
    assert_close(members.grad, torch.tensor([[1 / 3 - 1 / 3, -1 / 3 + 1 / 3, 1 / 3]]))


def test_ensemble_of_many_needs_no_table_of_pairs():
    members = torch.linspace(0, 1, 100_001, dtype=torch.float64)[None]
    loss = EnsembleCRPSLoss(fair=False)(members, torch.tensor([0.5]))
    assert loss.item() == pytest.approx(1 / 4 - 1 / 6, abs=1e-5)  # uniform: E|X-y| - E|X-X'| / 2


def test_one_member_cannot_be_fair():
    with pytest.raises(InputError, match=r"members must be at least two to be fair; got 1. State"):
        EnsembleCRPSLoss()(torch.ones(3, 1), torch.ones(3))
    assert EnsembleCRPSLoss(fair=False)(torch.ones(3, 1), torch.zeros(3)) == 1


@pytest.mark.parametrize(
    ("target", "expected"),
    [(2.0, 3.0), (1.0, 3.0), (4.0, 3.0), (0.0, 3 + 2 / 0.2 * 1), (6.0, 3 + 2 / 0.2 * 2)],
)
def test_interval_score_is_width_and_what_is_missed(target, expected):
    score = interval_score(torch.tensor([[1.0, 4.0]]), torch.tensor([target]), level=0.8)
    assert score.item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("level", [0.5, 0.9])
def test_interval_score_is_that_of_its_two_quantiles(level):
    generator = torch.Generator().manual_seed(0)
    ends = torch.randn(64, 2, generator=generator, dtype=torch.float64).sort(1).values
    targets = torch.randn(64, generator=generator, dtype=torch.float64)
    alpha = 1 - level
    both = quantile_loss(ends[:, 0], targets, q=alpha / 2) + quantile_loss(
        ends[:, 1], targets, q=1 - alpha / 2
    )
    assert_close(interval_score(ends, targets, level=level), 2 / alpha * both)


def test_scores_are_least_at_the_truth():
    sample = stats.gamma.rvs(3.0, size=2000, random_state=0)
    targets = torch.tensor(sample)

    def best(spec, start):
        def loss(pair):
            return get(spec)(torch.tensor(pair).expand(2000, 2), targets).item()

        return optimize.minimize(loss, start, method="Nelder-Mead").x

    lower, upper = np.quantile(sample, [0.1, 0.9])
    assert best("interval_score(level=0.8)", [2.0, 4.0]) == pytest.approx([lower, upper], abs=0.02)
    normal = torch.tensor(stats.norm.rvs(1.0, 2.0, size=2000, random_state=0))
    targets = normal
    mean, std = best("crps_normal(scale=std)", [0.0, 1.0])
    assert (mean, std) == pytest.approx((1.0, 2.0), abs=0.15)


def test_impossible_setting_is_refused():
    with pytest.raises(InputError, match=r"level must be a number above 0 and below 1; got 1"):
        IntervalScoreLoss(1)
    with pytest.raises(InputError, match="fair must be true or false; got 1"):
        EnsembleCRPSLoss(1)
