"""Score grid of one class against the rest, from the grids of every class."""

import torch

from calibrant.statistics.cells import fine_cell_of
from calibrant.statistics.score_grid import N_CELLS, ScoreGrid
from calibrant.statistics.tally import Tally

__all__ = ["scores_of_class"]


def scores_of_class(grids: Tally, k: int) -> Tally:
    """Score grid in which the rows of every cell of class `k` lie at their mean probability.

    Cells of a class are 24 times as wide, but for the first and the last. Kernels that are wider
    than a six hundredth do not tell the difference.
    """
    grid = ScoreGrid("positive")
    table, whole = grids.table[:, k], grid.zero(2)
    columns = grids.statistic.columns
    at = {name: table[columns.index(name)] for name in ("w", "wp", "wy")}
    held = at["w"] > 0
    mean = torch.where(held, at["wp"] / torch.where(held, at["w"], 1), 0).clamp(0, 1)
    moved = table.clone()
    moved[columns.index("wpp")] = mean * at["wp"]
    moved[columns.index("wpy")] = mean * at["wy"]
    whole.table.index_add_(1, fine_cell_of(mean[held], N_CELLS), moved[:, held])
    return whole
