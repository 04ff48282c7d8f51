"""Losses that are one formula of p of the true class: values worked by hand, limits, extremes."""

from math import exp, log

import mpmath
import pytest
import torch
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import (
    FocalSampleLoss,
    GeneralizedCrossEntropyLoss,
    InverseFocalLoss,
    Poly1Loss,
    SymmetricCrossEntropyLoss,
    cross_entropy,
    focal_loss,
    focal_sample_loss,
    generalized_cross_entropy,
    inverse_focal_loss,
    poly1_loss,
    symmetric_cross_entropy,
)

P = [0.1, 0.3, 0.5, 0.9]
FORMULAS = {
    "flsd53": (focal_sample_loss, lambda p: -((1 - p) ** (5 if p < 0.2 else 3)) * mpmath.log(p)),
    "inverse_focal": (inverse_focal_loss, lambda p: -((1 + p) ** 2) * mpmath.log(p)),
    "poly1": (poly1_loss, lambda p: -mpmath.log(p) + 1 - p),
    "gce": (generalized_cross_entropy, lambda p: (1 - p ** mpmath.mpf("0.7")) / mpmath.mpf("0.7")),
    "symmetric_ce": (symmetric_cross_entropy, lambda p: -mpmath.log(p) / 10 + 4 * (1 - p)),
}
every = pytest.mark.parametrize("loss", [loss for loss, _ in FORMULAS.values()], ids=FORMULAS)
each = pytest.mark.parametrize(("loss", "formula"), FORMULAS.values(), ids=FORMULAS)


@each
def test_equals_its_formula(loss, formula):
    p = torch.tensor(P, dtype=torch.float64)
    pairs = torch.stack((p, 1 - p), dim=1).log()
    expected = [float(formula(mpmath.mpf(prob))) for prob in P]
    assert loss(pairs, torch.zeros(4).long()).tolist() == pytest.approx(expected, rel=1e-12)


@every
def test_soft_label_gives_the_mean_over_the_classes_it_may_be(loss, rows):
    logits, soft = rows(16, 3)[0], rows(16, 3, seed=1)[0].softmax(1)
    by_class = [loss(logits, torch.full((16,), k)) for k in range(3)]
    assert_close(loss(logits, soft), sum(soft[:, k] * by_class[k] for k in range(3)))


@each
def test_next_to_one_no_digit_is_lost(loss, formula):
    score = 40.0  # 1 - p is 4e-18
    with mpmath.workdps(60):
        p = 1 / (1 + mpmath.exp(-score))
        expected = float(formula(p))
        slope = float(mpmath.diff(lambda z: formula(1 / (1 + mpmath.exp(-z))), score))
    logits = torch.tensor([[score, 0.0]], dtype=torch.float64, requires_grad=True)
    value = loss(logits, torch.tensor([0])).sum()
    value.backward()
    assert value.item() == pytest.approx(expected, rel=1e-12, abs=1e-60)
    assert logits.grad[0, 0].item() == pytest.approx(slope, rel=1e-12, abs=1e-60)


@every
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_extremes_are_finite(loss, dtype):
    logits = torch.tensor([[1e4, -1e4, -torch.inf], [-1e4, 1e4, 0]], dtype=dtype).requires_grad_()
    losses = loss(logits, torch.tensor([0, 0]))
    losses.sum().backward()
    assert losses[0] == 0
    assert losses.isfinite().all()
    assert logits.grad.isfinite().all()


def test_limits_are_cross_entropy(batch):
    entropy = cross_entropy(*batch)
    assert_close(focal_sample_loss(*batch, hard_gamma=0, easy_gamma=0), entropy)
    assert_close(inverse_focal_loss(*batch, gamma=0), entropy)
    assert_close(poly1_loss(*batch, epsilon=0), entropy)
    assert_close(symmetric_cross_entropy(*batch, alpha=1, beta=0), entropy)
    assert_close(generalized_cross_entropy(*batch, q=1e-9), entropy, rtol=1e-7, atol=0)
    assert_close(generalized_cross_entropy(*batch, q=1.0), 1 - (-entropy).exp())


def test_sample_focus_is_that_of_two_focal_losses(batch):
    losses = focal_sample_loss(*batch, hard_gamma=4, easy_gamma=1, threshold=0.3)
    is_hard = cross_entropy(*batch) > -log(0.3)
    expected = torch.where(is_hard, focal_loss(*batch, gamma=4), focal_loss(*batch, gamma=1))
    assert_close(losses, expected)
    assert 0 < is_hard.sum() < 64


def test_symmetric_part_is_the_reverse_cross_entropy_with_a_for_log_0(batch):
    logits, labels = batch
    log_label = torch.full((64, 3), -2.5, dtype=torch.float64).scatter(1, labels[:, None], 0)
    expected = -(logits.softmax(1) * log_label).sum(1)
    losses = symmetric_cross_entropy(logits, labels, alpha=0, beta=1, log_zero=-2.5)
    assert_close(losses, expected)


def test_worked_values_of_the_modules():
    logits, labels = torch.tensor([[log(3.0), 0.0]]), torch.tensor([0])  # p = 3/4
    expected = {
        FocalSampleLoss(): 0.25**3 * log(4 / 3),
        InverseFocalLoss(1): 1.75 * log(4 / 3),
        Poly1Loss(-1): log(4 / 3) - 0.25,
        GeneralizedCrossEntropyLoss(0.5): 2 * (1 - 0.75**0.5),
        SymmetricCrossEntropyLoss(2, 3, -1): 2 * log(4 / 3) + 3 * 0.25,
    }
    for loss, value in expected.items():
        assert loss(logits, labels).item() == pytest.approx(value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: GeneralizedCrossEntropyLoss(0), "q must be a number above 0; got 0"),
        (lambda: GeneralizedCrossEntropyLoss(1.5), "q must be at most 1; got 1.5. 1 is the mean"),
        (lambda: Poly1Loss(-2), "epsilon must be a number at least -1; got -2"),
        (lambda: InverseFocalLoss(-1), "gamma must be a number at least 0; got -1"),
        (lambda: FocalSampleLoss(threshold=0), "threshold must be a number above 0 and below 1"),
        (lambda: SymmetricCrossEntropyLoss(log_zero=0), "log_zero must be a number below 0; got 0"),
    ],
)
def test_refuses_impossible_settings(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_hopeless_row_of_generalized_cross_entropy_has_hardly_a_gradient():
    logits = torch.tensor([[-20.0, 0.0]], dtype=torch.float64, requires_grad=True)
    generalized_cross_entropy(logits, torch.tensor([0]), q=0.7).sum().backward()
    assert logits.grad[0, 0].item() == pytest.approx(-exp(-14), rel=1e-5)  # p**q (1 - p)
