"""What is read of the grids of all classes, a few classes at a time, which stay in the cache."""

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.ranking.sides import sides_of_steps
from calibrant.metrics.ranking.steps import Split, Steps, split_of, steps_of_tally
from calibrant.statistics.tally import Tally

__all__ = ["Reading", "each_class", "each_value", "effective_sides"]

IN_CACHE = 1 << 15  # cells at a time

PerClass = Float64[Tensor, "*class"]
Reading = Callable[[Steps], PerClass]


def each_class(tally: Tally, average: str, *readings: Reading) -> list[PerClass]:
    """Weight of the positives, and what every reading gives: of each class, or of all in one.

    Parameters
    ----------
    tally : Tally
        Of `ClassGrids`.
    average : str
        "micro" for all pairs of a row and a class in one ranking.
    *readings : callable
        A number of every ranking, from their steps.
    """
    rankings = map(steps_of_tally, _some(tally, average))
    found = [[steps.up.sum(-1), *(reading(steps) for reading in readings)] for steps in rankings]
    return [torch.cat(parts) for parts in zip(*found, strict=True)]


def each_value(
    tally: Tally, average: str, *readings: Callable[[Split], PerClass]
) -> list[PerClass]:
    """As `each_class`, of readings for which the weights alone are enough."""
    if average == "micro":  # sums of all columns would take three times as long
        w, wy = (tally[name].sum(dim=0, keepdim=True) for name in ("w", "wy"))
        rankings = iter([split_of(w, wy)])
    else:
        rankings = (split_of(some["w"], some["wy"]) for some in _some(tally, average))
    found = [[split.up.sum(-1), *(reading(split) for reading in readings)] for split in rankings]
    return [torch.cat(parts) for parts in zip(*found, strict=True)]


def effective_sides() -> tuple[Reading, Reading]:
    """Effective rows of either side of every ranking."""
    return lambda steps: sides_of_steps(steps)[0], lambda steps: sides_of_steps(steps)[1]


def _some(tally: Tally, average: str) -> Iterator[Tally]:
    """The same grids, those of some classes after others; or one, all of them added up."""
    if average == "micro":
        yield Tally(tally.statistic, tally.table.sum(dim=1, keepdim=True))
        return
    _, n_classes, n_cells = tally.table.shape
    at_once = max(1, IN_CACHE // n_cells)
    for start in range(0, n_classes, at_once):
        yield Tally(tally.statistic, tally.table[:, start : start + at_once])
