"""What rows save when another probability is stated for them: the mean, and how it varies."""

import math

import numpy as np
from jaxtyping import Float64

from calibrant.metrics.proper.cluster_noise import ClusterNoise
from calibrant.metrics.proper.losses_of_events import Loss
from calibrant.metrics.proper.merging import Merged
from calibrant.metrics.proper.overfit import drawn

__all__ = ["growth", "saved"]

LEAST = 1e-12  # of the weight of a group: what is less is rounding

Sums = Float64[np.ndarray, " group"]
Drawn = Float64[np.ndarray, "*draw group"]
Number = Float64[np.ndarray, "*draw"]


def saved(
    null: Sums, best: Sums, cells: Merged, loss: Loss, clusters: ClusterNoise | None = None
) -> tuple[float, float]:
    """Mean saving of stating `best` rather than `null`, and its standard error."""
    of_hit, of_miss = _of_a_row(null, best, cells.wy, cells, loss)
    mean, variance = _moments(of_hit, of_miss, cells.wy, cells.wwy, cells)
    if clusters is not None:
        return max(float(mean), 0.0), clusters.error(cells, of_hit, of_miss)
    return max(float(mean), 0.0), math.sqrt(max(float(variance), 0.0))


def growth(truth: Sums, null: Sums, cells: Merged, loss: Loss, *, n_draws: int) -> float:
    """How much greater the standard error of a saving is for following the noise of outcomes.

    The root of its mean square over outcomes drawn at `truth`, with what isotonic regression
    makes of each draw, over what it is of `truth` itself.
    """
    truth = np.clip(truth, 0, 1)
    share, best = drawn(truth, cells, n_draws)
    found: list[float] = []
    for told, hits in ((truth, cells.w * truth), (best, cells.w * share)):
        of_hit, of_miss = _of_a_row(null, told, hits, cells, loss)
        _, variance = _moments(of_hit, of_miss, hits, hits * (cells.ww / cells.w), cells)
        found.append(float(variance.mean()))
    at_truth, followed = found
    told = at_truth > 0 and math.isfinite(followed / at_truth)  # not of 0 stated, and never seen
    return math.sqrt(followed / at_truth) if told else 1.0


def _of_a_row(
    null: Sums, told: Drawn, hits: Drawn, cells: Merged, loss: Loss
) -> tuple[Drawn, Drawn]:
    """What a row of either outcome saves; nothing where there is none."""
    sides = (loss.of_hit, hits), (loss.of_miss, cells.w - hits)
    with np.errstate(invalid="ignore"):
        first, second = (np.where(w > LEAST * cells.w, of(null) - of(told), 0.0) for of, w in sides)
    return first, second


def _moments(
    of_hit: Drawn, of_miss: Drawn, hits: Drawn, hits_twice: Drawn, cells: Merged
) -> tuple[Number, Number]:
    """Mean saving of rows, and its variance, from the sums of (squared) weights of hits.

    A saving may be infinite; the variance is then NaN.
    """
    total = cells.w.sum()
    misses, misses_twice = cells.w - hits, cells.ww - hits_twice
    with np.errstate(invalid="ignore"):
        mean = (hits * of_hit + misses * of_miss).sum(axis=-1) / total
        twice = (hits_twice * of_hit + misses_twice * of_miss).sum(axis=-1)
        square = (hits_twice * of_hit**2 + misses_twice * of_miss**2).sum(axis=-1)
        variance = (square - 2 * mean * twice + mean**2 * cells.ww.sum()) / total**2
    return np.asarray(mean), np.asarray(variance)
