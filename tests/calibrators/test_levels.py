"""The rough inverse of the curvature of a matrix."""

import torch

from calibrant.calibrators.linear.levels import Curvature, two_levels
from calibrant.calibrators.linear.shapes import FullMatrix

K = 5


def problem(n=100, ridge=0.1):
    """Scores, probabilities, weights, and ridges of matrix and intercept."""
    generator = torch.Generator().manual_seed(0)
    logits = 2 * torch.randn(n, K, generator=generator, dtype=torch.float64)
    scores = logits.log_softmax(dim=-1)
    weight = torch.rand(n, generator=generator, dtype=torch.float64)
    off = torch.full((K, K), ridge, dtype=torch.float64).fill_diagonal_(ridge / K)
    last = torch.full((K,), ridge / K, dtype=torch.float64)
    return Curvature(scores, scores.exp(), weight / weight.sum(), off, last)


def both(at):
    """Rough inverse and curvature, as matrices."""
    apply = two_levels(at)
    unit = torch.eye(K * (K + 1), dtype=at.scores.dtype)
    rough = torch.stack([apply(each) for each in unit])
    ridge = torch.cat((at.of_matrix.reshape(-1), at.of_intercept))
    exact = FullMatrix(K).hessian(at.scores, at.probs, at.weight) + torch.diag(ridge)
    return rough, exact


def test_it_is_symmetric_and_positive():
    for ridge in (0.0, 0.1, 100.0):
        rough, _ = both(problem(ridge=ridge))
        torch.testing.assert_close(rough, rough.T, atol=1e-9, rtol=1e-6)
        assert float(torch.linalg.eigvalsh(rough)[0]) > 0


def test_it_leaves_less_to_do_than_the_diagonal():
    rough, exact = both(problem())
    root = torch.linalg.cholesky(exact)
    left = torch.linalg.eigvalsh(root.T @ rough @ root)
    scale = exact.diagonal().rsqrt()
    plain = torch.linalg.eigvalsh(scale[:, None] * exact * scale)
    assert float(left[-1] / left[0]) < float(plain[-1] / plain[0]) / 3


def test_intercepts_and_diagonals_are_solved_with_all_classes_when_the_rest_is_held():
    at = problem()
    held = torch.full((K, K), 1e9, dtype=torch.float64).fill_diagonal_(0.02)
    held = Curvature(at.scores, at.probs, at.weight, held, at.of_intercept)
    rough, exact = both(held)
    few = torch.cat((torch.arange(K) * (K + 1), K * K + torch.arange(K)))
    inverse = torch.linalg.inv(exact[few][:, few])
    torch.testing.assert_close(rough[few][:, few], inverse, atol=1e-5, rtol=1e-3)


def test_a_part_of_many_rows_tells_about_the_same_and_weights_of_zero_are_no_part():
    many = problem(n=12 * K * 40)
    part = many.part()
    assert len(part.scores) == 12 * K
    torch.testing.assert_close(part.weight.sum(), many.weight.sum())
    none = many.weight.clone()
    none[::40] = 0
    unseen = Curvature(many.scores, many.probs, none, many.of_matrix, many.of_intercept)
    assert unseen.part() is unseen
