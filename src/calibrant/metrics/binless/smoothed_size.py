"""What the size of smoothed normal noise adds up to: mean and deviation in closed form."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float64
from scipy.special import ndtr, ndtri

from calibrant.metrics.binless.smoothed_draws import smoothed, trapezoids, waves_of

__all__ = ["SmoothedSize"]

A_BANDWIDTH = 3  # places: the rule is then right to 1e-5
FAR = 5.0  # bandwidths: beyond, smoothed noise has correlations below exp(-6.25)
GONE = 9.0  # bandwidths from an end, beyond which less than exp(-36) of it is reflected
FAINT = 1e-12  # of the largest variance: rounding


@dataclass(frozen=True)
class SmoothedSize:
    r"""Integral of the absolute value of smoothed noise, independent from node to node.

    Parameters
    ----------
    variance : Float64[np.ndarray, "node"]
        Variance of the noise of the nodes 0, 1/N, ..., 1; four nodes or more a bandwidth.

    Notes
    -----
    Of two normal numbers of deviations s and t and correlation :math:`\rho` the sizes have the
    covariance :math:`\frac{2}{\pi} s t (\rho \arcsin \rho + \sqrt{1 - \rho^2} - 1)`. Smoothed
    with a Gaussian of width :math:`\sigma`, noise of variance v has the covariance
    :math:`N(t - u; 2 \sigma^2) \, V((t + u) / 2)`, with V that is v smoothed with
    :math:`\sigma / \sqrt 2`; reflection at the ends adds the same of -u and of 2 - u. The integral
    is taken as normal: it has hundreds of patches where bandwidths are as narrow as this is for.
    """

    variance: Float64[np.ndarray, " node"]

    @cached_property
    def _waves(self) -> Float64[np.ndarray, " wave"]:
        return waves_of(self.variance)

    def moments(self, sigma: float, least: float) -> tuple[float, float]:
        """Mean and standard deviation, by the trapezoidal rule at three places of the least."""
        n = max(16, math.ceil(A_BANDWIDTH / least))
        n_lags = min(n, math.ceil(FAR * sigma * n)) + 1
        between = smoothed(self._waves, sigma / math.sqrt(2), 2 * n)
        lag, both = np.arange(n_lags), 2 * np.arange(n + 1)[:, None] + np.arange(n_lags)
        cover = _bell(lag / n, sigma) * _beside(between, n_lags)[::2]
        near = min(n, math.ceil(GONE * sigma * n)) + 1  # places that a reflection may reach
        start, end = slice(near), slice(-near, None)
        cover[start] += _bell(both[start] / n, sigma) * between[lag]
        cover[end] += _bell(2 - both[end] / n, sigma) * between[2 * n - lag]
        variance = cover[:, 0]
        spread = np.sqrt(np.where(variance > FAINT * variance.max(), variance, 0))
        weighed = spread * trapezoids(n + 1)
        inverse = np.divide(1, spread, out=np.zeros_like(spread), where=spread > 0)
        rho = (cover * inverse[:, None] * _beside(inverse, n_lags)).clip(-1, 1)
        sizes = rho * np.arcsin(rho) + np.sqrt(1 - rho * rho) - 1
        sizes[:, 1:] *= 2  # either of two places may come first
        total = float(np.einsum("p,pl,pl->", weighed, _beside(weighed, n_lags), sizes))
        return math.sqrt(2 / math.pi) * float(weighed.sum()), math.sqrt(
            2 / math.pi * max(total, 0.0)
        )

    def quantile(self, sigma: float, share: float, least: float) -> float:
        """Quantile of the integral, by a rule that is the same from the least bandwidth on."""
        mean, deviation = self.moments(sigma, least)
        return mean + float(ndtri(share)) * deviation

    def chance_beyond(self, value: float, sigma: float) -> float:
        """Chance of an integral beyond a value."""
        mean, deviation = self.moments(sigma, sigma)
        return float(ndtr((mean - value) / deviation)) if deviation > 0 else float(value <= mean)


def _beside(values: Float64[np.ndarray, " place"], n_lags: int) -> Float64[np.ndarray, "place lag"]:
    """Value at every place and at those after it; 0 beyond the last."""
    longer = np.concatenate((values, np.zeros(n_lags - 1)))
    return np.lib.stride_tricks.sliding_window_view(longer, n_lags)


def _bell(far: Float64[np.ndarray, "*place"], sigma: float) -> Float64[np.ndarray, "*place"]:
    """Density of a normal number of variance 2 sigma^2."""
    return np.exp(-np.square(far / (2 * sigma))) / (2 * math.sqrt(math.pi) * sigma)
