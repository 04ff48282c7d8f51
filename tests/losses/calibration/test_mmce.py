"""MMCE against sums over all pairs, and at its edges."""

import math

import pytest
import torch

from calibrant.errors import InputError
from calibrant.losses import MMCELoss, WeightedMMCELoss


def pairs(gap: list[float], stated: list[float], width: float) -> float:
    """Root of the sum over pairs, written out."""
    total = 0.0
    for one, at in zip(gap, stated, strict=True):
        for other, there in zip(gap, stated, strict=True):
            total += one * other * math.exp(-abs(at - there) / width)
    return math.sqrt(total)


@pytest.mark.parametrize("width", [0.05, 0.4])
def test_is_the_root_of_a_sum_over_all_pairs(rows, width):
    logits, labels = rows(30, 3)
    weights = rows(30, 1, seed=4)[0][:, 0].exp()
    stated, guess = (part.tolist() for part in logits.softmax(1).max(1))
    right = [float(g == y) for g, y in zip(guess, labels.tolist(), strict=True)]
    share = (weights / weights.sum()).tolist()
    gap = [w * (c - r) for w, c, r in zip(share, right, stated, strict=True)]
    value = MMCELoss(width)(logits, labels, weights)
    assert float(value) == pytest.approx(pairs(gap, stated, width), rel=1e-12)

    of_right = sum(w * c for w, c in zip(share, right, strict=True))
    gap = [
        w * (1 - r) / of_right if c else -w * r / (1 - of_right)
        for w, c, r in zip(share, right, stated, strict=True)
    ]
    value = WeightedMMCELoss(width)(logits, labels, weights)
    assert float(value) == pytest.approx(pairs(gap, stated, width), rel=1e-12)


def test_rows_of_one_confidence_have_the_gap_of_their_means():
    logits = torch.tensor([[2.0, 0.0]], dtype=torch.float64).expand(8, 2)
    labels = torch.tensor([0, 0, 0, 0, 0, 0, 1, 1])
    stated = 1 / (1 + math.exp(-2))
    assert float(MMCELoss()(logits, labels)) == pytest.approx(abs(0.75 - stated))
    assert float(WeightedMMCELoss()(logits, labels)) == pytest.approx(abs(1 - stated - stated))


@pytest.mark.parametrize("right", [True, False])
def test_only_right_or_only_wrong_rows_are_finite(right):
    logits = torch.tensor([[2.0, 0.0], [1.0, 0.0]], requires_grad=True)
    value = WeightedMMCELoss()(logits, torch.full((2,), 0 if right else 1))
    value.backward()
    assert value > 0
    assert logits.grad.isfinite().all()


def test_gradient_is_finite_where_nothing_is_left_to_mend():
    logits = torch.tensor([[200.0, 0.0]], requires_grad=True)
    value = MMCELoss()(logits, torch.tensor([0]))
    value.backward()
    assert value == 0
    assert (logits.grad == 0).all()


def test_half_a_million_rows_need_no_matrix():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(500_000, 2, generator=generator)
    probs = logits.softmax(1)
    labels = (torch.rand(500_000, generator=generator) < probs[:, 1]).long()
    assert float(MMCELoss()(logits, labels)) < 0.005  # labels come as stated: noise of 1/sqrt(n)


def test_kernel_too_narrow_for_its_factors_is_refused():
    with pytest.raises(InputError, match=r"width must be a number at least 0\.05; got 0\.01"):
        MMCELoss(0.01)


def test_weighted_form_is_0_where_rows_would_be_half_right_and_not_at_true_confidence():
    # one row right with .99, one with .91: accuracy a = .95
    right = torch.tensor([0.99, 0.91], dtype=torch.float64)
    odds = (right / 0.95) / ((1 - right) / 0.05)  # 5.21 and .532: states .839 and .347
    balanced, labels = of_four(odds / (1 + odds)), of_four(right)
    assert float(WeightedMMCELoss()(balanced.log(), labels)) == pytest.approx(0, abs=1e-7)
    assert float(MMCELoss()(labels.log(), labels)) == pytest.approx(0, abs=1e-7)
    # true confidence: (.01 * .99 + .09 * .91) / 2 = .0459, over a and over 1 - a, less each other
    apart = math.exp(-0.08 / 0.4)
    one, two = (0.5 * q * (1 - q) * (1 / 0.05 - 1 / 0.95) for q in (0.99, 0.91))
    expected = math.sqrt(one * one + two * two + 2 * one * two * apart)
    assert float(WeightedMMCELoss()(labels.log(), labels)) == pytest.approx(expected)


def of_four(first: torch.Tensor) -> torch.Tensor:
    """Probabilities of four classes, the first given and the others alike."""
    return torch.stack((first, *[(1 - first) / 3] * 3), dim=1)
