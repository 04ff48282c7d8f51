"""Noise of the gaps of all classes together, drawn with the covariance that rows have."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np
from jaxtyping import Bool, Float64, Int64
from numpy import ndarray
from torch import Tensor

from calibrant.metrics.binned.bins import Bins, equal_width
from calibrant.metrics.binned.class_covariance import class_covariances, class_products
from calibrant.metrics.binned.class_squares import square_noise
from calibrant.metrics.binned.evidence import lacking_noise
from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.inference.block_noise import SquareNoise
from calibrant.metrics.inference.consistency import calibrated_gaps
from calibrant.metrics.inference.noise import MOST_SOBOL, normals
from calibrant.prediction.base import Predictions
from calibrant.statistics.tally import Tally

__all__ = ["ClassNoise"]

MOST_CLASSES = 16  # of whose pairs the covariance is made
MOST_GAPS = 1200  # and of as many gaps
MOST_NUMBERS = 1 << 20  # gaps times draws
FEWEST_DRAWS, MOST_DRAWS = 256, 2048
RIDGES = (1e-10, 1e-8, 1e-6)  # of every variance; see `_root`
STEPS, LEAST = 5, 0.25
NIL = 1e-4  # deviation beside that of the gap, below which nothing is left but the ridge

Gaps = Float64[ndarray, " gap"]
Draws = Float64[ndarray, "gap draw"]


@final
@dataclass(frozen=True, slots=True, eq=False)
class ClassNoise:
    r"""Gaps of the bins of all classes that hold rows, each a part of the mean, and their noise.

    Attributes
    ----------
    gap, share : Float64[ndarray, "gap"]
        Signed gaps times shares, and shares, divided by the number of classes.
    draws : Float64[ndarray, "gap draw"]
        Their noise.
    deviation : Float64[ndarray, "gap"]
        Its standard deviations.
    error : float
        That of the sum with the signs of the gaps.
    within : SquareNoise
        The noise given how many rows every bin holds, and what squares of it add up to.
    calibrated : Float64[ndarray, "gap draw"], optional
        Draws of the gaps, were every probability true; None of soft labels, which foretell none.

    Notes
    -----
    With :math:`u_i` the stated less observed of a row by bin of every class and :math:`\omega_i`
    its share of weight, the covariance is that of the :math:`\omega_i (u_i - d)`. What its
    variances lack of those that were
    stated, as in a bin without a positive, is added with the correlation of outcomes that come
    out as stated, :math:`\sum_i w_i^2 (\mathrm{diag}\, p_i - p_i p_i')`. No result depends on the
    order in which the rows came.

    Of up to 16 classes normals are drawn with that covariance. Of more, whose gaps hardly depend on
    each other two by two, they are drawn with its variances, its covariances with the signed sum
    and with the slope of the sum of squares, and independent given these two.
    """

    gap: Gaps
    share: Gaps
    draws: Draws
    deviation: Gaps
    error: float
    within: SquareNoise
    calibrated: Draws | None

    @classmethod
    def of(cls, rows: Predictions, tally: Tally, n_bins: int) -> "ClassNoise":
        """Those of rows that all count, whose class grids tile the bins."""
        margins = _Margins.of(tally, n_bins)
        gap = margins.gap
        variance = np.maximum(margins.square - gap * (2 * margins.lean - gap / margins.rows), 0)
        if rows.n_classes <= MOST_CLASSES and len(gap) <= MOST_GAPS:
            square, stated = _matrices(rows, margins)
            covariance = square - margins.of_weight(np.eye(len(gap)))
            error = float(margins.sign @ covariance @ margins.sign)
            whole, given, normal = (_joint(x, margins) for x in (covariance, square, stated))
        else:
            along = np.stack((margins.sign, gap / margins.share), axis=1)
            square = _images(rows, margins, along)
            covariance = square - margins.of_weight(along)
            error = float(margins.sign @ covariance[:, 0])
            first, normal = _independent(margins)
            whole = _along(variance, along, covariance, first, normal)
            given = _along(margins.square, along, square, first, normal)
        deviation = np.sqrt(variance)
        return cls(
            gap,
            margins.share,
            deviation[:, None] * whole,
            deviation,
            math.sqrt(max(0.0, error)),
            square_noise(rows, margins.bins, margins.held, given),
            margins.calibrated(normal) if margins.hard else None,
        )


@final
@dataclass(frozen=True, slots=True, eq=False)
class _Margins:
    """What sums by bin and class tell of the gaps, of bins that hold rows.

    `square` is the mean square of their noise, about 0; `lean` its covariance with the weight of
    all rows, over that; `filled` what stated noise is multiplied by to have what outcomes lack of
    it; `rows` the effective ones behind all gaps.
    """

    bins: Bins
    held: Bool[ndarray, " all"]
    gap: Gaps
    share: Gaps
    square: Gaps
    lean: Gaps
    filled: Gaps
    scale: float
    rows: float
    hard: bool

    @classmethod
    def of(cls, tally: Tally, n_bins: int) -> "_Margins":
        bins, n_classes = equal_width(tally, n_bins), len(tally["w"])
        held = _flat(bins.share) > 0
        gap, share = (_flat(each)[held] / n_classes for each in (bins.gap, bins.share))
        noises = (bins.seen_noise, lacking_noise(bins), bins.lean, bins.row_noise)
        seen, lacking, lean, drawn = (_flat(each)[held] / n_classes**2 for each in noises)
        hard = hard_labels(tally)
        lacking = np.where(hard & (drawn > 0), lacking, 0)
        filled = np.sqrt(lacking / np.where(drawn > 0, drawn, 1))
        total, twice = float(tally["w"][0].sum()), float(tally["ww"][0].sum())
        scale, rows = 1 / (total * n_classes), total**2 / twice
        return cls(
            bins, held, gap, share, seen + lacking, lean * n_classes, filled, scale, rows, hard
        )

    def of_weight(self, along: Float64[ndarray, "gap vector"]) -> Float64[ndarray, "gap vector"]:
        """What the weight of all rows takes off the second moments of the gaps, times vectors."""
        common = self.lean - self.gap / self.rows
        return np.outer(self.lean, self.gap @ along) + np.outer(self.gap, common @ along)

    @property
    def n_bins(self) -> int:
        return self.bins.share.shape[-1]

    @property
    def sign(self) -> Gaps:
        return np.where(self.gap < 0, -1.0, 1.0)

    @property
    def order(self) -> Int64[ndarray, " gap"]:
        """Order in which normals are given to the gaps: the same in whatever order classes are."""
        return np.lexsort((self.share, np.abs(self.gap), self.square))

    def placed(self, normal: Draws) -> Draws:
        """Normals in order, of the gaps with their signs, as those of the gaps as they stand."""
        return self.sign[:, None] * normal[self.order.argsort()]

    def calibrated(self, normal: Draws) -> Draws:
        """Draws of the gaps, were every probability true, that rise with some normals."""
        sums = (column[self.held] for column in self.bins.as_counts)
        return self.scale * calibrated_gaps(*sums, normal=normal)


def _flat(each: Float64[Tensor, "class bin"]) -> Float64[ndarray, " all"]:
    return each.reshape(-1).numpy()


def _matrices(
    rows: Predictions, margins: _Margins
) -> tuple[Float64[ndarray, "gap gap"], Float64[ndarray, "gap gap"]]:
    """Second moments of the noise of the gaps, and those were every probability true."""
    found, inside = class_covariances(rows, margins.n_bins), np.ix_(margins.held, margins.held)
    seen, stated = (margins.scale**2 * each[inside] for each in (found.seen, found.stated))
    return seen + np.outer(margins.filled, margins.filled) * stated, stated


def _images(
    rows: Predictions, margins: _Margins, along: Float64[ndarray, "gap vector"]
) -> Float64[ndarray, "gap vector"]:
    """The former times some vectors."""
    held, filled = margins.held, margins.filled[:, None]
    columns = np.zeros((2, len(held), along.shape[1]))
    columns[:, held] = along, filled * along
    found = class_products(rows, margins.n_bins, *columns)
    seen, stated = (margins.scale**2 * each[held] for each in (found.seen, found.stated))
    return seen + filled * stated


def _joint(covariance: Float64[ndarray, "gap gap"], margins: _Margins) -> Draws:
    """Draws of standard normals with the correlations of a covariance, from a fixed table."""
    deviation = np.sqrt(np.maximum(covariance.diagonal(), 0))
    unit = margins.sign / np.where(deviation > 0, deviation, 1)
    order = margins.order
    correlation = (covariance * np.outer(unit, unit))[np.ix_(order, order)]
    root = _root(correlation)
    kept = root[:, root.diagonal() > NIL]
    table = normals(kept.shape[1] if kept.shape[1] <= MOST_SOBOL else len(margins.held))
    return margins.placed(kept @ table[: kept.shape[1]])


def _root(correlation: Float64[ndarray, "gap gap"]) -> Float64[ndarray, "gap gap"]:
    """Lower triangle whose product with its mirror image is a matrix of correlations, or nearly.

    Gaps of all classes add up to none, so that one eigenvalue is 0, or below it where probabilities
    are rounded and their rows do not sum to 1. The least ridge that lifts it is added, and all is
    divided by what that makes of the variances, so that they stay.
    """
    lifted, diagonal = correlation.copy(), np.diag_indices_from(correlation)
    for ridge in RIDGES:
        lifted[diagonal] = 1 + ridge
        try:
            return np.linalg.cholesky(lifted) / math.sqrt(1 + ridge)
        except np.linalg.LinAlgError:
            continue
    lifted[diagonal] = 1.0
    ridge = RIDGES[-1] - float(np.linalg.eigvalsh(lifted)[0])
    lifted[diagonal] += ridge
    return np.linalg.cholesky(lifted) / math.sqrt(1 + ridge)


def _independent(margins: _Margins) -> tuple[Float64[ndarray, "two draw"], Draws]:
    """Two normals, and one of every gap, from a fixed table."""
    n_gaps = len(margins.held)
    n_draws = max(FEWEST_DRAWS, min(MOST_DRAWS, MOST_NUMBERS // n_gaps))
    table = _table(n_gaps + 2, n_draws)
    return table[:2], margins.placed(table[2 : 2 + len(margins.gap)])


def _along(
    variance: Gaps,
    along: Float64[ndarray, "gap vector"],
    image: Float64[ndarray, "gap vector"],
    first: Float64[ndarray, "vector draw"],
    others: Draws,
) -> Draws:
    """Draws with a covariance, over deviations: exact along vectors, else independent."""
    inverse = _inverse(along.T @ image)
    rest = np.maximum(variance - np.einsum("gi,ij,gj->g", image, inverse, image), 0)
    loose, held_in = rest, _inverse(along.T @ (rest[:, None] * along))
    for _ in range(STEPS):  # that variances are what they should be once the two sums are taken out
        bound = loose * np.einsum("gi,ij,gj->g", along, held_in, along)
        loose = rest / np.maximum(1 - bound, LEAST)
        held_in = _inverse(along.T @ (loose[:, None] * along))
    draws = np.sqrt(loose)[:, None] * others
    draws -= loose[:, None] * along @ (held_in @ (along.T @ draws))
    values, vectors = np.linalg.eigh(inverse)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return (draws + image @ (root @ first)) / np.sqrt(np.where(variance > 0, variance, 1))[:, None]


def _inverse(inner: Float64[ndarray, "vector vector"]) -> Float64[ndarray, "vector vector"]:
    return np.linalg.pinv((inner + inner.T) / 2, rcond=1e-9, hermitian=True)


@lru_cache(maxsize=4)
def _table(n_gaps: int, n_draws: int) -> Draws:
    """Fixed table of normals."""
    return np.random.Generator(np.random.PCG64(0)).standard_normal((n_gaps, n_draws))
