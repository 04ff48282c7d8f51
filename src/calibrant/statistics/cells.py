"""Cells of [0, 1]: cell ``c`` holds ``E[c] < p <= E[c+1]``, the first also 0.

Edges are ``k / n`` in float64 on the CPU, rounded once to the dtype of the probabilities,
then moved to their device, so that all devices agree. Edges inside the first and the last cell
stay in float64. A complement is placed by mirroring the edges: ``1 - p`` would round across them.
"""

from functools import lru_cache

import torch
from jaxtyping import Bool, Float, Float64, Int
from torch import Tensor

from calibrant.kernel.grids import CellEdges, find_cells

__all__ = [
    "N_TAIL",
    "cell_of",
    "fine_cell_of",
    "fold_tails",
    "kernel_edges",
    "n_fine_cells",
    "tail_edges",
]

N_TAIL = 120  # edges that cut the first cell, and as many the last
LEAST = 1e-12  # the first of them


def cell_of(
    prob: Float[Tensor, " row"], n_cells: int, *, mirrored: Bool[Tensor, " row"] | bool = False
) -> Int[Tensor, " row"]:
    """Cell of every probability among `n_cells` of equal width; of its complement if `mirrored`.

    The product with `n_cells` can round across an edge, so the cell is corrected by comparing
    with the edges themselves, in the dtype of `prob`. Cells of the convention ``[lo, hi)``
    are ``n_cells - 1 - cell_of(prob, n_cells, mirrored=True)``.

    Examples
    --------
    >>> cell_of(torch.tensor([0.0, 0.5, 0.75, 1.0]), n_cells=2)
    tensor([0, 0, 1, 1])
    >>> cell_of(torch.tensor([0.0, 0.5, 0.75, 1.0]), n_cells=2, mirrored=True)
    tensor([1, 0, 0, 0])
    """
    found = find_cells(prob, kernel_edges(n_cells, prob.dtype), mirrored=mirrored)
    if found is not None:
        return found
    edges, last = _edges(n_cells, prob.dtype, prob.device), n_cells - 1
    if prob.dtype.itemsize < 4:  # many edges round to one number: only a search is right
        inner, prob = edges[1:-1].float(), prob.float()
        below = torch.bucketize(prob, inner)
        return _choose(last - torch.bucketize(prob, inner, right=True), below, mirrored=mirrored)
    cell = (prob * n_cells).ceil_().long().sub_(1).clamp_(0, last)  # within one of the right one
    lower, upper = edges.index_select(0, cell), edges.index_select(0, cell + 1)
    cell -= (prob <= lower).long()
    cell += prob > upper
    if mirrored is False:
        return cell
    on_upper_edge = (prob == lower) | (prob == upper)
    return _choose(last - cell - on_upper_edge.long(), cell, mirrored=mirrored)


def n_fine_cells(n_cells: int) -> int:
    """Number of cells once the first and the last are cut by `N_TAIL` edges each."""
    return n_cells + 2 * N_TAIL


def fine_cell_of(
    prob: Float[Tensor, " row"], n_cells: int, *, mirrored: Bool[Tensor, " row"] | bool = False
) -> Int[Tensor, " row"]:
    """Cell of every probability once the first and the last cell are cut logarithmically.

    Cells 0 to 120 are the parts of the first cell, the last 121 those of the last.
    """
    found = find_cells(prob, kernel_edges(n_cells, prob.dtype, fine=True), mirrored=mirrored)
    if found is not None:
        return found
    cell, last = cell_of(prob, n_cells, mirrored=mirrored), n_cells - 1
    fine = cell + N_TAIL
    for tail, start in ((0, 0), (last, N_TAIL + last)):
        at = (cell == tail).nonzero().squeeze(-1)
        inside = mirrored if isinstance(mirrored, bool) else mirrored[at]
        fine[at] = start + _tail_part(
            prob[at], tail_edges(n_cells), mirrored=inside, upper=tail > 0
        )
    return fine


def _tail_part(
    prob: Float[Tensor, " row"],
    edges: tuple[Float64[Tensor, " edge"], Float64[Tensor, " edge"]],
    *,
    mirrored: Bool[Tensor, " row"] | bool,
    upper: bool,
) -> Int[Tensor, " row"]:
    """Edges of a tail below every probability; below its complement where `mirrored`.

    Compared in float64, where edges next to 1 are apart: in float32 many of them are 1 itself.
    """
    prob = prob.double()
    low, high = (part.to(prob.device) for part in edges)
    own, other = (high, low) if upper else (low, high)
    # the edges of the other tail that lie above p, mirrored, lie below 1 - p
    flipped = N_TAIL - torch.bucketize(prob, other, right=True)
    return _choose(flipped, torch.bucketize(prob, own), mirrored=mirrored)


def fold_tails(sums: Float64[Tensor, "*class fine"]) -> Float64[Tensor, "*class cell"]:
    """Sums of fine cells with the parts of the first and of the last cell added up again."""
    tail = N_TAIL + 1
    ends = (sums[..., part].sum(dim=-1, keepdim=True) for part in (slice(tail), slice(-tail, None)))
    first, last = ends
    return torch.cat((first, sums[..., tail:-tail], last), dim=-1)


@lru_cache(maxsize=32)
def tail_edges(n_cells: int) -> tuple[Float64[Tensor, " edge"], Float64[Tensor, " edge"]]:
    """Edges inside the first cell, evenly spaced in log p from 1e-12, and their complements."""
    share = torch.arange(N_TAIL, dtype=torch.float64) / N_TAIL
    low = LEAST * (1 / n_cells / LEAST) ** share
    return low, (1 - low).flip(0)


@lru_cache(maxsize=32)
def kernel_edges(n_cells: int, dtype: torch.dtype, *, fine: bool = False) -> CellEdges:
    """Edges of cells as the kernel takes them, those of the tails too if `fine`."""
    equal = CellEdges(_edges(n_cells, dtype, torch.device("cpu")))
    return equal.cut(*tail_edges(n_cells)) if fine else equal


@lru_cache(maxsize=32)
def _edges(n_cells: int, dtype: torch.dtype, device: torch.device) -> Float[Tensor, " edge"]:
    """Edges of all cells; the outer two lie beyond any probability, so that none is moved out.

    An inner edge that would round to 1 is the number below it, so that 1 lies in the last cell.
    """
    exact = torch.arange(n_cells + 1, dtype=torch.float64) / n_cells
    edges = exact.to(dtype).clamp_(max=1 - torch.finfo(dtype).eps / 2)
    edges[0], edges[-1] = -torch.inf, torch.inf
    return edges.to(device)


def _choose(
    flipped: Int[Tensor, " row"],
    straight: Int[Tensor, " row"],
    *,
    mirrored: Bool[Tensor, " row"] | bool,
) -> Int[Tensor, " row"]:
    if isinstance(mirrored, bool):
        return flipped if mirrored else straight
    return straight + mirrored * (flipped - straight)  # many times faster than where
