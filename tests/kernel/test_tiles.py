"""Sums of tiles of cells: with and without the kernel, against sums cell by cell."""

import math

import pytest
import torch

from calibrant.kernel import tiles


@pytest.mark.parametrize("without", [False, True])
@pytest.mark.parametrize("tail", [0, 1, 120])
@pytest.mark.parametrize("shape", [(15, 7), (3, 1, 1), (2, 3, 4, 40)])
def test_a_tile_holds_the_sum_of_its_cells(shape, tail, without, monkeypatch):
    *rows, n_tiles, width = shape
    if without:
        monkeypatch.setattr(tiles, "kernel", lambda: None)
    torch.manual_seed(tail)
    cells = torch.rand(*rows, n_tiles * width + 2 * tail, dtype=torch.float64) - 0.3
    found = tiles.tile_sums(cells, n_tiles, tail)
    assert found.shape == (*rows, n_tiles)
    ends = [0, *(tail + width * k for k in range(1, n_tiles)), cells.shape[-1]]
    flat, sums = cells.reshape(-1, cells.shape[-1]), found.reshape(-1, n_tiles)
    for row, told in zip(flat.tolist(), sums.tolist(), strict=True):
        for k, value in enumerate(told):
            assert value == pytest.approx(math.fsum(row[ends[k] : ends[k + 1]]), abs=1e-12)


def test_cells_that_lie_apart_or_have_a_gradient_are_summed_in_their_order():
    apart = torch.arange(24, dtype=torch.float64).reshape(12, 2)[:, 0]
    assert tiles.tile_sums(apart, 3).tolist() == [12.0, 44.0, 76.0]
    moving = torch.ones(6, dtype=torch.float64, requires_grad=True)
    tiles.tile_sums(moving, 2).sum().backward()
    assert moving.grad is not None
    assert moving.grad.tolist() == [1.0] * 6
