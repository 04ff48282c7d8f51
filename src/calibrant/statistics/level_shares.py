"""Share of targets at or below what was stated at a level, level by level."""

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.prediction.spreads import Quantiles
from calibrant.statistics.pit import levels_reached, share_under
from calibrant.statistics.tally import Statistic

__all__ = ["LEVELS", "LevelShares"]

LEVELS = tuple(k / 20 for k in range(1, 20))  # of distributions that state all of them
N_CELLS = 10_000  # levels in one tally lie at least this finely apart


@dataclass(frozen=True, slots=True)
class LevelShares(Statistic):
    """Sums of weight, by level: of all rows that state it, and of those whose target it holds.

    Rows of quantiles are counted at the levels that they state; normal distributions and ensembles
    at 0.05, 0.1, ..., 0.95. A level is kept as a weighted sum, so that it comes back exactly.
    """

    columns: ClassVar[tuple[str, ...]] = ("count", "w", "ww", "w_level", "w_under")
    reads: ClassVar[tuple[type[Rows], ...]] = (Numbers,)

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: cells of levels."""
        del n_classes
        return (N_CELLS,)

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`."""
        assert isinstance(rows, Numbers)  # checked where rows are tallied
        weight, spread = rows.weight(), rows.spread
        if isinstance(spread, Quantiles):
            levels, targets = spread.levels, rows.targets
            assert targets is not None
            held = [(targets <= column).double() for column in spread.values.unbind(dim=1)]
        else:
            levels = LEVELS
            low, high = levels_reached(rows, "quantile_calibration")
            held = [share_under(low, high, level) for level in levels]
        cells = [int(level * N_CELLS) for level in levels]
        if len(set(cells)) < len(cells):
            rule = f"have levels at least {1 / N_CELLS} apart for quantile_calibration"
            raise InputError("quantiles", rule, f"{len(cells)} levels", "Leave some out.")
        total, square = weight.sum(), weight.square().sum()
        for cell, level, share in zip(cells, levels, held, strict=True):
            table[0, cell] += len(rows)
            table[1, cell] += total
            table[2, cell] += square
            table[3, cell] += total * level
            table[4, cell] += (weight * share).sum()
