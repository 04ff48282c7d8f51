"""Local regression (loess) of outcomes on scores, from the sums of cells."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

__all__ = ["Curve", "loess"]

FINE = 256  # groups of scores at most, by mass and again by place
KNOTS = 64  # places at most where a parabola is fitted, by mass and again by place
SHIFT = 0.381966  # so that no group ends where round numbers do
SLACK = 1e-9

Cells = Float64[np.ndarray, " cell"]
Groups = Float64[np.ndarray, " group"]
Knots = Float64[np.ndarray, " knot"]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Smoothed share by score: value, slope and deviation of chance at knots.

    Attributes
    ----------
    at, value, slope : Float64[ndarray, "knot"]
        Knots in rising order, the curve there, and its slope.
    deviation : Float64[ndarray, "knot"]
        Standard deviation of the curve, were every score true.
    """

    at: Knots
    value: Knots
    slope: Knots
    deviation: Knots

    def of(self, score: Cells) -> Cells:
        """Curve at scores: cubics that meet values and slopes of the knots, cut to [0, 1]."""
        if len(self.at) == 1:
            return np.clip(np.full_like(score, self.value[0]), 0, 1)
        left = np.clip(np.searchsorted(self.at, score, side="right") - 1, 0, len(self.at) - 2)
        width = self.at[left + 1] - self.at[left]
        t = (score - self.at[left]) / width
        ends = self.value[left] * (1 + 2 * t) * (1 - t) ** 2 + self.value[left + 1] * (
            t * t * (3 - 2 * t)
        )
        turn = self.slope[left] * t * (1 - t) ** 2 - self.slope[left + 1] * t * t * (1 - t)
        return np.clip(ends + width * turn, 0, 1)

    def deviation_of(self, score: Cells) -> Cells:
        """Standard deviation of the curve at scores, were every one true."""
        return np.interp(score, self.at, self.deviation)


def loess(w: Cells, wp: Cells, wy: Cells, noise: Cells, span: float) -> Curve:
    """Local quadratic regression with tricube weights over the nearest `span` of the mass.

    Parameters
    ----------
    w, wp, wy : Float64[ndarray, "cell"]
        Sums of weight, of weight times score, and of weight times outcome of cells that hold
        rows, in rising order.
    noise : Float64[ndarray, "cell"]
        Sums of squared weight times p (1 - p).
    span : float
        Share of the mass that has a say at a knot.

    References
    ----------
    .. [1] Cleveland, Devlin. "Locally Weighted Regression." JASA 83, 1988.
    """
    w, wp, wy, noise = _grouped(w, wp, wy, noise)
    at, seen = wp / w, wy / w
    knots = at[_chosen(w, at)]
    far = at - knots[:, None]
    reach = np.abs(far)
    order = np.argsort(reach, axis=1, kind="stable")
    mass = np.cumsum(w[order], axis=1)
    enough = np.argmax(mass >= span * w.sum() * (1 - SLACK), axis=1)
    nearest = np.take_along_axis(reach, order, axis=1)
    bandwidth = np.take_along_axis(nearest, enough[:, None], axis=1)
    bandwidth = np.where(bandwidth > 0, bandwidth, 1e-300)  # most rows have this very score
    tricube = (1 - np.minimum(reach / bandwidth, 1) ** 3) ** 3
    weight, near = w * tricube, np.clip(far / bandwidth, -1, 1)
    once = weight * near
    twice = once * near
    sums = (weight, once, twice, twice * near, twice * near * near)
    powers = np.stack([each.sum(axis=1) for each in sums], axis=-1)
    normal = powers[:, np.arange(3)[:, None] + np.arange(3)]
    scale = normal[:, :1, :1]
    inverse = np.linalg.pinv(normal / scale, rcond=1e-9, hermitian=True) / scale
    moments = np.stack([each @ seen for each in sums[:3]], axis=-1)
    value, slope = (inverse[:, :2] @ moments[..., None])[..., 0].T
    slope = slope / bandwidth[:, 0]
    say = sum(inverse[:, 0, k, None] * sums[k] for k in range(3))
    variance = say**2 @ (noise / w**2)
    slope = np.where(bandwidth[:, 0] > 1e-200, slope, 0)
    return Curve(knots, value, slope, np.sqrt(variance))


def _grouped(w: Cells, wp: Cells, wy: Cells, noise: Cells) -> tuple[Groups, Groups, Groups, Groups]:
    """Sums of neighbouring cells that differ little in rank and in score."""
    label = _parts(w, wp / w, FINE)
    w, wp, wy, noise = (np.bincount(label, sums) for sums in (w, wp, wy, noise))
    return w, wp, wy, noise


def _chosen(w: Cells, at: Cells) -> Int64[np.ndarray, " knot"]:
    """Indices of the groups that serve as knots: the first of every part, and the last of all."""
    label = _parts(w, at, KNOTS)
    first = np.flatnonzero(np.diff(label, prepend=-1))
    return np.union1d(first, [len(w) - 1])


def _parts(w: Cells, at: Cells, n_parts: int) -> Int64[np.ndarray, " cell"]:
    """Part of every cell: a new one begins with a new step of mass or of place."""
    rank = (np.cumsum(w) - w / 2) / w.sum()
    reach = max(float(at[-1] - at[0]), 1e-300)
    steps = [np.floor(n_parts * share + SHIFT) for share in (rank, (at - at[0]) / reach)]
    if len(w) <= n_parts:
        return np.arange(len(w))
    return np.cumsum(sum(np.diff(step, prepend=step[0]) > 0 for step in steps) > 0)
