"""Whether the true gaps of two models may have the same size, and by how much they may differ."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Float64
from numpy import ndarray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from calibrant.comparison.difference import Difference
from calibrant.comparison.gap_side import Side
from calibrant.comparison.pair import Pair
from calibrant.comparison.same_gaps import SameGaps
from calibrant.metrics.inference.noise import normals

__all__ = ["GapTest", "Scale", "difference_of_sizes"]

Scale = Literal["size", "root"]
Shape = Literal["few", "all"]

ENOUGH = 32  # draws beyond what was seen, from which their share is taken as it is
MOST, SURE = 0.9, 0.995  # of a tail, at which an end is sought
REACH = 9.0  # deviations within which the ends are sought

Draws = Float64[ndarray, " draw"]


@dataclass(frozen=True, eq=False)
class GapTest:
    r"""Two models' gaps with their joint noise, drawn at true gaps of any sizes.

    Attributes
    ----------
    first, second : Side
        Gaps of the two models.
    covariance : Float64[ndarray, "both both"]
        Of the gaps of the first and then of the second, from the rows.
    scale : "size" or "root"
        Whether differences are of sizes, or of their square roots.
    same : SameGaps, optional
        What noise would show if both had the same gaps.

    Notes
    -----
    Neither size is estimated without bias, so the seen difference D is set against what noise
    would make of true gaps. Of all true sizes a and b with :math:`a - b = \delta` the pair nearest
    to the estimates is taken, in the metric of their variances: as good as independent of D. Then
    D* is drawn as the size of gaps of size a and noise less that of gaps of size b and noise. The
    p value is twice the smaller tail of D in D* at :math:`\delta = 0`; the interval holds the
    differences that this test does not reject. The gaps keep the proportions that were seen, once
    these are shrunk towards a smooth curve, since noise alone would roughen them.

    Of absolute gaps noise adds most where few bins err, and least where all err alike, and no
    gaps tell for sure which it is. So a difference is rejected only if it also is with the gaps
    of the model that looks worse in few bins, and those of the other in all (`Side.shape`).

    Where nothing but their sizes tells the gaps of the two models apart, both may have the same
    ones, of which no proportions have to be known (`SameGaps`). The tails at no difference are
    then those of this test, and those of gaps that follow the curve, at other differences, are
    multiplied alike.
    """

    first: Side
    second: Side
    covariance: Float64[ndarray, "both both"]
    scale: Scale = "size"
    same: SameGaps | None = None

    @property
    def seen(self) -> float:
        """Difference of the seen sizes."""
        return self.first.seen - self.second.seen

    def turned(self) -> "GapTest":
        """The same with the two models in each other's place."""
        n_first = len(self.first.gap)
        order = np.r_[n_first : len(self.covariance), :n_first]
        covariance = self.covariance[np.ix_(order, order)]
        same = None if self.same is None else replace(self.same, drawn=-self.same.drawn)
        return GapTest(self.second, self.first, covariance, self.scale, same)

    def p_value(self) -> float:
        """Chance of a difference as great, were the true sizes the same."""
        above, below = self._tails
        return min(1.0, 2 * min(above, below))

    def interval(self, level: float) -> tuple[float, float]:
        """Differences of true sizes that are not rejected."""
        tail = (1 - level) / 2
        above, below = (
            min(tail * usual / max(own, 1e-300), max(MOST, (1 + usual) / 2), SURE)
            for usual, own in zip(self._usual_tails, self._tails, strict=True)
        )
        low = min(test.low_end(above) for test in (self, *self._doubtful("few", "all")))
        high = max(test.high_end(below) for test in (self, *self._doubtful("all", "few")))
        return low, high

    @cached_property
    def _usual_tails(self) -> tuple[float, float]:
        """Chance of more, and of less, than was seen, were the sizes the same."""
        above = max(test.above(0.0) for test in (self, *self._doubtful("few", "all")))
        below = max(test.below(0.0) for test in (self, *self._doubtful("all", "few")))
        return above, below

    @cached_property
    def _tails(self) -> tuple[float, float]:
        """The same, were the gaps the same where they may be."""
        if self.same is None or not self._alike:
            return self._usual_tails
        return _tail(self.same.drawn, self.seen), _tail(-self.same.drawn, -self.seen)

    def low_end(self, tail: float) -> float:
        """Least difference that the upper tail does not reject."""
        (a, b), reach = self._estimates, self._reach
        return _crossing(lambda d: self.above(d) - tail, a - b, -reach)

    def high_end(self, tail: float) -> float:
        """Greatest difference that the lower tail does not reject."""
        (a, b), reach = self._estimates, self._reach
        return _crossing(lambda d: self.below(d) - tail, a - b, reach)

    @property
    def _alike(self) -> bool:
        """Whether both models may have the same gaps."""
        return self.same is not None and self.same.tenable

    @property
    def _reach(self) -> float:
        return REACH * (float(np.sqrt(sum(self._variances))) + 1e-300)

    def _doubtful(self, first: Shape, second: Shape) -> list["GapTest"]:
        """The same with true gaps of other proportions, where noise adds to them differently."""
        if self.first.norm != "l1" or self._alike:
            return []
        sides = replace(self.first, shape=first), replace(self.second, shape=second)
        return [replace(self, first=sides[0], second=sides[1])]

    def above(self, difference: float) -> float:
        """Chance of more than was seen, at a true difference."""
        return _tail(self._drawn(difference), self.seen)

    def below(self, difference: float) -> float:
        """Chance of less than was seen, at a true difference."""
        return _tail(-self._drawn(difference), -self.seen)

    def _drawn(self, difference: float) -> Draws:
        """Seen differences at true sizes of this difference."""
        a, b = self._nearest(difference)
        noise_first, noise_second = self._noise
        first = self.first.size(self.first.true_gaps(a) + noise_first)
        return first - self.second.size(self.second.true_gaps(b) + noise_second)

    def _nearest(self, difference: float) -> tuple[float, float]:
        """Sizes of this difference, as near to the estimates as they can be."""
        (a, b), (va, vb) = self._estimates, self._variances_at(difference)
        off = a - b - difference
        a, b = a - off * va / (va + vb), b + off * vb / (va + vb)
        if min(a, b) < 0:
            a, b = max(difference, 0.0), max(-difference, 0.0)
        return (a * a, b * b) if self.scale == "root" else (a, b)

    @cached_property
    def _estimates(self) -> tuple[float, float]:
        """Of both sizes, or of their roots."""
        sizes = self.first.estimate, self.second.estimate
        if self.scale == "root":
            return float(np.sqrt(max(sizes[0], 0.0))), float(np.sqrt(max(sizes[1], 0.0)))
        return sizes

    def _variances_at(self, difference: float) -> tuple[float, float]:
        """Of both seen sizes, where they are so far apart.

        That of a sum of squares grows with it: at the estimates the smaller would seem the surer,
        and where it is small by chance what both have in common would be told too low.
        """
        if self.first.norm != "l2" or self.scale == "root":
            return self._variances
        middle = sum(self._estimates) / 2
        return self._variances_of(middle + difference / 2, middle - difference / 2)

    @cached_property
    def _variances(self) -> tuple[float, float]:
        """Of both seen sizes, or of their roots, at the estimates."""
        return self._variances_of(self.first.estimate, self.second.estimate)

    def _variances_of(self, first: float, second: float) -> tuple[float, float]:
        """Of both seen sizes, or of their roots, at true sizes."""
        found: list[float] = []
        pairs = zip((self.first, self.second), (first, second), self._noise, strict=True)
        for side, size, noise in pairs:
            sizes = side.size(side.true_gaps(size) + noise)
            sizes = np.sqrt(np.maximum(sizes, 0.0)) if self.scale == "root" else sizes
            found.append(max(float(sizes.var()), 1e-300))
        return found[0], found[1]

    @cached_property
    def _noise(self) -> tuple[Float64[ndarray, "draw first"], Float64[ndarray, "draw second"]]:
        """Joint draws of the noise of all gaps."""
        slack = 1e-12 * float(np.trace(self.covariance)) * np.eye(len(self.covariance))
        drawn = normals(len(self.covariance)).T @ np.linalg.cholesky(self.covariance + slack).T
        n_first = len(self.first.gap)
        return drawn[:, :n_first], drawn[:, n_first:]


def difference_of_sizes(
    value: float, test: GapTest, pair: Pair, level: float, method: str
) -> Difference:
    """Difference with the interval and the p value of a test of its gaps.

    The greater size stands first while noise is drawn, so that two models that change places have
    the same interval, mirrored.
    """
    turned = test.seen < 0
    test = test.turned() if turned else test
    low, high = test.interval(level)
    return Difference(
        value=value,
        low=-high if turned else low,
        high=-low if turned else high,
        level=level,
        n=pair.n,
        n_effective=pair.n_effective,
        p_value=test.p_value(),
        method=method,
    )


def _tail(drawn: Draws, seen: float) -> float:
    """Chance of a draw above what was seen; far out that of a normal number."""
    beyond = float((drawn > seen).sum() + 0.5 * (drawn == seen).sum())
    if beyond >= ENOUGH:
        return beyond / len(drawn)
    share = ENOUGH / len(drawn)
    edge, centre = float(np.quantile(drawn, 1 - share)), float(np.median(drawn))
    if edge <= centre:
        return beyond / len(drawn)
    spread = (edge - centre) / -float(ndtri(share))
    return min(share, float(ndtr((centre - seen) / spread)))


def _crossing(excess: Callable[[float], float], start: float, step: float) -> float:
    """Where `excess` falls below 0 on the way from `start` by `step` or beyond."""
    end = start + step
    if excess(start) <= 0:
        start -= step
    while excess(end) > 0 and abs(end - start) < 64 * abs(step):
        end += step
    return float(brentq(excess, start, end, xtol=1e-6 * abs(step)))  # pyright: ignore[reportArgumentType]
