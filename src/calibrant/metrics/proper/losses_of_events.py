"""Proper scores of a yes/no event, as losses of stating a probability."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float64
from scipy.special import entr

__all__ = ["LOSSES", "Loss", "Score"]

Score = Literal["brier", "log_loss", "spherical"]
Sums = Float64[np.ndarray, "*draw group"]
Stated = Float64[np.ndarray, "*#draw #group"]


@dataclass(frozen=True, slots=True)
class Loss:
    """A proper score, turned so that less is better.

    Attributes
    ----------
    least : callable
        Loss of rows of weight w when all state the share wy / w that came out.
    of_hit, of_miss : callable
        Loss of stating a probability for what came out, and for what did not.
    bend : callable
        Half of the curvature of the least loss: what it saves, by squared distance, to state a
        share rather than what lies near it.
    """

    least: Callable[[Sums, Sums], Sums]
    of_hit: Callable[[Sums], Sums]
    of_miss: Callable[[Sums], Sums]
    bend: Callable[[Sums], Sums]

    def summed(self, stated: Stated, hits: Sums, misses: Sums) -> Sums:
        """Loss of every group; infinite losses of no weight are none.

        What all draws, or all groups of a draw, state may be given once.
        """
        of_hit = np.where(hits > 0, self.of_hit(stated), 0)
        return hits * of_hit + misses * np.where(misses > 0, self.of_miss(stated), 0)


def _minus_log(stated: Sums) -> Sums:
    with np.errstate(divide="ignore"):
        return -np.log(stated)


def _least_log(w: Sums, wy: Sums) -> Sums:
    return w * (entr(wy / w) + entr((w - wy) / w))


def _off_direction(stated: Sums) -> Sums:
    other = 1 - stated
    return 1 - stated / np.sqrt(stated * stated + other * other)  # half of the time of hypot


LOSSES: dict[Score, Loss] = {
    "brier": Loss(lambda w, wy: wy * (w - wy) / w, lambda p: (1 - p) ** 2, np.square, np.ones_like),
    "log_loss": Loss(
        _least_log, _minus_log, lambda p: _minus_log(1 - p), lambda p: 0.5 / (p * (1 - p))
    ),
    "spherical": Loss(
        lambda w, wy: w - np.hypot(wy, w - wy),
        _off_direction,
        lambda p: _off_direction(1 - p),
        lambda p: 0.5 / (p * p + (1 - p) ** 2) ** 1.5,
    ),
}
