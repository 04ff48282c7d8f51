"""The rule for bins against exact arithmetic, edge by edge, and the fast form against a search."""

from bisect import bisect_left, bisect_right
from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from calibrant.statistics.cells import (
    N_TAIL,
    cell_of,
    fine_cell_of,
    n_fine_cells,
    tail_edges,
)

DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
every_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)
every_number = pytest.mark.parametrize("n", [1, 2, 3, 10, 12, 15, 20])


def edges_of(n, dtype):
    """Edges k/n, rounded once to float64 by Python and once to `dtype`."""
    return torch.tensor([k / n for k in range(n + 1)], dtype=torch.float64).to(dtype)


def neighbours(values):
    """Values, and the numbers next to them in their type, within [0, 1]."""
    top, bottom = torch.full_like(values, 2), torch.full_like(values, -1)
    return torch.cat((values, values.nextafter(top), values.nextafter(bottom))).clamp(0, 1)


def exact(values):
    return [Fraction(value) for value in values.double().tolist()]


def in_cells(probs, edges, *, closed="right"):
    """Cell of every exact number among exact edges; 0 and 1 belong to the outer cells."""
    search = bisect_left if closed == "right" else bisect_right
    return [min(max(search(edges, prob) - 1, 0), len(edges) - 2) for prob in probs]


@every_dtype
@every_number
def test_cell_is_open_below_and_closed_above(n, dtype):
    edges = edges_of(n, dtype)
    probs = neighbours(edges)
    assert cell_of(probs, n).tolist() == in_cells(exact(probs), exact(edges))


@every_dtype
@every_number
def test_left_closed_cell_holds_its_lower_edge(n, dtype):
    edges = edges_of(n, dtype)
    probs = neighbours(edges)
    left = n - 1 - cell_of(probs, n, mirrored=True)
    assert left.tolist() == in_cells(exact(probs), exact(edges), closed="left")


@every_dtype
@every_number
def test_complement_is_placed_as_its_exact_value_among_mirrored_edges(n, dtype):
    edges = edges_of(n, dtype)
    probs = neighbours(edges)
    complements = [1 - prob for prob in exact(probs)]  # exact, where 1 - p in floats rounds
    mirrored_edges = [1 - edge for edge in reversed(exact(edges))]
    expected = in_cells(complements, mirrored_edges)
    assert cell_of(probs, n, mirrored=True).tolist() == expected
    assert cell_of(probs, n, mirrored=torch.ones_like(probs, dtype=torch.bool)).tolist() == expected


def test_some_complements_would_round_across_an_edge():  # why edges are mirrored
    probs = edges_of(15, torch.float64)[1:-1]
    rounded = cell_of(1 - probs, 15)
    assert (rounded != cell_of(probs, 15, mirrored=True)).sum() >= 3


def test_some_products_would_round_across_an_edge():  # why the cell is corrected
    probs = edges_of(15, torch.float32)[1:-1]
    by_product = (probs.double() * 15).ceil().long() - 1
    assert (by_product != cell_of(probs, 15)).sum() >= 3


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("n", [10, 15, 600, 14_400, 7, 97])
def test_fast_form_equals_a_search_of_the_edges(n, dtype):
    generator = torch.Generator().manual_seed(n)
    edges = edges_of(n, dtype)
    probs = torch.rand(20_000, dtype=dtype, generator=generator)
    probs = torch.cat((probs, probs**8, 1 - probs**8, neighbours(edges)))
    assert torch.equal(cell_of(probs, n), torch.bucketize(probs, edges[1:-1]))
    searched = n - 1 - torch.bucketize(probs, edges[1:-1], right=True)
    assert torch.equal(cell_of(probs, n, mirrored=True), searched)


@given(prob=st.floats(0, 1), n=st.integers(1, 1000))
def test_every_float_lies_between_the_edges_of_its_cell(prob, n):
    cell = int(cell_of(torch.tensor([prob], dtype=torch.float64), n))
    assert cell == 0 or cell / n < prob
    assert prob <= (cell + 1) / n


@pytest.mark.parametrize("flags", [[True, False], [False, True]])
def test_each_row_is_mirrored_by_its_own_flag(flags):
    probs = torch.tensor([0.25, 0.25])
    expected = [2 if flag else 0 for flag in flags]  # (.5, .75] holds the complement .75
    assert cell_of(probs, 4, mirrored=torch.tensor(flags)).tolist() == expected


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_fine_cells_refine_the_equal_ones(dtype):
    n = 12
    probs = torch.rand(4000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    probs = neighbours(torch.cat((probs, probs**30, 1 - probs**30)).to(dtype))
    for mirrored in (False, True):
        fine = fine_cell_of(probs, n, mirrored=mirrored)
        coarse = (fine - N_TAIL).clamp(0, n - 1)
        assert torch.equal(coarse, cell_of(probs, n, mirrored=mirrored))
        assert int(fine.min()) >= 0
        assert int(fine.max()) < n_fine_cells(n)


@pytest.mark.parametrize("n", [10, 14_400])
def test_fine_cells_of_the_tails_are_those_of_a_search(n):
    low, high = tail_edges(n)
    inner = torch.arange(1, n, dtype=torch.float64) / n
    edges = torch.cat((low, inner, high))
    assert len(edges) + 1 == n_fine_cells(n)
    assert torch.equal(edges, edges.sort().values)
    generator = torch.Generator().manual_seed(0)
    tails = 10 ** (-14 * torch.rand(5000, generator=generator, dtype=torch.float64))
    probs = neighbours(torch.cat((tails, 1 - tails, edges, torch.tensor([0.0, 1.0]).double())))
    assert torch.equal(fine_cell_of(probs, n), torch.bucketize(probs, edges))
    mirrored = torch.bucketize(probs, edges, right=True)
    assert torch.equal(fine_cell_of(probs, n, mirrored=True), n_fine_cells(n) - 1 - mirrored)


def test_tails_of_float32_are_those_of_the_same_number_in_float64():
    small = torch.tensor([0.0, 1e-30, 1e-12, 3e-9, 1e-7, 2e-5])
    for prob in (small, 1 - small, torch.nextafter(torch.ones(1), torch.zeros(1))):
        for mirrored in (False, True):
            narrow = fine_cell_of(prob, 14_400, mirrored=mirrored)
            assert narrow.equal(fine_cell_of(prob.double(), 14_400, mirrored=mirrored))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_sure_rows_lie_in_the_outermost_cells_however_they_are_stated(dtype):
    sure, never = torch.ones(1, dtype=dtype), torch.zeros(1, dtype=dtype)
    for straight, complement in ((sure, never), (never, sure)):
        expected = n_fine_cells(14_400) - 1 if straight is sure else 0
        assert fine_cell_of(straight, 14_400).item() == expected
        assert fine_cell_of(complement, 14_400, mirrored=True).item() == expected


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_column_of_a_table_has_the_cells_of_its_copy(dtype):
    column = torch.rand(50, 2, generator=torch.Generator().manual_seed(0)).to(dtype)[:, 1]
    for locate in (cell_of, fine_cell_of):
        assert torch.equal(locate(column, 12), locate(column.clone(), 12))


def test_tail_edges_are_evenly_spaced_in_the_logarithm():
    low, high = tail_edges(14_400)
    steps = low.log().diff()
    assert float(low[0]) == 1e-12
    assert float(steps.max() - steps.min()) < 1e-9
    assert float(low[-1].log() + steps.mean()) == pytest.approx(
        -float(torch.tensor(14_400.0).log())
    )
    assert torch.equal(high, (1 - low).flip(0))
