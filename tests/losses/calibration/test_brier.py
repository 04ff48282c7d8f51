"""Brier and spherical loss against scikit-learn, by hand, and as proper scores."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from sklearn.metrics import brier_score_loss
from torch.testing import assert_close

from calibrant.losses import BrierLoss, SphericalLoss, brier_loss, spherical_loss


def test_brier_of_two_classes_is_twice_that_of_scikit_learn(rows):
    logits, labels = rows(40, 2)
    weights = rows(40, 1, seed=3)[0][:, 0].exp()
    prob = logits.softmax(1)[:, 1].numpy()
    expected = 2 * brier_score_loss(labels, prob, sample_weight=weights.numpy())
    assert float(BrierLoss()(logits, labels, weights)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("loss", [brier_loss, spherical_loss])
def test_expected_loss_is_least_at_the_truth(loss):
    truth = torch.tensor([[0.2, 0.5, 0.3]], dtype=torch.float64)

    def expected(logits: np.ndarray) -> float:
        return float(loss(torch.tensor(logits)[None], truth))

    best = torch.tensor(minimize(expected, np.zeros(3), tol=1e-12).x).softmax(0)
    assert_close(best, truth[0], rtol=1e-4, atol=1e-4)


def test_spherical_loss_is_one_minus_the_cosine_of_what_is_stated_and_true():
    probs = torch.tensor([[0.6, 0.3, 0.1]], dtype=torch.float64)
    norm = (0.36 + 0.09 + 0.01) ** 0.5
    assert float(spherical_loss(probs.log(), torch.tensor([1]))) == pytest.approx(1 - 0.3 / norm)
    soft = torch.tensor([[0.5, 0.25, 0.25]], dtype=torch.float64)
    expected = 1 - (0.5 * 0.6 + 0.25 * 0.3 + 0.25 * 0.1) / norm
    assert float(spherical_loss(probs.log(), soft)) == pytest.approx(expected)


def test_hopeless_row_costs_the_most_and_no_more():
    logits, labels = torch.tensor([[1e4, 0.0, -torch.inf]]), torch.tensor([1])
    assert float(BrierLoss()(logits, labels)) == 2  # (1 - 0)^2 + (0 - 1)^2
    assert float(SphericalLoss()(logits, labels)) == 1


def test_sure_row_that_is_right_is_told_from_a_perfect_one():
    logits = torch.tensor([[20.0, 0.0]], dtype=torch.float64)
    wrong = 1 / (1 + np.exp(20.0))
    assert float(brier_loss(logits, torch.tensor([0]))) == pytest.approx(2 * wrong**2, rel=1e-6)
    expected = 1 - (1 - wrong) / np.hypot(wrong, 1 - wrong)  # about wrong**2 / 2: lost to rounding
    assert float(spherical_loss(logits, torch.tensor([0]))) == pytest.approx(expected, abs=1e-16)
