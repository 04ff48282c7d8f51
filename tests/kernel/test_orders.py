"""Orders and placements of the kernel against those of torch, and by hand."""

import numpy as np
import pytest
import torch

from calibrant.kernel import library, orders
from calibrant.kernel.orders import order_and_ranks, ranked_placements
from calibrant.metrics.ranking.placements import by_rank, placements

pytestmark = pytest.mark.skipif(library.kernel() is None, reason=library.told())

REALS = [torch.float32, torch.float64]


def numbers(dtype, n=3000):
    """Ties, both zeros, infinities, subnormals and numbers of every size, in disorder."""
    rng = np.random.default_rng(0)
    some = rng.normal(size=n) * 10.0 ** rng.integers(-30, 30, size=n)
    some[::5] = rng.integers(-3, 4, size=len(some[::5]))
    some[:7] = [0.0, -0.0, np.inf, -np.inf, 1e-45, -1e-45, 5e-324]
    return torch.from_numpy(rng.permutation(some)).to(dtype)


@pytest.fixture
def without(monkeypatch):
    """What a call gives where there is no kernel."""

    def call(work):
        with monkeypatch.context() as patch:
            patch.setattr(orders, "kernel", lambda: None)
            return work()

    return call


@pytest.mark.parametrize("dtype", REALS, ids=str)
@pytest.mark.parametrize("n", [1, 2, 3000])
def test_order_is_that_of_a_stable_sort(dtype, n, without):
    scores = numbers(dtype)[:n]
    order, rank, n_ranks = order_and_ranks(scores)
    expected = without(lambda: by_rank(scores))
    assert torch.equal(order, expected[0])
    assert torch.equal(rank, expected[1])
    assert n_ranks == expected[2] == len(scores.unique())
    assert torch.equal(order, scores.sort(stable=True).indices)


@pytest.mark.parametrize("dtype", REALS, ids=str)
def test_column_of_a_table_has_the_order_of_its_copy(dtype):
    column = torch.stack((numbers(dtype), numbers(dtype)), dim=1)[:, 1]
    for found, expected in zip(
        order_and_ranks(column), order_and_ranks(column.clone()), strict=True
    ):
        assert torch.equal(torch.as_tensor(found), torch.as_tensor(expected))


@pytest.mark.parametrize("weighted", [False, True])
def test_placements_are_those_of_torch(weighted, without):
    scores, rng = numbers(torch.float64), np.random.default_rng(1)
    positive = torch.from_numpy(rng.uniform(size=len(scores)) < 0.4)
    weight = torch.from_numpy(rng.uniform(size=len(scores)) if weighted else np.ones(len(scores)))
    found = placements(scores, positive, weight)
    expected = without(lambda: placements(scores, positive, weight))
    assert torch.allclose(found, expected, rtol=0, atol=1e-12)
    assert len(found.unique()) > 100


def test_placements_by_hand():
    scores, hit = torch.tensor([0.1, 0.3, 0.3, 0.9]), torch.tensor([False, True, False, True])
    order, rank, _ = order_and_ranks(scores)
    share = ranked_placements(order, rank, hit, torch.tensor([1.0, 1.0, 3.0, 1.0]).double())
    # below .3 lies 1 of 4 and half of 3; above .1 all, above the other .3 one and a half of two
    assert share.tolist() == [1.0, 2.5 / 4, 0.75, 1.0]


def test_order_outside_the_rows_reads_nothing():
    one = torch.zeros(1, dtype=torch.int64)
    with pytest.raises(IndexError, match="outside the rows"):
        ranked_placements(one + 5, one, torch.tensor([True]), torch.ones(1).double())


def test_what_the_kernel_cannot_read_is_left_to_torch():
    assert order_and_ranks(torch.zeros(3, dtype=torch.float16)) is None
    assert order_and_ranks(torch.zeros(3, dtype=torch.int64)) is None
    assert order_and_ranks(torch.zeros(0)) is None
