r"""What cuts that the rows chose add to the noise of the gaps of bins of equal mass.

Cuts at shares of the weight of all rows move with the rows: of a model whose gap changes within a
bin, another sample has another piece of that change. With :math:`g(u)` the true gap at share u of
the weight and :math:`F_n` the distribution of the rows, the sum of the gaps of a bin is off by
:math:`-\int (F_n - F) dg`. Where g is a straight line within the bin and turns by
:math:`\Delta_b`, that is what rows within given cuts show, and besides
:math:`-\Delta_b (e_{b-1} + e_b) / 2` for the error :math:`e_b` of the share of weight below a cut.
It matters where the gaps of a bin cancel and those of one cut beside it do not: the absolute
value of its gap grows whichever way the cuts move.

That a sum over quantiles is off by such an integral, to first order: Serfling, "Approximation
Theorems of Mathematical Statistics", 1980, chapter 8 (L-estimates).
"""

import numpy as np
import torch
from jaxtyping import Float64
from numpy import ndarray

from calibrant.metrics.binned.bins import Bins, summed
from calibrant.metrics.binned.block_bins import BlockBins
from calibrant.metrics.binned.evidence import noise_of
from calibrant.statistics.power_sums import COLUMNS

__all__ = ["blocks_in_pairs", "in_pairs", "noise_of_cuts", "noise_of_cuts_in_blocks"]

TAKEN = 2.0  # variances of a turn, taken off its square: what noise alone shows is mostly less

Sums = Float64[ndarray, " bin"]


def in_pairs(half: Bins) -> Bins:
    """Bins that hold two each of twice as many."""
    table = torch.stack([half[column] for column in COLUMNS])
    return summed(table.unflatten(-1, (-1, 2)).sum(dim=-1))


def blocks_in_pairs(half: BlockBins) -> BlockBins:
    """The same of rows in clusters."""
    weight, excess = (_added(each) for each in (half.weight, half.excess))
    return BlockBins(in_pairs(half.whole), weight, excess)


def noise_of_cuts(half: Bins, *, hard: bool) -> Sums:
    r"""Variance that cuts add to the gap of every bin, times its share.

    That is :math:`\Delta^2 (u (1 - u) - P / 4) / n` for the middle u of a bin and its share P, with
    n the effective rows. The turn is twice the difference of the gaps of the two halves of the bin,
    freed of their noise.

    Parameters
    ----------
    half : Bins
        Of one event: twice as many bins of equal mass.
    hard : bool
        Whether labels are hard.

    Examples
    --------
    >>> w = torch.full((4,), 1e6, dtype=torch.float64)  # two bins; gaps of the first turn by .4
    >>> p, y = w / 2, w * torch.tensor([0.4, 0.2, 0.5, 0.5])
    >>> half = summed(torch.stack([w, w, p, y, p / 2, y / 2, y, w, p, y, p / 2, y / 2, y]))
    >>> (4e6 * noise_of_cuts(half, hard=True)).round(5)  # .16 (.25 * .75 - .5 / 4)
    array([0.01, 0.  ])
    """
    share = half.share.numpy()
    held = np.where(share > 0, share, 1)
    variance = noise_of(half, hard=hard).numpy() / held**2
    turn = _turn(half, variance.reshape(-1, 2).sum(axis=1))
    own = _added(share)
    middle = own.cumsum() - own / 2
    n_effective = float(half.total) ** 2 / float(half["ww"].sum())
    return turn**2 * np.maximum(middle * (1 - middle) - own / 4, 0) / n_effective


def noise_of_cuts_in_blocks(half: BlockBins) -> Float64[ndarray, "block bin"]:
    """What cuts add to the excess of every block of clusters; none of all blocks together.

    Parameters
    ----------
    half : BlockBins
        Of one event: twice as many bins of equal mass.
    """
    whole = half.whole
    weight, gap = whole["w"].numpy(), whole.mean_gap.numpy()
    of_block = (half.excess - gap * half.weight) / np.where(weight > 0, weight, 1)
    turn = _turn(whole, np.square(np.diff(of_block.reshape(len(of_block), -1, 2))[..., 0]).sum(0))
    own = _added(half.weight)
    below = own.cumsum(axis=1) - own / 2  # at either cut, in the mean
    share = _added(weight) / weight.sum()
    expected = (share.cumsum() - share / 2) * half.weight.sum(axis=1, keepdims=True)
    return -turn * (below - expected)


def _added(each: Float64[ndarray, "*block half"]) -> Float64[ndarray, "*block bin"]:
    return each.reshape(*each.shape[:-1], -1, 2).sum(axis=-1)


def _turn(half: Bins, variance: Sums) -> Sums:
    """How much the gap of every bin changes within it; `variance` is that of the halves' gaps."""
    gap, share = (each.numpy().reshape(-1, 2) for each in (half.mean_gap, half.share))
    turn = np.where((share > 0).all(axis=1), 2 * np.diff(gap)[:, 0], 0)
    return np.sign(turn) * np.sqrt(np.maximum(turn**2 - TAKEN * 4 * variance, 0))
