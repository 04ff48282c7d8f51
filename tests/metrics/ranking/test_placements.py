"""Placements against every pair of rows, whichever of the ways finds them."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrant.metrics.ranking.placements import (
    FEW,
    by_rank,
    placements,
    placements_by_side,
)


def by_pairs(scores, positive, weight):
    wins = np.sign(scores[:, None] - scores[None]) / 2 + 0.5
    shares = []
    for row, hit in enumerate(positive):
        others = weight * (positive != hit)
        won = wins[row] if hit else 1 - wins[row]
        shares.append((won * others).sum() / others.sum())
    return shares


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(2, 80),
    n_positive=st.integers(1, 79),
    n_scores=st.sampled_from([2, 5, 1000]),
    seed=st.integers(0, 1000),
)
def test_every_row_is_placed_among_the_other_side(n, n_positive, n_scores, seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(n_scores, size=n) / n_scores
    positive = rng.permutation(np.arange(n) < min(n_positive, n - 1))
    weight = rng.exponential(size=n) + 0.01
    share = placements(*map(torch.from_numpy, (scores, positive, weight)))
    np.testing.assert_allclose(share, by_pairs(scores, positive, weight), atol=1e-12)


@pytest.mark.parametrize("few", [False, True])
def test_a_few_rows_of_one_side_are_placed_as_many_would_be(few):
    rng = np.random.default_rng(0)
    positive = rng.permutation(np.arange(200) < (200 // FEW if few else 100))
    scores = rng.integers(20, size=200).astype(np.float32)
    for sides in (positive, ~positive):
        share = placements(*map(torch.from_numpy, (scores, sides, np.ones(200))))
        np.testing.assert_allclose(share, by_pairs(scores, sides, np.ones(200)), atol=1e-12)


def test_ties_share_a_rank():
    order, rank, n_ranks = by_rank(torch.tensor([0.5, 0.25, 0.5, 1.0]))
    assert order[0] == 1
    assert rank.tolist() == [0, 1, 1, 2]
    assert n_ranks == 3


@pytest.mark.parametrize("n_scores", [3, 50, 10_000])
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_placements_by_side_are_those_of_the_rows_in_order(n_scores, dtype):
    generator = torch.Generator().manual_seed(n_scores)
    scores = (torch.randint(n_scores, (300,), generator=generator) / n_scores).to(dtype)
    hit = torch.rand(300, generator=generator) < 0.3
    share = placements(scores, hit, torch.ones(300, dtype=torch.float64))
    for side, placed in zip((hit, ~hit), placements_by_side(scores, hit), strict=True):
        order = scores[side].argsort(stable=True)
        assert torch.allclose(placed, share[side][order], rtol=0, atol=1e-12)
