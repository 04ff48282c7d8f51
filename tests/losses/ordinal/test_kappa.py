"""Soft kappa against scikit-learn where answers are hard, and double sums where they are soft."""

import numpy as np
import pytest
import torch
from sklearn.metrics import cohen_kappa_score
from torch.testing import assert_close

from calibrant.losses import SoftQWKLoss, soft_qwk_loss


def written_out(probs, truth, weights, power):
    """Disagreement over that of chance, by sums over all pairs of classes."""
    n_classes = probs.shape[1]
    cost = np.abs(np.subtract.outer(np.arange(n_classes), np.arange(n_classes))) ** power
    observed = np.einsum("n,nj,nk,jk->", weights, truth, probs, cost)
    total = weights.sum()
    chance = (weights @ truth / total) @ cost @ (weights @ probs)
    return observed / chance


@pytest.mark.parametrize("power", [1, 2])
def test_hard_answers_have_the_kappa_of_scikit_learn(rows, power):
    stated, labels = rows(60, 5)[1], rows(60, 5, seed=1)[1]
    near = torch.where(torch.arange(60) % 3 == 0, stated, (labels + stated % 2).clamp(max=4))
    probs = torch.nn.functional.one_hot(near, 5).double()
    name = "linear" if power == 1 else "quadratic"
    expected = 1 - cohen_kappa_score(labels, near, weights=name, labels=range(5))
    value = SoftQWKLoss(power, inputs="probs")(probs, labels)
    assert float(value) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("n_classes", [3, 9])
def test_soft_answers_and_labels_are_double_sums(rows, power, n_classes):
    logits, soft = rows(20, n_classes)[0], rows(20, n_classes, seed=1)[0].softmax(1)
    weights = np.linspace(0, 2, 20)
    expected = written_out(logits.softmax(1).numpy(), soft.numpy(), weights, power)
    value = SoftQWKLoss(power)(logits, soft, torch.tensor(weights))
    assert float(value) == pytest.approx(expected, rel=1e-12)


def test_many_classes_keep_their_digits():
    n_classes = 3000
    logits = torch.full((4, n_classes), -torch.inf)
    labels = torch.tensor([10, 1000, 2000, 2990])
    logits[torch.arange(4), labels + 1] = 0  # each one class off
    # differences from the middle 1500 +- : chance is twice the variance, and the shift squared
    spread = float(labels.double().var(correction=0)) * 2 + 1
    assert float(soft_qwk_loss(logits, labels)) == pytest.approx(1 / spread, rel=1e-5)


def test_questions_have_kappas_of_their_own(rows):
    logits, labels = rows(30, 3)[0], (rows(30, 3, seed=1)[0] > 0).long()
    by_question = [
        soft_qwk_loss(torch.stack((torch.zeros(30).double(), z), 1), y)
        for z, y in zip(logits.T, labels.T, strict=True)
    ]
    value = SoftQWKLoss(multilabel=True)(logits, labels)
    assert_close(value, torch.stack(by_question).mean())


def test_rows_of_one_class_say_nothing_but_that():
    labels = torch.full((5,), 2)
    logits = torch.zeros(5, 4, requires_grad=True)
    value = soft_qwk_loss(logits, labels)
    assert_close(value.detach(), torch.tensor(1.0))
    (gradient,) = torch.autograd.grad(value, logits)
    assert_close(gradient, torch.zeros(5, 4))
    sure = torch.nn.functional.one_hot(labels, 4).float()
    assert SoftQWKLoss(inputs="probs")(sure, labels) == 0


def test_far_misses_count_more_than_near_ones():
    labels = torch.tensor([0, 1, 2, 3])
    near, far = torch.eye(4)[[1, 1, 2, 3]], torch.eye(4)[[3, 1, 2, 3]]
    loss = SoftQWKLoss(inputs="probs")
    assert loss(torch.eye(4), labels) == 0
    assert loss(near, labels) < loss(far, labels)
