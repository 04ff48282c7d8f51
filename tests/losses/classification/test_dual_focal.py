"""Dual focal loss: values worked by hand, its neighbours, ties and extremes."""

from math import log

import pytest
import torch
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import DualFocalLoss, cross_entropy, dual_focal_loss, focal_loss


def test_worked_values_of_every_class():
    logits = torch.tensor([[0.5, 0.3, 0.2]], dtype=torch.float64).log()
    losses = [dual_focal_loss(logits, torch.tensor([k]), gamma=2).item() for k in range(3)]
    expected = [0.8**2 * log(2), 0.9**2 * log(1 / 0.3), 0.8**2 * log(5)]  # 0.3, 0.2, none below
    assert losses == pytest.approx(expected)
    soft = torch.tensor([[0.2, 0.3, 0.5]], dtype=torch.float64)
    mean = 0.2 * expected[0] + 0.3 * expected[1] + 0.5 * expected[2]
    assert dual_focal_loss(logits, soft, gamma=2).item() == pytest.approx(mean)


def test_class_that_ties_is_not_below():
    logits = torch.tensor([[0.4, 0.4, 0.2]], dtype=torch.float64).log()
    losses = [dual_focal_loss(logits, torch.tensor([k]), gamma=1).item() for k in range(2)]
    assert losses == pytest.approx([0.8 * log(2.5)] * 2)  # 1 - 0.4 + 0.2
    assert dual_focal_loss(torch.zeros(1, 3), torch.tensor([1]), gamma=1).item() == pytest.approx(
        2 / 3 * log(3)
    )


def test_gamma_zero_is_cross_entropy_and_it_lies_above_the_focal_loss(batch):
    assert_close(dual_focal_loss(*batch, gamma=0), cross_entropy(*batch))
    dual = dual_focal_loss(*batch, gamma=2)
    assert (dual >= focal_loss(*batch, gamma=2) - 1e-15).all()
    assert (dual <= cross_entropy(*batch)).all()


def test_equals_a_search_through_the_classes(rows):
    logits, labels = rows(32, 7)
    p = logits.softmax(1)
    p_true = p[torch.arange(32), labels]
    below = torch.where(p < p_true[:, None], p, 0).amax(1)
    expected = -((1 - p_true + below) ** 3) * p_true.log()
    assert_close(dual_focal_loss(logits, labels, gamma=3), expected)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 5.0])
@pytest.mark.parametrize("labels", [torch.tensor([0, 0]), torch.tensor([[1.0, 0, 0]] * 2)])
def test_extremes_and_masks_are_finite(gamma, labels):
    logits = torch.tensor([[1e4, -torch.inf, -torch.inf], [-1e4, 1e4, 0]], requires_grad=True)
    losses = dual_focal_loss(logits, labels, gamma=gamma)
    losses.sum().backward()
    assert losses[0] == 0
    assert losses.isfinite().all()
    assert logits.grad.isfinite().all()


def test_masked_true_class_costs_infinitely_much():
    logits = torch.tensor([[0.0, -torch.inf]])
    assert dual_focal_loss(logits, torch.tensor([1])).tolist() == [torch.inf]


def test_refuses_impossible_gamma():
    with pytest.raises(InputError, match="gamma must be a number at least 0; got -1"):
        DualFocalLoss(-1)
