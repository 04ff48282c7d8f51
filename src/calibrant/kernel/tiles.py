"""Sums of cells that make up wider ones, at one look."""

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.kernel.library import kernel
from calibrant.kernel.scans import plain

__all__ = ["tile_sums"]


def tile_sums(
    cells: Float64[Tensor, "*row cell"], n_tiles: int, tail: int = 0
) -> Float64[Tensor, "*row tile"]:
    """Sums of as many tiles of equal cells; the first and the last hold `tail` cells more.

    Examples
    --------
    >>> tile_sums(torch.arange(6).double(), 2), tile_sums(torch.arange(6).double(), 2, tail=1)
    (tensor([ 3., 12.], dtype=torch.float64), tensor([ 3., 12.], dtype=torch.float64))
    """
    *rows, n_cells = cells.shape
    assert (n_cells - 2 * tail) % n_tiles == 0, "tiles hold equally many cells"
    library = kernel()
    if library is None or cells.dtype != torch.float64 or not plain(cells):
        inner = cells[..., tail : n_cells - tail]
        sums = inner.reshape(*rows, n_tiles, -1).sum(dim=-1)
        if tail:
            sums[..., 0] += cells[..., :tail].sum(dim=-1)
            sums[..., -1] += cells[..., -tail:].sum(dim=-1)
        return sums
    sums = cells.new_empty((*rows, n_tiles))
    n_rows = sums.numel() // n_tiles
    library["tiles"](cells.data_ptr(), n_rows, n_cells, tail, n_tiles, sums.data_ptr())
    return sums
