"""Counts of hard labels in closed form against the sums written out."""

import pytest
import torch
from torch.testing import assert_close

from calibrant.losses.hard_counts import hard_counts


def written_out(logits, labels, weights, sums_of):
    """The counts by torch's own operations."""
    probs, truth = logits.softmax(1), torch.zeros_like(logits).scatter(1, labels.unsqueeze(1), 1)
    scale = weights.unsqueeze(1)
    counts = (probs * truth, probs * (1 - truth), (1 - probs) * truth)
    first = 2 if sums_of == "rows" else 0
    over = [axis for axis in range(first, logits.ndim) if axis != 1]
    sums = [(scale * c).sum(over) if over else scale * c for c in counts]
    return torch.stack(sums, dim=-2)


@pytest.mark.parametrize("sums_of", ["batch", "rows"])
@pytest.mark.parametrize("shape", [(6, 3), (2, 3, 4), (3, 5, 2, 2)])
def test_value_gradient_and_second_derivative_are_those_of_the_sums(rows, shape, sums_of):
    logits, labels = rows(*shape)
    weights = torch.rand(labels.shape, generator=torch.Generator().manual_seed(1)).double()
    fast, plain = logits.clone().requires_grad_(), logits.clone().requires_grad_()
    actual = hard_counts(fast, labels, weights, None, sums_of=sums_of)
    expected = written_out(plain, labels, weights, sums_of)
    assert_close(actual, expected)
    direction = torch.randn(expected.shape, generator=torch.Generator().manual_seed(2)).double()
    assert_close(
        torch.autograd.grad(actual, fast, direction)[0],
        torch.autograd.grad(expected, plain, direction)[0],
    )
    check = lambda z: hard_counts(z, labels, weights, None, sums_of=sums_of)  # noqa: E731
    assert torch.autograd.gradcheck(check, fast)
    assert torch.autograd.gradgradcheck(check, fast)


@pytest.mark.parametrize("garbage", [torch.nan, torch.inf, -torch.inf])
def test_absent_rows_count_nothing_whatever_they_hold(rows, garbage):
    logits, labels = rows(6, 3, 2)
    kept = torch.rand(labels.shape, generator=torch.Generator().manual_seed(1)) > 0.3
    spoiled = torch.where(kept.unsqueeze(1), logits, garbage).requires_grad_()
    counts = hard_counts(spoiled, labels, kept.double(), kept, sums_of="batch")
    assert_close(counts, written_out(logits, labels, kept.double(), "batch"))
    counts.square().sum().backward()
    assert (spoiled.grad[~kept.unsqueeze(1).expand_as(logits)] == 0).all()
    assert spoiled.grad.isfinite().all()


def test_nan_of_a_row_that_counts_is_not_hidden(rows):
    logits, labels = rows(4, 3)
    logits[2, 0] = torch.nan
    kept = torch.ones(4, dtype=torch.bool)
    assert hard_counts(logits, labels, kept.double(), kept, sums_of="batch").isnan().any()


@pytest.mark.usefixtures("unchecked")
def test_maps_over_labels_alone(rows):
    logits, _ = rows(5, 3)
    many = torch.stack([rows(5, 3, seed=seed)[1] for seed in range(4)])

    def loss(logits, labels):
        return hard_counts(logits, labels, torch.ones(5).double(), None, sums_of="batch").square()

    slope = torch.func.grad(lambda z, y: loss(z, y).sum())
    mapped = torch.vmap(slope, in_dims=(None, 0))(logits, many)
    assert_close(mapped, torch.stack([slope(logits, labels) for labels in many]))


def test_single_precision_counts_a_million_pixels():
    labels = torch.zeros(1, 1024, 1024, dtype=torch.int64)
    logits = torch.tensor([3.0, 0.0]).view(1, 2, 1, 1).expand(1, 2, 1024, 1024)
    counts = hard_counts(logits, labels, torch.ones(labels.shape), None, sums_of="batch")
    prob = torch.tensor(3.0).double().sigmoid()
    assert_close(counts[0, 0].double() / 2**20, prob, rtol=1e-6, atol=0)
