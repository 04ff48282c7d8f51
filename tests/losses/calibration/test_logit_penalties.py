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
    RowLoss,
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


def least(loss: RowLoss, truth: torch.Tensor) -> torch.Tensor:
    """Logits of the least expected loss under `truth`."""
    logits = torch.tensor([[0.5, 0.1, -0.3]], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([logits], max_iter=300, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        value = loss(logits, truth)
        value.backward()
        return value

    optimizer.step(closure)
    return logits.detach()


def test_true_probabilities_within_the_margin_and_the_reach_are_stated():
    truth = torch.tensor([[0.7, 0.2, 0.1]], dtype=torch.float64)
    assert_close(least(MarginSmoothingLoss(), truth).softmax(1), truth, atol=1e-4, rtol=0)
    logits = least(LogitNormLoss(temperature=0.2), truth)
    stated = (logits / (0.2 * logits.norm())).softmax(1)
    assert_close(stated, truth, atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    "loss",
    [MarginSmoothingLoss(margin=1), MaxSuppressionLoss(), ConfidencePenaltyLoss()],
)
def test_other_penalties_are_least_at_less_confidence_than_the_truth(loss):
    truth = torch.tensor([[0.7, 0.2, 0.1]], dtype=torch.float64)
    assert least(loss, truth).softmax(1)[0, 0] < 0.68


def slope_of_penalty(apart: torch.Tensor, beta: float) -> torch.Tensor:
    """What the confidence penalty adds to the slope of cross entropy, of two classes."""
    logits = torch.stack((apart, torch.zeros_like(apart)), dim=1).requires_grad_()
    labels = torch.zeros(len(apart), dtype=torch.long)
    penalty = ConfidencePenaltyLoss(beta)(logits, labels) - CrossEntropyLoss()(logits, labels)
    return torch.autograd.grad(penalty * len(apart), logits)[0][:, 0]


def test_confidence_penalty_pulls_hardest_at_82_percent_and_not_on_sure_rows():
    apart = torch.linspace(0, 20, 4001, dtype=torch.float64)
    slope = slope_of_penalty(apart, 1.0)
    stated = apart.sigmoid()
    assert_close(slope, stated * (1 - stated) * apart)
    assert stated[slope.argmax()].item() == pytest.approx(0.824, abs=1e-3)
    assert slope[-1] < 1e-6


def test_confidence_penalty_holds_right_rows_where_p_times_z_is_one_over_beta():
    apart = torch.tensor([2.0], dtype=torch.float64)
    p = apart.sigmoid()
    slope = slope_of_penalty(apart, 1 / (p * apart).item())
    assert_close(slope, 1 - p)  # that of cross entropy is p - 1
