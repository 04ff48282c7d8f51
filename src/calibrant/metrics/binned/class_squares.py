"""What noise adds to the squares of the gaps of all classes, given the rows of every bin."""

import math
from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from jaxtyping import Bool, Float64
from numpy import ndarray
from torch import Tensor

from calibrant.metrics.binned.bins import Bins
from calibrant.metrics.binned.class_covariance import sums_of_squares
from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.inference.block_noise import SquareNoise
from calibrant.prediction.base import Predictions

__all__ = ["square_noise"]

LEANING, ENOUGH = 10, 50  # rows of a bin, of that bin of all classes

ByBin = Float64[Tensor, "class bin"]


def square_noise(
    rows: Predictions,
    bins: Bins,
    held: Bool[ndarray, " all"],
    given: Float64[ndarray, "gap draw"],
) -> SquareNoise:
    r"""Noise of the squares of gaps, from draws of unit variance with the right correlation.

    Parameters
    ----------
    rows : Predictions
        Rows that all count.
    bins : Bins
        Their bins of every class.
    held : Bool[ndarray, "all"]
        Which of the bins hold rows, of all classes one after the other.
    given : Float64[ndarray, "gap draw"]
        Draws of the gaps of those bins.

    Notes
    -----
    Were gaps without noise, a row would move the mean of :math:`P_{kb} \delta_{kb}^2` by what the
    mean over classes of the :math:`\delta_{kb}^2` of its own bins has beyond that of all rows. The
    variance of the shares is that of these numbers, so that classes hang together as they do in
    the rows. With less than a row a class most bins that hold rows hold one, and those tell neither
    their gaps nor their noise: the deviation is infinite. Two classes are one event told twice,
    whose few bins are read as those of one. What its shares and its noise have together, where
    weights hang together with outcomes, is added to the variance of the shares or, below 0, taken
    off the noise.
    """
    n_classes, n_bins = bins.share.shape
    total = float(bins.total.flatten()[0])
    share = bins.share.reshape(-1).numpy() / n_classes
    square = np.where(held, bins.mean_gap.square().reshape(-1).numpy(), 0.0)
    seen, shares, along = float(share @ square), 0.0, 1.0
    n_effective = total**2 / float(bins["ww"][0].sum())
    if n_effective < n_classes - 1e-9:
        shares = math.inf
    elif seen > 0:
        beyond = (square / seen - 1) / n_classes  # of all bins of a row: what it has beyond 1
        gap = np.where(held, bins.mean_gap.reshape(-1).numpy(), 0.0)
        own, both, noise = sums_of_squares(rows, n_bins, beyond, gap)
        if n_classes == 2:
            own += 4 * both / (n_classes * seen)
            noise *= 4 / (n_classes * seen) ** 2
            along = max(0.0, 1 + own / noise) if own < 0 < noise else 1.0
        shares = math.sqrt(max(own, 0.0)) / total
    found = _Within.of(bins)
    deviation = share[held] * np.sqrt(along * found.cautious(bins).reshape(-1).numpy()[held])
    draws = deviation[:, None] * given
    return SquareNoise(draws, shares, *(found.taken(bins) if n_classes > 2 else ()))


@final
@dataclass(frozen=True, slots=True, eq=False)
class _Within:
    """How the rows of a bin scatter about their mean.

    `own` is `free` times the variance of a row, without bias; `known` counts what is free in that
    bin of all classes, and `shown` is the variance there, 0 where nothing is known.
    """

    rows: ByBin
    free: ByBin
    own: ByBin
    known: Float64[Tensor, " bin"]
    shown: Float64[Tensor, " bin"]

    @classmethod
    def of(cls, bins: Bins) -> "_Within":
        rows, gap = bins.rows, bins.mean_gap
        share = torch.where(rows > 0, bins.share, 1)
        about = bins.seen_noise / share.square() - 2 * gap * bins.lean / share.square()
        alone = about + gap.square() / torch.where(rows > 0, rows, 1)
        free = torch.where(rows > 1 + 1e-12, rows - 1, 0)
        own = torch.where(free > 0, rows.square() * alone, 0).clamp(min=0)
        known = free.sum(dim=0)
        shown = own.sum(dim=0) / torch.where(known > 0, known, 1)
        return cls(rows, free, own, known, shown)

    def cautious(self, bins: Bins) -> ByBin:
        """Variance of every gap of means, rather too large than too small.

        A row alone in its bin tells none, and few tell little: it leans on what the same bin of
        other classes shows, as `LEANING` rows would, and is at least what was stated, unless that
        bin of all classes tells better.
        """
        held, hard = self.rows > 0, hard_labels(bins)
        weight = torch.where(held, bins["w"], 1)
        stated = bins.stated_noise * (bins.total / weight).square()
        common = (self.rows * stated * held).sum(dim=0) / held.sum(dim=0).clamp(min=1)
        shown = torch.where(self.known > 0, self.shown, common)
        few = hard * (self.known < ENOUGH)
        found = self._leaning(torch.where(few, shown.maximum(common), shown))
        return torch.where(hard * (self.free > LEANING), found.maximum(stated), found)

    def taken(self, bins: Bins) -> tuple[float, float]:
        """Sum of shares times variances without bias, a part of the mean, and its standard error.

        Nothing is taken off for bins of which no class has two rows. A variance v that m numbers
        within a range of 1 show has itself at most the variance v (1 - 2 v) / m.
        """
        each = (bins.share * self._leaning(self.shown)).sum(dim=0) / len(self.rows)
        known = torch.where(self.known > 0, self.known * self.shown, 1)
        doubt = torch.where(self.shown > 0, (1 - 2 * self.shown).clamp(min=0) / known, 0)
        return float(each.sum()), float((each.square() * doubt).sum().sqrt())

    def _leaning(self, common: Float64[Tensor, " bin"]) -> ByBin:
        rows = torch.where(self.rows > 0, self.rows, 1)
        return (self.own + LEANING * common) / (self.free + LEANING) / rows
