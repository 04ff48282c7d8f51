"""Smooth calibration error of one model: what noise makes of a true error of any size."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from calibrant.comparison.smooth_ladder import Ladder, size_of
from calibrant.comparison.smooth_noise import noise_alone

__all__ = ["SmoothSide"]

N_SIZES = 11
APART = 1e-9  # at least, the ends of the sizes that are asked
TIMES, NOISIEST = 2.0, 3.0  # noise alone in the seen error: how much less it is to be, at most
REACH = 5.0  # errors about the value, within which true errors are sought
FAR = 8.0  # errors about the value, within which noise puts it
LOWEST = 3.5  # deviations of the fixed point of noise alone, as a share about its own root

Cells = Float64[ndarray, " cell"]


@dataclass(frozen=True, eq=False)
class SmoothSide:
    """Gaps of the cells of one model, and their smooth error.

    Attributes
    ----------
    gap : Float64[ndarray, "cell"]
        Stated less observed of every cell, over all weight.
    place : Float64[ndarray, "cell"]
        Its middle.
    covariance : Float64[ndarray, "cell cell"]
        Of the noise of the gaps.
    value : float
        The error that was seen.
    least : float
        Bandwidth below which cells would show.
    """

    gap: Cells
    place: Cells
    covariance: Float64[ndarray, "cell cell"]
    value: float
    least: float

    @cached_property
    def alone(self) -> float:
        """Error of a model whose gaps are noise alone."""
        return noise_alone(self.covariance.diagonal(), self.place, self.least)

    @cached_property
    def error(self) -> float:
        """Standard deviation that the seen error has at most, had no gap another sign."""
        at = Ladder(max(self.value, self.alone), 1.0)
        basis = at.basis(self.place)
        sign = np.sign(at.density(basis @ self.gap, at.least))
        sign[[0, -1]] /= 2
        along = at.density(basis.T, at.least) @ sign / (len(sign) - 1)
        return math.sqrt(max(float(along @ self.covariance @ along), 0.0))

    @cached_property
    def ladder(self) -> Ladder:
        """Bandwidths between which noise puts the error."""
        lowest = self.alone * max(0.5, 1 - LOWEST * math.sqrt(self.alone))
        middle = max(self.value, self.alone)
        least = max(lowest, middle - FAR * self.error, self.least)
        return Ladder(least, min(1.0, middle + FAR * self.error))

    @cached_property
    def basis(self) -> Float64[ndarray, "wave cell"]:
        """Coefficients of every cell."""
        return self.ladder.basis(self.place)

    @cached_property
    def seen(self) -> float:
        """The error, as read from the ladder."""
        return float(self.ladder.fixed_points(self.ladder.densities(self.basis @ self.gap)))

    @cached_property
    def sizes(self) -> Float64[ndarray, " size"]:
        """True errors that are asked, from the least on."""
        reach = REACH * self.error
        low = min(max(self.value - reach - self.alone, 0.0), 1 - APART)
        return np.linspace(low, min(max(self.value + reach, low + APART), 1.0), N_SIZES)

    def shown(self, noise: Float64[ndarray, "draw wave"]) -> Float64[ndarray, "size signed"]:
        """Errors that true ones of all `sizes` show with draws of noise and their opposites."""
        drawn, found = self.ladder.densities(noise), []
        for size in self.sizes:
            true = self.ladder.densities(self._true(float(size)))
            either = [self.ladder.fixed_points(drawn + turn * true) for turn in (1, -1)]
            found.append(np.concatenate(either))
        return np.stack(found)

    def _true(self, size: float) -> Float64[ndarray, " wave"]:
        """Gaps of this error, in the proportions that are seen once noise is smoothed away."""
        if size <= 0:
            return np.zeros(self.ladder.n_waves)
        total = float(size_of(self.ladder.density(self._shape, size)))
        return self._shape * (size / total)

    @cached_property
    def _shape(self) -> Float64[ndarray, " wave"]:
        """Proportions of true gaps: as seen, or as noise where no gap was seen.

        They are smoothed with the bandwidth at which noise alone has half of the seen error.
        """
        wave = np.arange(self.ladder.n_waves)
        noisy = min(NOISIEST, TIMES * self.alone / max(self.value, 1e-300))
        calm = np.exp(-0.5 * np.square(np.pi * self.alone * noisy**2 * wave))
        shape = self.basis @ self.gap * calm
        if np.abs(shape).max() <= 1e-14:
            shape = self.basis @ np.sqrt(self.covariance.diagonal()) * calm
        return shape
