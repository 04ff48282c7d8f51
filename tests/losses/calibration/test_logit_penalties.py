"""Penalties on logits, worked out in NumPy."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import (
    ConfidencePenaltyLoss,
    CrossEntropyLoss,
    LogitNormLoss,
    MarginSmoothingLoss,
    MaxSuppressionLoss,
)


def entropies(logits: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cross entropy and entropy of every row."""
    probs = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return -np.log(probs[np.arange(len(labels)), labels]), -(probs * np.log(probs)).sum(1)


def test_penalties_are_those_of_the_papers(rows):
    logits, labels = rows(20, 4)
    logits = 3 * logits
    z, y = logits.numpy(), labels.numpy()
    ce, entropy = entropies(z, y)
    below = z.max(1, keepdims=True) - z
    expected = {
        MarginSmoothingLoss(margin=2, alpha=0.3): ce + 0.3 * np.maximum(below - 2, 0).mean(1),
        MaxSuppressionLoss(alpha=0.3): ce + 0.3 * (z.max(1) - z.mean(1)),
        ConfidencePenaltyLoss(beta=0.3): ce - 0.3 * entropy,
    }
    for loss, by_row in expected.items():
        assert float(loss(logits, labels)) == pytest.approx(by_row.mean(), rel=1e-12)
    unit = z / np.linalg.norm(z, axis=1, keepdims=True)
    by_row = entropies(unit / 0.5, y)[0]
    loss = LogitNormLoss(temperature=0.5)
    assert float(loss(logits, labels)) == pytest.approx(by_row.mean(), rel=1e-12)


@pytest.mark.parametrize(
    "loss",
    [MarginSmoothingLoss(alpha=0), MaxSuppressionLoss(alpha=0), ConfidencePenaltyLoss(beta=0)],
)
def test_without_strength_it_is_cross_entropy(batch, loss):
    assert_close(loss(*batch), CrossEntropyLoss()(*batch))


def test_margin_of_everything_costs_nothing(batch):
    assert_close(MarginSmoothingLoss(margin=100)(*batch), CrossEntropyLoss()(*batch))


def test_masked_classes_have_no_part_in_margins_means_and_lengths():
    logits = torch.tensor([[12.0, 0.0, -torch.inf]], dtype=torch.float64)
    alone, label = logits[:, :2], torch.tensor([0])
    for loss in (MarginSmoothingLoss(), MaxSuppressionLoss(), LogitNormLoss()):
        assert_close(loss(logits, label), loss(alone, label))


def test_length_of_logits_changes_nothing(batch):
    assert_close(LogitNormLoss()(7 * batch[0], batch[1]), LogitNormLoss()(*batch))
    assert_close(LogitNormLoss()(1e200 * batch[0], batch[1]), LogitNormLoss()(*batch))


def test_logits_without_length_have_a_finite_gradient():
    logits = torch.zeros(1, 4, requires_grad=True)
    value = LogitNormLoss(temperature=0.5)(logits, torch.tensor([1]))
    value.backward()
    assert_close(value, torch.tensor(4.0).log())
    assert_close(logits.grad, 2 * (torch.full((1, 4), 0.25) - F.one_hot(torch.tensor([1]), 4)))


def test_length_is_no_matter_of_probabilities():
    with pytest.raises(InputError, match="inputs must be 'logits'; got 'probs'"):
        LogitNormLoss(inputs="probs")
