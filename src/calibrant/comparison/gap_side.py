"""The gaps of one model as a sum of sizes, and true gaps of a given size that look like them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Float64, Int64
from numpy import ndarray
from scipy.optimize import brentq
from scipy.special import erf

__all__ = ["Side"]

SURE = 2.0  # deviations of the seen size, within which few bins may err
DEGREE = 3  # of the curve that gaps are shrunk towards

Each = Float64[ndarray, " bin"]


@dataclass(frozen=True, eq=False)
class Side:
    r"""Gaps of the bins of one model, their noise, and the size that they add up to.

    Attributes
    ----------
    gap : Float64[ndarray, "bin"]
        Signed gap times share of weight.
    deviation : Float64[ndarray, "bin"]
        Its standard deviation, above 0.
    share : Float64[ndarray, "bin"]
        Share of weight.
    place : Float64[ndarray, "bin"]
        Where the bin lies, in [0, 1].
    event : Int64[ndarray, "bin"]
        Which curve the bin belongs to: the class, for errors of every class.
    factor : Float64[ndarray, "bin"]
        What a bin counts in the size.
    norm : "l1" or "l2"
        Size: sum of absolute gaps, or of squared ones less what noise adds to them on average.
    shape : "curve", "few" or "all"
        Proportions of true gaps: as seen, once shrunk towards a curve; in as few bins as noise
        allows, so that it adds most to the size; or in all bins alike beside their noise, so that
        it adds least.
    """

    gap: Each
    deviation: Each
    share: Each
    place: Each
    event: Int64[ndarray, " bin"]
    factor: Each
    norm: Literal["l1", "l2"]
    shape: Literal["curve", "few", "all"] = "curve"

    def size(self, gap: Float64[ndarray, "*draw bin"]) -> Float64[ndarray, "*draw"]:
        """Size of some gaps: of the seen ones, or of true ones and noise."""
        if self.norm == "l1":
            return np.asarray(np.abs(gap) @ self.factor)
        return np.asarray(np.square(gap) @ self.factor - self._noise)

    @cached_property
    def seen(self) -> float:
        """Size of the gaps as they are."""
        return float(self.size(self.gap))

    @cached_property
    def _noise(self) -> float:
        return float(np.square(self.deviation) @ self.factor)

    @cached_property
    def estimate(self) -> float:
        """True size behind the seen one; of squares their sum, which may be below 0."""
        if self.norm == "l2":
            return self.seen

        def above(size: float) -> float:
            return self._mean_size(size) - self.seen

        if above(0.0) >= 0:
            return 0.0
        if above(self.seen) <= 0:  # noise adds less than rounding
            return self.seen
        return float(brentq(above, 0.0, self.seen, xtol=1e-15))  # pyright: ignore[reportArgumentType]

    def true_gaps(self, size: float) -> Each:
        """Gaps of this size without noise, in the proportions that the seen ones suggest."""
        root = np.sqrt(max(size, 0.0)) if self.norm == "l2" else size
        return root * self._direction

    def _mean_size(self, size: float) -> float:
        """Mean of what gaps of this true size and their noise add up to, where norm is l1."""
        return float(self._mean_absolute(self.true_gaps(size)) @ self.factor)

    def _mean_absolute(self, true: Each) -> Each:
        """Mean of the absolute value of every true gap with its noise."""
        ratio = true / self.deviation
        bell = np.sqrt(2 / np.pi) * self.deviation * np.exp(-np.square(ratio) / 2)
        return bell + true * erf(ratio / np.sqrt(2))

    @cached_property
    def _direction(self) -> Each:
        """True gaps of size 1."""
        if self.shape == "few":
            shape = self._few()
        elif self.shape == "all":
            shape = np.where(self.gap < 0, -self.deviation, self.deviation)
        else:
            shape = self._shrunk()
        whole = np.abs(shape) if self.norm == "l1" else np.square(shape)
        total = float(whole @ self.factor)
        if total <= 0:  # nothing tells proportions: alike beside their noise
            shape = self.deviation
            whole = np.abs(shape) if self.norm == "l1" else np.square(shape)
            total = float(whole @ self.factor)
        return shape / (total if self.norm == "l1" else np.sqrt(total))

    def _few(self) -> Each:
        r"""Gaps cut firmly, :math:`\sqrt{(d^2 - \lambda^2 s^2)_+}`, as far as the size seen allows.

        The most that is cut with the size that was seen no further than `SURE` deviations above
        the mean; norm is l1. See docs/adr/0017.
        """
        square = np.square(self.gap)

        def cut(much: float) -> Each:
            return np.sqrt(np.maximum(square - np.square(much * self.deviation), 0.0))

        def above(much: float) -> float:
            mean = self._mean_absolute(cut(much))
            variance = np.square(cut(much)) + np.square(self.deviation) - np.square(mean)
            spread = float(np.sqrt(variance @ np.square(self.factor)))
            return float(mean @ self.factor) + SURE * spread - self.seen

        most = float((np.abs(self.gap) / self.deviation).max()) * (1 - 1e-9)
        if above(most) >= 0:
            return np.sign(self.gap) * cut(most)
        much = float(brentq(above, 0.0, most, xtol=1e-9 * most))  # pyright: ignore[reportArgumentType]
        return np.sign(self.gap) * cut(much)

    def _shrunk(self) -> Each:
        """Gaps shrunk towards a smooth curve of every event, as far as their noise explains them.

        In a bin the mean gap of the curve is a cubic of its place. What is left over is multiplied
        by James and Stein's factor, 1 less the degrees of freedom over its sum of squares.
        """
        shrunk = self.gap.copy()
        powers = np.vander(self.place, DEGREE + 1, increasing=True)
        for event in np.unique(self.event):
            at = self.event == event
            freedom = int(at.sum()) - DEGREE - 1
            if freedom <= 0:
                continue
            design = powers[at] * (self.share / self.deviation)[at, None]
            seen = (self.gap / self.deviation)[at]
            curve = design @ np.linalg.lstsq(design, seen, rcond=None)[0]
            rest = seen - curve
            kept = max(0.0, 1 - freedom / max(float(rest @ rest), 1e-300))
            shrunk[at] = (curve + kept * rest) * self.deviation[at]
        return shrunk
