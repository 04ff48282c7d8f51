"""What is read of the grids of all classes, a few classes at a time, which stay in the cache."""

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.ranking.sides import sides_of_steps
from calibrant.metrics.ranking.steps import Steps, steps_of_tally
from calibrant.statistics.tally import Tally

__all__ = ["Reading", "each_class", "effective_sides", "weight_of"]

IN_CACHE = 1 << 15  # cells at a time

PerClass = Float64[Tensor, "*class"]
Reading = Callable[[Steps], PerClass]


def each_class(tally: Tally, average: str, *readings: Reading) -> list[PerClass]:
    """What every reading gives of each class, or of all pairs of a row and a class in one ranking.

    Parameters
    ----------
    tally : Tally
        Of `ClassGrids`.
    average : str
        "micro" for all classes in one ranking.
    *readings : callable
        A number of every ranking, from their steps.
    """
    rankings = [_pooled(tally)] if average == "micro" else _some(tally)
    found = [[reading(steps) for reading in readings] for steps in rankings]
    return [torch.cat(parts) for parts in zip(*found, strict=True)]


def weight_of(steps: Steps) -> PerClass:
    """Weight of the positives of every ranking."""
    return steps.up.sum(-1)


def effective_sides() -> tuple[Reading, Reading]:
    """Effective rows of either side of every ranking."""
    return lambda steps: sides_of_steps(steps)[0], lambda steps: sides_of_steps(steps)[1]


def _pooled(tally: Tally) -> Steps:
    sums, scores = None, torch.empty(0)
    for steps in _some(tally):
        sides = (steps.up, steps.down, steps.up_twice, steps.down_twice, steps.least, steps.apart)
        each, scores = torch.stack([side.sum(0, keepdim=True) for side in sides]), steps.scores
        sums = each if sums is None else sums + each
    assert sums is not None
    return Steps(scores, *sums)


def _some(tally: Tally) -> Iterator[Steps]:
    """Steps of some classes after others."""
    _, n_classes, n_cells = tally.table.shape
    at_once = max(1, IN_CACHE // n_cells)
    for start in range(0, n_classes, at_once):
        yield steps_of_tally(Tally(tally.statistic, tally.table[:, start : start + at_once]))
