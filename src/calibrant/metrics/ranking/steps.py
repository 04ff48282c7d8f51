"""Steps: the weights of positive and negative rows at every score, from the highest down.

All that a ranking can tell stands in them. Rows give a step for every distinct score, a grid
one for every cell, within which the order of rows is not known.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import final

import torch
from jaxtyping import Bool, Float64, Int
from torch import Tensor

from calibrant.metrics.ranking.placements import by_rank
from calibrant.statistics.cells import tail_edges
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.power_sums import sum_by
from calibrant.statistics.score_grid import ScoreGrid
from calibrant.statistics.tally import Tally

__all__ = [
    "Masses",
    "Ranked",
    "Split",
    "Steps",
    "lower_edges",
    "over",
    "ranked",
    "split_of",
    "steps_of_tally",
]

Masses = Float64[Tensor, "*class step"]


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Weight by score, the highest first; axes before the last hold one ranking each.

    Attributes
    ----------
    up, down : Float64[Tensor, "*class step"]
        Weight of positives and of negatives.
    """

    up: Masses
    down: Masses

    @property
    @final
    def hits(self) -> Masses:
        """Weight of positives down to every step, itself included."""
        return self.up.cumsum(-1)

    @property
    @final
    def alarms(self) -> Masses:
        """Weight of negatives down to every step, itself included."""
        return self.down.cumsum(-1)


@dataclass(frozen=True, slots=True, eq=False)
class Steps(Split):
    """The same with what tells its spread, and how far the order within a step may move it.

    Attributes
    ----------
    scores : Float64[Tensor, "step"]
        Score of the rows of a step; of a cell its lower edge, above which its rows lie.
    up_twice, down_twice : Float64[Tensor, "*class step"]
        Sums of the squared weights of positives and of negatives.
    least : Float64[Tensor, "*class step"]
        Sum over rows of the squared weight that is positive: how finely a step may split.
    apart : Float64[Tensor, "*class step"]
        Number of different scores that the step may hold: one of rows, of a cell its rows.
    """

    scores: Float64[Tensor, " step"]
    up_twice: Masses
    down_twice: Masses
    least: Masses
    apart: Masses

    @property
    @final
    def alone(self) -> Bool[Tensor, "*class step"]:
        """Whether the step is known not to split."""
        return self.apart <= 1

    @final
    def with_scores(self, scores: Float64[Tensor, " step"]) -> "Steps":
        """The same steps, named by other scores."""
        return replace(self, scores=scores)

    @final
    def each(
        self, change: Callable[[Masses], Masses], scores: Float64[Tensor, " step"] | None = None
    ) -> "Steps":
        """Steps whose masses are those of these, every one of them changed."""
        sides = (self.up_twice, self.down_twice, self.least, self.apart)
        at = self.scores if scores is None else scores
        return Steps(change(self.up), change(self.down), at, *map(change, sides))


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Steps of rows, and the step of every row."""

    steps: Steps
    step: Int[Tensor, " row"]


def ranked(
    scores: Tensor,
    outcome: Bool[Tensor, " row"] | Float64[Tensor, " row"],
    weight: Float64[Tensor, " row"],
) -> Ranked:
    """Rows with their weights by distinct score.

    Examples
    --------
    >>> hit = torch.tensor([False, True, True])
    >>> rows = ranked(torch.tensor([0.25, 0.75, 0.25]), hit, torch.ones(3).double())
    >>> rows.steps.up.tolist(), rows.steps.down.tolist(), rows.step.tolist()
    ([1.0, 1.0], [0.0, 1.0], [1, 0, 1])
    """
    order, rank, n_steps = by_rank(-scores)
    share, sorted_weight = outcome[order].double(), weight[order]
    sides = share * sorted_weight, (1 - share) * sorted_weight
    up, down = (sum_by(rank, side, n_steps) for side in sides)
    up_twice, down_twice = (sum_by(rank, side * sorted_weight, n_steps) for side in sides)
    step = torch.empty_like(order)
    step[order] = rank
    at = scores.new_empty(n_steps).scatter_(0, rank, scores[order]).double()
    one = torch.ones_like(up)
    return Ranked(Steps(up, down, at, up_twice, down_twice, up_twice, one), step)


def split_of(w: Masses, wy: Masses) -> Split:
    """Weights of cells, the lowest first, and what of them came out."""
    w, wy = w.flip(-1), wy.flip(-1)
    return Split(wy, (w - wy).clamp_(min=0))


def steps_of_tally(tally: Tally) -> Steps:
    """Steps of the cells of a score grid, or of the grids of all classes."""
    grid, weights = tally.statistic, split_of(tally["w"], tally["wy"])
    assert isinstance(grid, (ScoreGrid, ClassGrids))
    count, ww, wwy, wwyy = (tally[name].flip(-1) for name in ("count", "ww", "wwy", "wwyy"))
    down_twice = (ww - wwy).clamp(min=0)
    at = lower_edges(grid.n_cells)
    return Steps(weights.up, weights.down, at, wwy, down_twice, wwyy, count)


def lower_edges(n_cells: int) -> Float64[Tensor, " step"]:
    """Lower edge of every cell of a grid with fine tails, the highest first.

    Examples
    --------
    >>> edges = lower_edges(4)
    >>> len(edges), edges[120:123].tolist(), edges[-1].item()  # 120 cut the last quarter
    (244, [0.75, 0.5, 0.25], 0.0)
    """
    low, high = tail_edges(n_cells)
    inner = torch.arange(1, n_cells, dtype=torch.float64) / n_cells
    return torch.cat((low.new_zeros(1), low, inner, high)).flip(0)


def over(part: Masses, whole: Masses) -> Masses:
    """Quotient; 0 where there is nothing to take a share of."""
    return part / torch.where(whole > 0, whole, 1)
