"""Noise of the gaps between scores and a smooth curve of the outcomes, and what it tells.

The curve is linear in the outcomes, so that its noise is that of outcomes, smoothed alike. All is
read from sums of cells: the cost does not depend on the number of rows.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from jaxtyping import Float64

from calibrant.metrics.binless.loess import Curve, parts_of
from calibrant.metrics.inference.consistency import calibrated_gaps
from calibrant.metrics.inference.firm import CLEAR, absolute_sum_interval
from calibrant.metrics.inference.noise import DrawnNoise, normals
from calibrant.metrics.inference.redrawn import N_DRAWS, UnderCalibration
from calibrant.metrics.inference.room import Foretold, room_above

__all__ = ["SUMS", "GapNoise", "calibrated_curves", "drawn", "filled"]

SUMS = ("w", "wp", "wy", "ww", "wwp", "wwpp", "wwy", "wwyy")
PARTS = 24  # of the scores at most, by mass and again by place, each with one gap
DRAWN = 32  # groups whose outcomes are drawn, likewise
SMALL = 1e-3  # beside the largest direction of the curve's noise, below which one is left out
RIDGE = 1e-6  # of a variance: parts that move as one leave no root but rounding
EVEN = 1e-12  # of a weight, where no outcome is in doubt

Cells = Float64[np.ndarray, " cell"]
Parts = Float64[np.ndarray, " part"]
Square = Float64[np.ndarray, "part part"]


class GapNoise:
    r"""Gaps of some dozens of parts of the scores, times their shares, and their noise.

    Parameters
    ----------
    curve : Curve
        Of the outcomes of some cells.
    sums : mapping of str to Float64[ndarray, "cell"]
        Power sums of these cells, those of `SUMS`.

    Notes
    -----
    The gap of a part is :math:`d_k = \sum_{i \in k} w_i (p_i - m(p_i)) / W`. With
    :math:`m = S y` its noise has two sources. Outcomes scatter about the curve, and the smoother
    spreads it: :math:`\sum_j w_j^2 B_{kj} B_{lj} (y_j - m(p_j))^2`, where :math:`w_j B_{kj}` is
    what outcome j adds to the curve over part k. Where that is less than the same sum with
    :math:`p_j (1 - p_j)`, as it is before a rare outcome has come, what it lacks is added with the
    latter's correlations. And which scores came is chance: a part's share scatters, which a gap
    follows as that of a bin does.
    """

    def __init__(self, curve: Curve, sums: Mapping[str, Cells]) -> None:
        self._curve, self._sums = curve, sums
        weight = sums["w"]
        score = sums["wp"] / weight
        self._total = float(weight.sum())
        self._part = parts_of(weight, score, PARTS)
        self._smooth = curve.uncut(score)
        self._off = score - self._smooth
        self._adds = curve.sums(score, weight, self._part) / self._total
        self.gap: Parts = self._by_part(weight * self._off) / self._total
        cut = np.abs(score - np.clip(self._smooth, 0, 1))
        whole = float((weight * np.abs(self._off)).sum()) / self._total
        self._crossing = max(0.0, whole - float(np.abs(self.gap).sum()))
        self._beyond = max(0.0, whole - float((weight * cut).sum()) / self._total)

    def interval(self, level: float, *, hard: bool) -> tuple[float, float]:
        """Interval of the mean gap, at least 0 and at most 1.

        Parameters
        ----------
        level : float
            Coverage, in (0, 1).
        hard : bool
            Whether labels are hard, so that what is stated foretells how outcomes scatter.
        """
        return self.interval_of(self.covariance(hard=hard), level, hard=hard)

    def interval_of(
        self, covariance: Square, level: float, *, hard: bool, times: float = 1.0
    ) -> tuple[float, float]:
        """The same from the covariance of the gaps, with noise that is some `times` larger.

        Notes
        -----
        It is that of the sum of the sizes of the parts' gaps. How far that sum scatters depends on
        their signs, as neighbours hang together, and small gaps do not tell theirs: ends are the
        outermost of those for the signs that were seen, and for one sign, either, of all gaps that
        are not clear. The upper end has what a part hides in which the curve crosses the scores;
        the lower one lacks what the curve has beyond [0, 1], which the value does not count. Of
        `hard` labels the upper one has room for outcomes that were not foreseen.
        """
        deviation = times * np.sqrt(np.maximum(covariance.diagonal(), 0))
        noise, size = DrawnNoise(times * drawn(covariance), deviation), np.abs(self.gap)
        clear = size > CLEAR * deviation
        signed = [np.where(clear, self.gap, sign * size) for sign in (1, -1)]
        tried = [self.gap] if clear.all() else [self.gap, *signed]
        ends = [absolute_sum_interval(gap, noise, level) for gap in tried]
        low, high = min(low for low, _ in ends), max(high for _, high in ends)
        if hard:
            jump = self._foretold().jump(self.gap, deviation)
            high += room_above(noise.error(np.sign(self.gap)), jump, level)
        return max(0.0, low - self._beyond), min(1.0, high + self._crossing)

    def under_calibration(self) -> UnderCalibration:
        """What the mean gap would be if every probability were true, the curve cut to [0, 1].

        Outcomes are drawn anew group by group, and smoothed as those that came.
        """
        weight, stated = self._grouped("w"), self._grouped("wp")
        doubt = self._doubt()
        label = parts_of(weight, stated / weight, DRAWN)
        columns = (weight, self._grouped("ww"), stated, doubt)
        lean = doubt + EVEN * weight * weight.max()
        adds = np.stack([np.bincount(label, each) for each in self._adds * lean])
        adds /= np.bincount(label, lean)
        noise = _product(adds, calibrated_gaps(*(np.bincount(label, each) for each in columns)))
        centre = np.einsum("pg,g->p", self._adds, stated)
        share, mean = (self._by_part(self._sums[name]) / self._total for name in ("w", "wp"))
        shown = _distance(mean, centre[:, None] - noise, share)
        curve = self._by_part(self._sums["w"] * self._smooth) / self._total
        seen = float(_distance(mean, curve[:, None], share)[0])
        return UnderCalibration.of(shown, seen)

    def covariance(self, *, hard: bool) -> Square:
        """Covariance of the gaps of independent rows."""
        seen = self._spread(self._grouped_scatter())
        if hard:
            seen = filled(seen, self.under())
        return seen + self._of_shares()

    def moved_by(self, sums: Mapping[str, Cells]) -> tuple[Parts, Parts]:
        """What some of the rows, by the same cells, add to the noise of the gaps.

        As they came, scores and all; and of outcomes less what was stated of them.
        """
        off = np.bincount(self._curve.group, self._smooth * sums["w"] - sums["wy"])
        came = self._by_part(sums["w"] * self._off) - float(sums["w"].sum()) * self.gap
        untrue = np.bincount(self._curve.group, sums["wp"] - sums["wy"])
        scattered, stated = (np.einsum("pg,g->p", self._adds, each) for each in (off, untrue))
        return scattered + came / self._total, stated

    def under(self) -> Square:
        """Covariance of the gaps of independent rows whose every probability is true."""
        return self._spread(self._doubt())

    def _foretold(self) -> Foretold:
        """What the rows of every part state."""
        names = ("w", "wp", "ww")
        weight, stated, twice = (self._by_part(self._sums[name]) for name in names)
        spread = self._by_part(self._sums["wwp"] - self._sums["wwpp"])
        whole = float(twice.sum())
        rows, n_effective = weight**2 / twice, self._total**2 / whole
        return Foretold(weight / self._total, stated / weight, spread / whole, rows, n_effective)

    def _of_shares(self) -> Square:
        """Covariance of the gaps from the shares of their parts, given the curve."""
        twice, off = self._sums["ww"], self._off
        along = np.outer(self._by_part(twice * off), self.gap)
        own = np.diag(self._by_part(twice * off * off))
        both = float(twice.sum()) * np.outer(self.gap, self.gap)
        return (own - along - along.T + both) / self._total**2

    def _spread(self, variance: Float64[np.ndarray, " group"]) -> Square:
        """Covariance of the gaps, where summed outcomes of groups have a variance."""
        return np.einsum("pg,qg->pq", self._adds * variance, self._adds)

    def _grouped_scatter(self) -> Float64[np.ndarray, " group"]:
        """Squares of outcomes about the curve."""
        sums, smooth = self._sums, self._smooth
        square = sums["wwyy"] - 2 * smooth * sums["wwy"] + smooth * smooth * sums["ww"]
        return np.bincount(self._curve.group, np.maximum(square, 0))

    def _doubt(self) -> Float64[np.ndarray, " group"]:
        """Variance of the outcomes, were every probability true."""
        variance = np.maximum(self._sums["wwp"] - self._sums["wwpp"], 0)
        return np.bincount(self._curve.group, variance)

    def _grouped(self, column: str) -> Float64[np.ndarray, " group"]:
        return np.bincount(self._curve.group, self._sums[column])

    def _by_part(self, each: Cells) -> Parts:
        return np.bincount(self._part, each)


def calibrated_curves(curve: Curve, sums: Mapping[str, Cells]) -> Iterator[Curve]:
    """Curves of the same scores, of two hundred sets of outcomes that come as stated."""
    names = ("w", "ww", "wp", "wwp", "wwpp")
    w, ww, wp, wwp, wwpp = (np.bincount(curve.group, sums[name]) for name in names)
    gaps = calibrated_gaps(w, ww, wp, np.maximum(wwp - wwpp, 0))[:, :N_DRAWS]
    return curve.of_outcomes(np.clip(wp[:, None] - gaps, 0, w[:, None]))


def filled(covariance: Square, least: Square) -> Square:
    """A covariance, raised to the variances of another, with correlations of the latter."""
    there = least.diagonal()
    lacking = np.maximum(there - covariance.diagonal(), 0)
    root = np.sqrt(lacking / np.where(lacking > 0, there, 1))
    return covariance + np.outer(root, root) * least


def drawn(covariance: Square) -> Float64[np.ndarray, "part draw"]:
    """Normal draws of such a covariance, from a fixed table."""
    deviation = np.sqrt(np.maximum(covariance.diagonal(), 0))
    unit = 1 / np.where(deviation > 0, deviation, 1)
    correlation = covariance * np.outer(unit, unit)
    correlation[np.diag_indices_from(correlation)] = 1 + RIDGE
    return deviation[:, None] * (np.linalg.cholesky(correlation) @ normals(len(deviation)))


def _product(
    adds: Float64[np.ndarray, "part group"], draws: Float64[np.ndarray, "group draw"]
) -> Float64[np.ndarray, "part draw"]:
    """Product of the two by the few directions that a stiff curve has."""
    left, size, right = np.linalg.svd(adds, full_matrices=False)
    kept = size > SMALL * size[0]
    few = np.einsum("rg,gd->rd", right[kept], draws)
    return np.einsum("pr,rd->pd", left[:, kept] * size[kept], few)


def _distance(
    mean: Parts, curve: Float64[np.ndarray, "part draw"], share: Parts
) -> Float64[np.ndarray, " draw"]:
    """Sum of the sizes of gaps, of curves that are cut to [0, 1]."""
    return np.abs(mean[:, None] - np.clip(curve, 0, share[:, None])).sum(axis=0)
