"""Quality focal loss against the formula of its paper, its limits, and where it is least."""

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import QualityFocalLoss, cross_entropy, focal_loss, quality_focal_loss


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_equals_the_sigmoid_form_of_its_paper(rows, beta):
    logits, y = rows(16, 3)[0], rows(16, 3, seed=1)[0].sigmoid()
    entropy = F.binary_cross_entropy_with_logits(logits, y, reduction="none")
    expected = (y - logits.sigmoid()).abs() ** beta * entropy
    loss = QualityFocalLoss(beta, multilabel=True, reduction="none")
    assert_close(loss(logits, y), expected)


def test_of_hard_labels_it_is_the_focal_loss(batch):
    one_hot = F.one_hot(batch[1], 3).double()
    expected = focal_loss(*batch, gamma=1.5)
    assert_close(quality_focal_loss(*batch, beta=1.5), expected)
    assert_close(quality_focal_loss(batch[0], one_hot, beta=1.5), expected)


def test_beta_zero_is_cross_entropy(batch):
    soft = batch[0].flip(1).softmax(1)
    assert_close(quality_focal_loss(batch[0], soft, beta=0), cross_entropy(batch[0], soft))


def test_is_nothing_where_the_label_is_stated_exactly(rows):
    logits = rows(8, 4)[0].requires_grad_()
    losses = quality_focal_loss(logits, logits.detach().softmax(1))
    losses.sum().backward()
    assert losses.max() < 1e-28
    assert logits.grad.abs().max() < 1e-14


@pytest.mark.parametrize("labels", [torch.tensor([0, 0]), torch.tensor([[1.0, 0, 0]] * 2)])
def test_extremes_and_masks_are_finite(labels):
    logits = torch.tensor([[1e4, -torch.inf, -torch.inf], [-1e4, 1e4, 0]], requires_grad=True)
    losses = quality_focal_loss(logits, labels, beta=0.5)
    losses.sum().backward()
    assert losses[0] == 0
    assert losses.isfinite().all()
    assert logits.grad.isfinite().all()


def test_refuses_impossible_beta():
    with pytest.raises(InputError, match="beta must be a number at least 0; got -1"):
        QualityFocalLoss(-1)
