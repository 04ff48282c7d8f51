"""CDW-CE against mpmath and sums written out."""

import math

import mpmath
import pytest
import torch
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import CDWCELoss, cdw_ce_loss


def precise(logits: list[float], label: int, alpha: float) -> float:
    """Loss of a row with 60 digits."""
    with mpmath.workdps(60):
        powers = [mpmath.exp(z) for z in logits]
        total = mpmath.fsum(powers)
        terms = [
            mpmath.mpf(abs(k - label)) ** alpha * mpmath.log((total - power) / total)
            for k, power in enumerate(powers)
            if k != label
        ]
        return float(-mpmath.fsum(terms))


@pytest.mark.parametrize("alpha", [0.0, 0.5, 2.0, 5.0])
@pytest.mark.parametrize("label", [0, 1, 3])
@pytest.mark.parametrize("row", [[0.3, -1.0, 2.0, 0.0], [60.0, 0.0, -3.0, 2.0]])
def test_is_exact_where_one_minus_p_would_round_to_nothing(row, label, alpha):
    logits = torch.tensor([row], dtype=torch.float64)
    value = cdw_ce_loss(logits, torch.tensor([label]), alpha=alpha)
    assert float(value) == pytest.approx(precise(row, label, alpha), rel=1e-12, abs=1e-300)


def test_worked_values():
    # p = (.2, .3, .5), y = 0: 1 * -ln .7 + 4 * -ln .5; y = 1: -ln .8 - ln .5
    logits = torch.tensor([[0.2, 0.3, 0.5]], dtype=torch.float64).log()
    by_label = [float(cdw_ce_loss(logits, torch.tensor([y]))) for y in (0, 1)]
    assert by_label == pytest.approx([-math.log(0.7) - 4 * math.log(0.5), -math.log(0.8 * 0.5)])


def test_two_classes_are_cross_entropy(rows):
    logits, labels = rows(8, 2)
    expected = torch.nn.functional.cross_entropy(logits, labels)
    for alpha in (0.0, 1.0, 5.0):
        assert_close(CDWCELoss(alpha)(logits, labels), expected)


def test_soft_label_is_the_mean_over_its_classes(rows):
    logits, labels = rows(6, 4)[0], rows(6, 4, seed=1)[0].softmax(1)
    by_class = torch.stack([cdw_ce_loss(logits, torch.full((6,), y)) for y in range(4)], 1)
    assert_close(cdw_ce_loss(logits, labels), (labels * by_class).sum(1))


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
def test_least_expected_loss_is_where_one_minus_p_follows_the_distance(alpha):
    true = torch.tensor([[0.2, 0.3, 0.3, 0.2]], dtype=torch.float64)
    places = torch.arange(4.0, dtype=torch.float64)
    distance = (places - places[:, None]).abs() ** alpha
    distance = distance.masked_fill(torch.eye(4).bool(), 0)
    mean = true @ distance
    optimum = 1 - 3 * mean / mean.sum()
    assert (optimum > 0).all()
    logits = optimum.log().requires_grad_()
    (gradient,) = torch.autograd.grad(cdw_ce_loss(logits, true, alpha=alpha).sum(), logits)
    assert_close(gradient, torch.zeros_like(gradient), rtol=0, atol=1e-12)
    if alpha == 0:
        assert_close(optimum, true)


def test_row_that_is_surely_wrong_keeps_its_gradient():
    logits = torch.tensor([[0.0, 0.0, 200.0]], requires_grad=True)
    value = CDWCELoss(1)(logits, torch.tensor([0]))
    value.backward()
    # 2 (200 - ln 2) of class 2; slope 2 in its logit, shared by the two others
    assert float(value.detach()) == pytest.approx(2 * (200 - math.log(2)))
    assert_close(logits.grad, torch.tensor([[-1.0, -1.0, 2.0]]))


def test_refuses_powers_below_zero():
    with pytest.raises(InputError, match="alpha must be a number at least 0; got -1"):
        CDWCELoss(alpha=-1)
