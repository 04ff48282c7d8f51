"""Local regression (loess) of outcomes on scores, from the sums of cells."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64, Int64

__all__ = ["Curve", "loess", "parts_of"]

FINE = 256  # groups of scores at most, by mass and again by place
KNOTS = 64  # places at most where a parabola is fitted, by mass and again by place
SHIFT = 0.381966  # so that no group ends where round numbers do
SLACK = 1e-9
SAME = 1e-12  # of a score: what sums of the rows of a cell round by

Cells = Float64[np.ndarray, " cell"]
Groups = Float64[np.ndarray, " group"]
Knots = Float64[np.ndarray, " knot"]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Smoothed share by score: value and slope at knots, and how they follow from outcomes.

    Attributes
    ----------
    at, value, slope : Float64[ndarray, "knot"]
        Knots in rising order, the curve there, and its slope.
    group : Int64[ndarray, "cell"]
        Which outcomes are put together, cell by cell.
    mass : Float64[ndarray, "group"]
        Weight of each.
    terms : tuple of Float64[ndarray, "knot group"]
        Weight of a group's outcomes in the regression at a knot, times powers of how far it lies.
    solved : Float64[ndarray, "knot two power"]
        What sums of these, times the outcomes, add to the value and to the slope.
    """

    at: Knots
    value: Knots
    slope: Knots
    group: Int64[np.ndarray, " cell"]
    mass: Groups
    terms: tuple[Float64[np.ndarray, "knot group"], ...]
    solved: Float64[np.ndarray, "knot two power"]

    def of(self, score: Cells) -> Cells:
        """Curve at scores: cubics that meet values and slopes of the knots, cut to [0, 1]."""
        return np.clip(self.uncut(score), 0, 1)

    def uncut(self, score: Cells) -> Cells:
        """Curve at scores, where it leaves [0, 1] too."""
        if len(self.at) == 1:
            return np.full_like(score, self.value[0])
        left, ends, slopes = self._cubics(score)
        straight = self.value[left] * ends[0] + self.value[left + 1] * ends[1]
        return straight + self.slope[left] * slopes[0] + self.slope[left + 1] * slopes[1]

    def sums(
        self, score: Cells, weight: Cells, part: Int64[np.ndarray, " cell"]
    ) -> Float64[np.ndarray, "part group"]:
        """What a group's sum of weighted outcomes adds to the weighted sum of the curve by part."""
        n_parts, n_knots = int(part[-1]) + 1, len(self.at)
        if n_knots == 1:
            return np.bincount(part, weight, n_parts)[:, None] * self._added(0)
        left, ends, turns = self._cubics(score)

        def by_knot(first: Cells, second: Cells) -> Float64[np.ndarray, "part knot"]:
            place = part * n_knots + left
            both = np.bincount(place, weight * first, n_parts * n_knots)
            both[1:] += np.bincount(place, weight * second, n_parts * n_knots)[:-1]
            return both.reshape(n_parts, n_knots)

        own, sloped = by_knot(*ends), by_knot(*turns)
        values, slopes = self._added(0), self._added(1)
        return np.einsum("pk,kg->pg", own, values) + np.einsum("pk,kg->pg", sloped, slopes)

    def of_outcomes(self, hits: Float64[np.ndarray, "group draw"]) -> Iterator["Curve"]:
        """Curves of the same rows, had other outcomes come: their sums with weights, by group."""
        both = (np.einsum("kg,gd->dk", self._added(k), hits) for k in (0, 1))
        for value, slope in zip(*both, strict=True):
            yield replace(self, value=value, slope=slope)

    def _added(self, which: int) -> Float64[np.ndarray, "knot group"]:
        """What a group's sum of weighted outcomes adds to every value (0), or slope (1)."""
        times = self.solved[:, which, :, None]
        return sum(times[:, k] * term for k, term in enumerate(self.terms)) / self.mass

    def _cubics(
        self, score: Cells
    ) -> tuple[Int64[np.ndarray, " cell"], tuple[Cells, Cells], tuple[Cells, Cells]]:
        """Knot on the left of scores; times of its value and the next one's; and of the slopes."""
        left = np.clip(np.searchsorted(self.at, score, side="right") - 1, 0, len(self.at) - 2)
        width = self.at[left + 1] - self.at[left]
        t = (score - self.at[left]) / width
        ends = (1 + 2 * t) * (1 - t) ** 2, t * t * (3 - 2 * t)
        return left, ends, (width * t * (1 - t) ** 2, -width * t * t * (1 - t))


def loess(w: Cells, wp: Cells, wy: Cells, span: float) -> Curve:
    """Local quadratic regression with tricube weights over the nearest `span` of the mass.

    Parameters
    ----------
    w, wp, wy : Float64[ndarray, "cell"]
        Sums of weight, of weight times score, and of weight times outcome of cells that hold
        rows, in rising order.
    span : float
        Share of the mass that has a say at a knot.

    References
    ----------
    .. [1] Cleveland, Devlin. "Locally Weighted Regression." JASA 83, 1988.
    """
    group = parts_of(w, wp / w, FINE)
    group = _told_apart(*(np.bincount(group, sums) for sums in (w, wp)))[group]
    w, wp, wy = (np.bincount(group, sums) for sums in (w, wp, wy))
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
    turned = np.where(bandwidth > 1e-200, 1 / bandwidth, 0)
    solved = inverse[:, :2] * np.stack((np.ones_like(turned), turned), axis=1)
    return Curve(knots, value, slope * turned[:, 0], group, w, sums[:3], solved)


def _told_apart(w: Groups, wp: Groups) -> Int64[np.ndarray, " group"]:
    """Number of every group, the same where its mean score is that of the one before.

    Of rows of .3 in one cell, and of a number that rounds to .3 in the next, the means are equal or
    fall, by how sums round; knots must rise.
    """
    at = wp / w
    return np.cumsum(np.diff(at, prepend=at[0]) > SAME * at)


def _chosen(w: Groups, at: Groups) -> Int64[np.ndarray, " knot"]:
    """Indices of the groups that serve as knots: the first of every part, and the last of all."""
    label = parts_of(w, at, KNOTS)
    first = np.flatnonzero(np.diff(label, prepend=-1))
    return np.union1d(first, [len(w) - 1])


def parts_of(w: Cells, at: Cells, n_parts: int) -> Int64[np.ndarray, " cell"]:
    """Part of every cell: a new one begins with a new step of mass or of place."""
    rank = (np.cumsum(w) - w / 2) / w.sum()
    reach = max(float(at[-1] - at[0]), 1e-300)
    steps = [np.floor(n_parts * share + SHIFT) for share in (rank, (at - at[0]) / reach)]
    if len(w) <= n_parts:
        return np.arange(len(w))
    return np.cumsum(sum(np.diff(step, prepend=step[0]) > 0 for step in steps) > 0)
