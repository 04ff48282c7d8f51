"""Orders and placements of the kernel against those of torch, and by hand."""

import math

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from calibrant.kernel import library, orders
from calibrant.kernel.orders import influences_of, order_and_ranks, searched_placements
from calibrant.metrics.ranking.influences import area_and_influences
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


def outranked(scores, positive, weight):
    """Placements by comparing every row with every other one."""
    mine, other = scores[:, None], scores[None]
    up = positive[:, None]
    beaten = torch.where(up, other < mine, other > mine) + 0.5 * (other == mine)
    counts = weight * (positive[None] != up)
    return (beaten * counts).sum(1) / counts.sum(1)


def crowds(dtype):
    """Many numbers next to one another, and some so far that one bucket holds all the others."""
    near = 0.5 + torch.arange(400).double() * 1e-6
    return torch.cat((near, near[::3], torch.tensor([-1e30, 1e30, 0.5]).double())).to(dtype)


@pytest.mark.parametrize("weighted", [False, True], ids=["alike", "weighted"])
@pytest.mark.parametrize("share", [0.002, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("dtype", REALS, ids=str)
@pytest.mark.parametrize("make", [lambda dtype: numbers(dtype, 1500), crowds], ids=["all", "near"])
def test_placements_count_what_every_row_outranks(make, dtype, share, weighted, without):
    scores, generator = make(dtype), torch.Generator().manual_seed(1)
    positive = torch.rand(len(scores), generator=generator) < share
    positive[:2] = torch.tensor([True, False])
    weight = torch.ones(len(scores)).double()
    if weighted:
        weight = torch.rand(len(scores), generator=generator, dtype=torch.float64)
    found = searched_placements(scores, positive, weight)
    assert torch.allclose(found, outranked(scores, positive, weight), rtol=0, atol=1e-12)
    of_torch = without(lambda: placements(scores, positive, weight))
    assert torch.allclose(found, of_torch, rtol=0, atol=1e-12)


def test_placements_by_hand():
    scores, hit = torch.tensor([0.1, 0.3, 0.3, 0.9]), torch.tensor([False, True, False, True])
    share = searched_placements(scores, hit, torch.tensor([1.0, 1.0, 3.0, 1.0]).double())
    # below .3 lies 1 of 4 and half of 3; above .1 all, above the other .3 one and a half of two
    assert share.tolist() == [1.0, 2.5 / 4, 0.75, 1.0]


@pytest.mark.parametrize("dtype", REALS, ids=str)
def test_numbers_that_are_none_lead_nowhere_else(dtype):
    scores = torch.full((50,), math.nan, dtype=dtype)
    scores[::3] = 0.5
    hit = torch.arange(50) % 4 == 0
    assert searched_placements(scores, hit, torch.ones(50).double()).shape == (50,)


@pytest.mark.parametrize("weighted", [False, True], ids=["alike", "weighted"])
def test_influences_are_those_of_torch(weighted, without):
    generator = torch.Generator().manual_seed(2)
    share = torch.rand(10_000, generator=generator, dtype=torch.float64)
    hit = torch.rand(10_000, generator=generator) < 0.2
    weight = torch.ones(10_000).double()
    if weighted:
        weight = torch.rand(10_000, generator=generator, dtype=torch.float64)
        weight[::9] = 0
    expected = without(lambda: area_and_influences(share.clone(), hit, weight))
    value, influence = influences_of(share.clone(), hit, weight)
    assert value == pytest.approx(expected.value, rel=1e-13)
    assert torch.allclose(influence, expected.influence, rtol=1e-11, atol=0)


@pytest.mark.parametrize("of_torch", [False, True])
def test_influences_have_the_variance_of_delong(of_torch, without):
    rng = np.random.default_rng(3)
    scores = torch.from_numpy(rng.normal(size=300).round(1))
    hit = torch.from_numpy(rng.uniform(size=300) < 0.3)
    share = placements(scores, hit, torch.ones(300).double())
    parts = [share[side] for side in (hit, ~hit)]
    variance = sum(float(part.var()) / len(part) for part in parts)  # both unbiased

    def work():
        return area_and_influences(share.clone(), hit, torch.ones(300).double())

    found = without(work) if of_torch else work()
    assert found.value == pytest.approx(roc_auc_score(hit, scores), rel=1e-13)
    assert float(found.influence.square().sum()) == pytest.approx(variance, rel=1e-12)


@pytest.mark.parametrize("of_torch", [False, True])
def test_lonely_row_moves_nothing_that_is_known(of_torch, without):
    hit, weight = torch.tensor([True, False, False]), torch.tensor([2.0, 1.0, 1.0]).double()

    def work():
        return area_and_influences(torch.tensor([0.5, 1.0, 0.0]).double(), hit, weight)

    found = without(work) if of_torch else work()
    assert found.value == 0.5
    assert math.isnan(found.influence[0])


def test_what_the_kernel_cannot_read_is_left_to_torch():
    assert order_and_ranks(torch.zeros(3, dtype=torch.float16)) is None
    assert order_and_ranks(torch.zeros(3, dtype=torch.int64)) is None
    assert order_and_ranks(torch.zeros(0)) is None
