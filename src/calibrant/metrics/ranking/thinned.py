"""Steps put together, so that replicates of a curve cost the same whatever the number of rows."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float64, Int
from torch import Tensor

from calibrant.metrics.inference.resampling import replicated
from calibrant.metrics.ranking.steps import Masses, Steps

__all__ = ["narrowed", "replicated_steps", "thinned"]

FINEST = 200  # steps that replicates are drawn of
PILOT = 100  # replicates that tell where the number is found
ROUNDS = 8  # each ten times as fine as the one before, or the last

Place = Callable[[Steps], Int[Tensor, "*replicate"]]


def thinned(
    steps: Steps, first: int = 0, last: int | None = None
) -> tuple[Steps, Int[Tensor, " group"]]:
    """Some two hundred steps from `first` to before `last`, the others in one on either side.

    Neighbours are put together so that each step holds about the same share of the positives
    and of the negatives, taken together. The second entry is the index of the first step that
    went into each.

    Examples
    --------
    >>> from calibrant.metrics.ranking.steps import ranked
    >>> scores, hit = torch.arange(1000.0), torch.arange(1000) % 2 == 0
    >>> few, start = thinned(ranked(scores, hit, torch.ones(1000).double()).steps)
    >>> few.up.shape, float(few.up.sum()), start[:3].tolist()
    (torch.Size([200]), 500.0, [0, 5, 10])
    """
    last = len(steps.up) if last is None else last
    start = torch.arange(first, last)
    if last - first > FINEST:
        share = sum(side / side.sum().clamp(min=1e-300) for side in (steps.up, steps.down))
        assert isinstance(share, Tensor)
        reached = share[first:last].cumsum(0)
        place = (reached - share[first:last] / 2) / reached[-1] * FINEST
        new = place.long().diff(prepend=place.new_full((1,), -1).long()) > 0
        start = start[new]
    if first > 0:
        start = torch.cat((start.new_zeros(1), start))
    if last < len(steps.up):
        start = torch.cat((start, start.new_full((1,), last)))
    at = start.numpy()

    def put_together(sums: Masses) -> Float64[Tensor, " group"]:
        return torch.from_numpy(np.add.reduceat(sums.numpy(), at))

    ends = torch.cat((start[1:], start.new_full((1,), len(steps.up)))) - 1
    few = steps.each(put_together, steps.scores[ends])
    return few, start


def narrowed(steps: Steps, place: Place) -> Steps:
    """Steps put together where replicates do not look, and fine where they do.

    Parameters
    ----------
    steps : Steps
        Of one ranking.
    place : callable
        Index of the step at which a number of such steps, or of many replicates, is found.
    """
    first, last = 0, len(steps.up)
    for _ in range(ROUNDS):
        few, start = thinned(steps, first, last)
        if last - first <= FINEST:
            break
        seen = place(replicated_steps(few, PILOT))
        ends = torch.cat((start, start.new_full((1,), len(steps.up))))
        low, high = int(seen.min()), int(seen.max())
        margin = 1 + (high - low) // 3
        lower = max(first, int(ends[max(low - margin, 0)]))
        upper = min(last, int(ends[min(high + margin + 1, len(start))]))
        if upper - lower > 0.8 * (last - first):
            break
        first, last = lower, upper
    else:
        few, _ = thinned(steps, first, last)
    return few


def replicated_steps(steps: Steps, n_replicates: int) -> Steps:
    """Replicates of the steps of one ranking, along a new first axis."""
    weight = torch.cat((steps.up, steps.down)).numpy()
    square = torch.cat((steps.up_twice, steps.down_twice)).numpy()
    drawn = torch.from_numpy(replicated(weight, square, n_replicates))
    up, down = drawn.split(len(steps.up), dim=1)
    return Steps(up, down, steps.scores, up, down, up, steps.apart.expand_as(up))
