"""Focal loss against its formula, in exact arithmetic, and at its edges."""

import mpmath
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import FocalLoss, cross_entropy, focal_loss


def test_gamma_zero_is_cross_entropy(batch):
    class_weight = torch.tensor([1.0, 5.0, 2.0], dtype=torch.float64)
    expected = F.cross_entropy(*batch, weight=class_weight)
    assert_close(FocalLoss(gamma=0.0, class_weight=class_weight)(*batch), expected)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0, 5.0])
@pytest.mark.parametrize("alpha", [0.25, 0.9])
def test_equals_the_binary_formula_of_its_paper(rows, gamma, alpha):
    logits, labels = rows(32, 2)
    score, labels = 4 * logits[:, 1], labels.double()
    prob = score.sigmoid()
    p_true = prob * labels + (1 - prob) * (1 - labels)
    share = alpha * labels + (1 - alpha) * (1 - labels)
    entropy = F.binary_cross_entropy_with_logits(score, labels, reduction="none")
    expected = (share * (1 - p_true) ** gamma * entropy).sum()
    loss = FocalLoss(gamma, class_weight=[1 - alpha, alpha], reduction="sum")
    assert_close(loss(score, labels), expected)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_equals_exact_arithmetic_in_value_and_gradient(gamma):
    logits, true_class = [0.3, -1.2, 30.0], 2  # 1 - p is 4e-13: its digits are lost if subtracted
    with mpmath.workdps(60):

        def exact(*z):
            total = sum(map(mpmath.exp, z))
            p = mpmath.exp(z[true_class]) / total
            return -((1 - p) ** gamma) * mpmath.log(p)

        expected = float(exact(*map(mpmath.mpf, logits)))
        orders = [tuple(int(i == k) for i in range(3)) for k in range(3)]
        slopes = [float(mpmath.diff(exact, tuple(logits), order)) for order in orders]
    z = torch.tensor([logits], dtype=torch.float64, requires_grad=True)
    row = focal_loss(z, torch.tensor([true_class]), gamma=gamma)
    row.sum().backward()
    assert row.item() == pytest.approx(expected, rel=1e-13, abs=0)
    assert z.grad[0].tolist() == pytest.approx(slopes, rel=1e-13, abs=0)


def test_soft_label_gives_the_mean_over_the_classes_it_may_be(rows):
    logits, _ = rows(16, 3)
    soft = rows(16, 3, seed=1)[0].softmax(1)
    each = [focal_loss(logits, torch.full((16,), k), gamma=1.5) for k in range(3)]
    expected = sum(soft[:, k] * each[k] for k in range(3))
    assert_close(focal_loss(logits, soft, gamma=1.5), expected)


def test_gamma_may_be_a_whole_number(batch):
    assert torch.equal(focal_loss(*batch, gamma=2), focal_loss(*batch, gamma=2.0))


def test_class_weight_does_not_bend_the_focus(batch):
    heavy = FocalLoss(class_weight=torch.full((3,), 7.0, dtype=torch.float64))
    assert_close(heavy(*batch), FocalLoss()(*batch))


@given(gamma=st.floats(0.0, 8.0), scale=st.floats(0.0, 50.0), seed=st.integers(0, 100))
def test_lies_between_nothing_and_cross_entropy(gamma, scale, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = scale * torch.randn(8, 3, generator=generator, dtype=torch.float64)
    labels = torch.randint(3, (8,), generator=generator)
    focal, entropy = focal_loss(logits, labels, gamma=gamma), cross_entropy(logits, labels)
    assert (focal >= 0).all()
    assert (focal <= entropy + 1e-12).all()  # the entropy is torch's, right to 1e-14 of the logits


@given(scale=st.floats(1.0, 1e4), gamma=st.floats(0.0, 5.0))
def test_value_and_gradient_stay_finite(scale, gamma):
    for labels in (torch.arange(3), torch.eye(3)):
        logits = torch.tensor([[scale, -scale, 0.0]] * 3, requires_grad=True)
        losses = focal_loss(logits, labels, gamma=gamma)
        losses.sum().backward()
        assert losses.isfinite().all()
        assert logits.grad.isfinite().all()


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("labels", [torch.tensor([0]), torch.tensor([[1.0, 0.0, 0.0]])])
def test_certain_row_costs_nothing_when_all_other_classes_are_masked(gamma, labels):
    logits = torch.tensor([[1.0, -torch.inf, -torch.inf]], requires_grad=True)
    row = focal_loss(logits, labels, gamma=gamma)
    row.sum().backward()
    assert row.tolist() == [0.0]
    assert logits.grad.tolist() == [[0.0, 0.0, 0.0]]


def test_masked_true_class_costs_infinitely_much():
    assert focal_loss(torch.tensor([[0.0, -torch.inf]]), torch.tensor([1])).tolist() == [torch.inf]


@pytest.mark.parametrize("gamma", [-1.0, float("nan"), float("inf")])
def test_refuses_impossible_gamma(gamma):
    with pytest.raises(InputError, match=r"gamma must be a number at least 0; got .* 0 is cross"):
        FocalLoss(gamma=gamma)
