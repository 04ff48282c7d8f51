"""Squared hinge by a sort against the matrix of all pairs: value, both gradients, many rows."""

import pytest
import torch
from torch.testing import assert_close

from calibrant.losses import PairwiseAucLoss
from calibrant.losses.ranking.sorted_pairs import squared_hinge_of_pairs


def by_matrix(scores, positive, negative, margin):
    costs = (margin - scores.unsqueeze(1) + scores.unsqueeze(0)).relu().square()
    return (positive.unsqueeze(1) * negative.unsqueeze(0) * costs).sum((0, 1))


@pytest.fixture
def ranked():
    generator = torch.Generator().manual_seed(3)
    scores, positive, negative = torch.rand(3, 25, 2, generator=generator, dtype=torch.float64)
    return 3 * scores, positive, negative


@pytest.mark.parametrize("margin", [0.5, 2.0])
def test_value_and_gradients_equal_those_of_the_matrix(ranked, margin):
    leaves = [part.clone().requires_grad_() for part in ranked]
    direct = [part.clone().requires_grad_() for part in ranked]
    value, expected = squared_hinge_of_pairs(*leaves, margin), by_matrix(*direct, margin)
    assert_close(value, expected)
    value.prod().backward()
    expected.prod().backward()
    for leaf, other in zip(leaves, direct, strict=True):
        assert_close(leaf.grad, other.grad)


def test_ties_at_the_margin_cost_nothing_and_ties_of_rows_cost_the_margin():
    scores = torch.tensor([[1.0], [0.0], [1.0], [1.0]])
    yes = torch.tensor([[1.0], [0.0], [0.0], [1.0]])
    # leads of both positive rows over the second, 1: nothing; over the third, 0: 1 each
    assert squared_hinge_of_pairs(scores, yes, 1 - yes, 1.0).tolist() == [2.0]


@pytest.mark.usefixtures("unchecked")
def test_can_be_differentiated_again(ranked):
    leaves = [part[:5].clone().requires_grad_() for part in ranked]
    assert torch.autograd.gradcheck(lambda *rows: squared_hinge_of_pairs(*rows, 1.0), leaves)
    assert torch.autograd.gradgradcheck(lambda *rows: squared_hinge_of_pairs(*rows, 1.0), leaves)


def test_far_scores_keep_the_digits_of_their_differences():
    generator = torch.Generator().manual_seed(4)
    scores = 2**-10 * torch.randint(2**10, (60, 1), generator=generator)
    yes = torch.randint(2, (60, 1), generator=generator).float()
    near, far = scores.clone().requires_grad_(), (scores + 2**13).requires_grad_()  # exactly
    values = [squared_hinge_of_pairs(rows, yes, 1 - yes, 0.5) for rows in (near, far)]
    gradients = [torch.autograd.grad(v, z)[0] for v, z in zip(values, (near, far), strict=True)]
    assert_close(values[1], values[0])
    assert_close(gradients[1], gradients[0])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_pixels_of_an_image_are_all_paired(dtype):
    generator = torch.Generator().manual_seed(5)
    logits = torch.randn(1, 1, 512, 512, generator=generator).to(dtype)
    labels = (torch.rand(1, 512, 512, generator=generator) < 0.01).long()
    loss, leaves = PairwiseAucLoss("squared_hinge"), (logits, logits.double())
    (value, gradient), (expected, exact) = (value_and_gradient(loss, z, labels) for z in leaves)
    assert value.dtype == torch.float32
    assert_close(value, expected.float())
    assert_close(gradient.double(), exact, rtol=1e-2, atol=1e-7)


def value_and_gradient(loss, logits, labels):
    leaf = logits.clone().requires_grad_()
    value = loss(leaf, labels)
    return value.detach(), torch.autograd.grad(value, leaf)[0]
