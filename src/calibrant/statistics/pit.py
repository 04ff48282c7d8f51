"""Probability integral transform: at which level of what was stated every target came out.

Of a calibrated model the level is uniform. Where a row tells no more than a range of it, as an
ensemble or a few quantiles do, the row is spread evenly over that range: nothing is drawn.
"""

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.prediction.spreads import Ensemble, NormalSpread, Quantiles
from calibrant.statistics.tally import Statistic

__all__ = ["LevelsReached", "levels_reached"]


def levels_reached(rows: Numbers, what: str) -> tuple[Tensor, Tensor]:
    r"""Ends of the range of levels that every target reached; one point of a normal distribution.

    Of a normal distribution :math:`\Phi((t - \mu) / \sigma)`. Of m members, a of them below the
    target and b equal to it, from :math:`a / (m + 1)` to :math:`(a + b + 1) / (m + 1)`: the places
    that the target can take among them. Of quantiles from the highest level whose quantile lies
    below the target (0 if none does) to the lowest whose quantile lies above it (1 if none does);
    to the highest level whose quantile it equals, if it does.

    Raises
    ------
    InputError
        If no spread is stated.
    """
    targets, spread = rows.targets, rows.spread
    assert targets is not None  # checked where rows are tallied
    if isinstance(spread, NormalSpread):
        level = torch.erfc((rows.predicted - targets) / (spread.std * sqrt(2))) / 2
        return level, level
    at = targets[:, None]
    if isinstance(spread, Ensemble):
        places = spread.members.shape[1] + 1
        below, equal = ((op(spread.members, at)).sum(dim=1) for op in (torch.lt, torch.eq))
        return below.double() / places, (below + equal + 1).double() / places
    if isinstance(spread, Quantiles):
        levels = torch.tensor((0.0, *spread.levels, 1.0), dtype=torch.float64, device=at.device)
        below = (spread.values < at).sum(dim=1)
        reached = (spread.values <= at).sum(dim=1)
        return levels[below], levels[torch.where(reached > below, reached, below + 1)]
    remedy = "Pass std=, members= or quantiles= to calibrant.numbers."
    raise InputError("a spread", f"be stated for {what}", "points alone", remedy)


@dataclass(frozen=True, slots=True)
class LevelsReached(Statistic):
    """Sums of weight by the level that targets reached, in equal bins of (0, 1], 0 in the first.

    Every bin also holds the sums over all rows of count, weight and squared weight.

    Parameters
    ----------
    n_bins : int
        Number of bins.
    """

    n_bins: int
    columns: ClassVar[tuple[str, ...]] = ("count", "w", "ww", "inside")
    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`."""
        del n_classes
        return (self.n_bins,)

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`."""
        assert isinstance(rows, Numbers)  # checked where rows are tallied
        low, high = levels_reached(rows, "pit_histogram")
        weight = rows.weight()
        table[0] += len(rows)
        table[1] += weight.sum()
        table[2] += weight.square().sum()
        edges = torch.arange(self.n_bins + 1, dtype=torch.float64, device=low.device) / self.n_bins
        if low is high:
            cell = torch.bucketize(low, edges[1:-1])  # edges[c] < level <= edges[c + 1]
            table[3].scatter_add_(0, cell, weight)
            return
        under = torch.stack([share_under(low, high, edge) for edge in edges[1:-1].tolist()], dim=0)
        below = (under * weight).sum(dim=1)
        total = weight.sum()
        table[3] += torch.cat((below, total[None])).diff(prepend=total.new_zeros(1))


def share_under(
    low: Float64[Tensor, " row"], high: Float64[Tensor, " row"], level: float
) -> Float64[Tensor, " row"]:
    """Share of every range that lies at or below a level; of a point, whether it does."""
    span = high - low
    inside = ((level - low) / span.where(span > 0, 1)).clamp(0, 1)
    return torch.where(span > 0, inside, (high <= level).double())
