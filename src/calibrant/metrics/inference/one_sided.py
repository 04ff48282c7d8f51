"""A sum of the gaps of one sign, freed of what noise adds to it: its interval."""

from typing import final

import numpy as np
from jaxtyping import Float64
from numpy import ndarray
from scipy.special import ndtr, ndtri

from calibrant.metrics.inference.crossing import crossing
from calibrant.metrics.inference.independent_noise import drawn_gaps, total_error
from calibrant.metrics.inference.noise import MOST_DRAWN, normals, quantile
from calibrant.metrics.inference.steady import steady_order

__all__ = ["positive_sum_interval"]

TINY = 1e-9
DOUBTFUL = 2.0  # standard deviations below 0 up to which a true gap may be above it


def positive_sum_interval(
    gap: Float64[ndarray, " bin"],
    deviation: Float64[ndarray, " bin"],
    n_effective: float,
    level: float,
    lean: Float64[ndarray, " bin"] | None = None,
) -> tuple[float, float]:
    r"""Interval of the sum of the true gaps that are above 0, behind noisy ones.

    Parameters
    ----------
    gap : Float64[ndarray, "bin"]
        Signed gap times share of weight of every bin, :math:`d_b`.
    deviation : Float64[ndarray, "bin"]
        Its standard deviation :math:`s_b`.
    n_effective : float
        Rows behind all of them.
    level : float
        Coverage, in (0, 1).
    lean : Float64[ndarray, "bin"], optional
        Covariance with the weight of all rows, as for `IndependentNoise`.

    Notes
    -----
    As `calibrant.metrics.inference.firm` does it for absolute gaps. Noise adds to the sum T of the
    positive parts, most where true gaps are 0. Below, true gaps are
    :math:`\mathrm{sign}(d_b) \sqrt{\max(d_b^2 - \lambda^2 s_b^2, 0)}`, whose T is as great once in
    :math:`2 / \alpha`. Above, they are :math:`t s_b` in all bins that are not clearly negative,
    and the end is no farther above T than the error of the sum over these bins.

    Examples
    --------
    >>> one = np.array([0.3])  # one gap that is no doubt above 0: 1.96 standard deviations
    >>> low, high = positive_sum_interval(one, np.array([0.05]), 1e9, 0.95)
    >>> round(low, 3), round(high, 3)
    (0.202, 0.398)
    """
    total, tail = float(np.maximum(gap, 0).sum()), (1 - level) / 2
    noisy = deviation > 0
    if not noisy.any():
        return total, total
    lean = gap / n_effective if lean is None else lean
    noise = _PositiveNoise(gap, deviation, lean, n_effective)

    def shown(true: Float64[ndarray, " bin"], share: float) -> float:
        return quantile(noise.sums(true), share)

    def shrunk(shrinkage: float) -> Float64[ndarray, " bin"]:
        kept = np.sqrt(np.maximum(gap**2 - (shrinkage * deviation) ** 2, 0))
        return np.where(noisy, np.sign(gap) * kept, gap)

    sure = np.where(noisy, 0, gap)
    low = float(np.maximum(sure, 0).sum())
    if shown(sure, 1 - tail) < total:
        most = float((np.abs(gap[noisy]) / deviation[noisy]).max())
        found = crossing(lambda x: shown(shrunk(x), 1 - tail) - total, 0.0, most)
        low = min(total, float(np.maximum(shrunk(found), 0).sum()))
    doubtful = noisy & (gap > -DOUBTFUL * deviation)
    if not doubtful.any():
        return low, total
    base, full = np.where(doubtful, 0.0, gap), np.where(doubtful, deviation, 0.0)
    over, leaning = (np.where(gap > 0, each, 0.0) for each in (gap, lean))
    cap = total + float(ndtri(1 - tail)) * total_error(over, full, leaning, n_effective)
    known = float(np.maximum(base, 0).sum())
    seen = max(total, shown(base, tail / 2 + 0.25))
    step = full / full.sum()
    past = seen + TINY * (full.sum() + seen)  # a sum stays at `known` as long as no gap is above 0
    high = known + crossing(lambda x: shown(base + x * step, tail) - past, 0.0, cap - known)
    if doubtful.sum() == 1:  # it alone is beyond the others, and its own end is known
        end = float((gap + ndtri(1 - tail) * deviation)[doubtful][0])
        high = min(high, known + max(0.0, end))
    return low, max(low, high)


@final
class _PositiveNoise:
    """Draws of the sum of positive parts; beyond 64 bins those of least noise are one normal."""

    def __init__(
        self,
        gap: Float64[ndarray, " bin"],
        deviation: Float64[ndarray, " bin"],
        lean: Float64[ndarray, " bin"],
        n_effective: float,
    ) -> None:
        order = steady_order(gap, deviation)[::-1]  # bins in another order draw the same noise
        order = order[deviation[order] > 0]
        self._head, self._rest = order[:MOST_DRAWN], order[MOST_DRAWN:]
        self._deviation = deviation
        table = normals(self._head.size + (self._rest.size > 0))
        head = self._head
        told = gap[head], deviation[head], lean[head]
        self._draws = drawn_gaps(*told, n_effective, table[: head.size])
        self._last = table[-1]

    def sums(self, true: Float64[ndarray, " bin"]) -> Float64[ndarray, " draw"]:
        """Draws of the sum for true gaps."""
        drawn = np.maximum(self._draws + true[self._head, None], 0).sum(axis=0)
        drawn = drawn + np.maximum(true[self._deviation <= 0], 0).sum()
        if not self._rest.size:
            return drawn
        centre, spread = true[self._rest], self._deviation[self._rest]
        ratio = centre / spread
        bell = spread * np.exp(-(ratio**2) / 2) / np.sqrt(2 * np.pi)
        mean = centre * ndtr(ratio) + bell
        square = (centre**2 + spread**2) * ndtr(ratio) + centre * bell
        variance = float((square - mean**2).clip(min=0).sum())
        return drawn + mean.sum() + np.sqrt(variance) * self._last
