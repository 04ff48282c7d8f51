"""Rows on either side of a ranking: weight of the classes, and effective rows."""

import torch
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.ranking.steps import Masses, Steps
from calibrant.prediction.base import Predictions

__all__ = ["Sides", "effective_rows", "sides_of_classes", "sides_of_steps", "support_of"]

PerClass = Float64[Tensor, " class"]
PerRanking = Float64[Tensor, "*class"]
Sides = tuple[PerRanking, PerRanking]  # effective rows of positives, and of negatives


def effective_rows(mass: Masses, twice: Masses) -> PerRanking:
    """Effective rows from weights and squared weights by step; NaN where there are none."""
    return mass.sum(-1).square() / twice.sum(-1)


def sides_of_steps(steps: Steps) -> Sides:
    """Effective rows of either side of every ranking."""
    return effective_rows(steps.up, steps.up_twice), effective_rows(steps.down, steps.down_twice)


def sides_of_classes(rows: Predictions) -> Sides:
    """Effective rows of every class, and of all others together; labels must be hard.

    Examples
    --------
    >>> import calibrant as cal
    >>> probs = [[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.3, 0.6, 0.1], [0.1, 0.2, 0.7]]
    >>> rows = cal.predictions(probs=probs, labels=[0, 1, 0, 2])
    >>> [side.tolist() for side in sides_of_classes(rows)]
    [[2.0, 1.0, 1.0], [2.0, 3.0, 3.0]]
    """
    weight = rows.weight()
    mass, twice = _by_class(rows, weight), _by_class(rows, weight.square())
    return mass.square() / twice, _others(mass).square() / _others(twice)


def support_of(rows: Predictions) -> PerClass:
    """Weight of the rows of every class."""
    if rows.soft is not None:
        return (rows.weight()[:, None] * rows.soft).sum(0)
    return _by_class(rows, rows.weight())


def _by_class(rows: Predictions, weight: Float64[Tensor, " row"]) -> PerClass:
    assert rows.hard is not None
    zero = torch.zeros(rows.n_classes, dtype=torch.float64, device=rows.device)
    return zero.scatter_add_(0, rows.hard, weight)


def _others(each: PerClass) -> PerClass:
    """Sum over the classes before and after every one: a difference would lose the light ones."""
    after = each.flip(0).cumsum(0).flip(0)
    return torch.cat((each.new_zeros(1), each.cumsum(0)[:-1])) + torch.cat(
        (after[1:], each.new_zeros(1))
    )
