"""Root mean squared gap of bins of equal mass: its interval, also where outcomes are rare."""

import math

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from calibrant.metrics.binned.bins import Bins
from calibrant.metrics.binned.evidence import FEWEST
from calibrant.metrics.inference.block_noise import SquareNoise, drawn_root_interval
from calibrant.metrics.inference.noise import normals
from calibrant.metrics.intervals import Interval

__all__ = ["root_interval"]

Numbers = Float64[ndarray, " bin"]

METHOD = "quadratic form"


def root_interval(bins: Bins, *, hard: bool, level: float) -> Interval:
    r"""Interval of :math:`(\sum_b P_b \delta_b^2)^{1/2}` of the true gaps of bins of many rows.

    Parameters
    ----------
    bins : Bins
        Of one event.
    hard : bool
        Whether labels are hard, so that what is stated foretells how outcomes scatter.
    level : float
        Coverage, in (0, 1).

    Notes
    -----
    Noise is the larger of what a bin shows and what was stated, which makes the lower end cautious.
    What it takes off the sum of squares at the upper end is the unbiased variance of the outcomes
    within bins: where rare events are stated too high, most bins hold none, and the stated variance
    would take off much of what is to be found. See
    `calibrant.metrics.inference.block_noise.drawn_root_interval`. The shares of the bins are left
    to chance.
    """
    held = (bins["w"] > 0).numpy()
    weight, twice = (bins[name].numpy()[held] for name in ("w", "ww"))
    total = float(weight.sum())
    n_effective = total**2 / float(twice.sum())
    if not n_effective > FEWEST - 1e-9:
        return Interval.missing(f"fewer than {FEWEST:g} effective rows")
    share, gap = weight / total, bins.mean_gap.numpy()[held]
    seen, stated = (
        noise.numpy()[held] / share**2 for noise in (bins.seen_noise, bins.stated_noise)
    )
    rows = weight**2 / twice
    own, doubt = _within(rows, seen, gap, share)
    variance = np.maximum(own, stated) if hard else own
    noise = SquareNoise(
        (share * np.sqrt(variance))[:, None] * normals(len(gap)),
        shares=_of_shares(share * gap**2, share, n_effective),
        taken=float(share @ own),
        doubt=doubt,
    )
    low, high = drawn_root_interval(share * gap, share, noise, level)
    return Interval(low, min(1.0, high), METHOD)


def _within(rows: Numbers, seen: Numbers, gap: Numbers, share: Numbers) -> tuple[Numbers, float]:
    """Variance of every gap of means, without bias, and standard error of their mean.

    Of a single row nothing is known and nothing taken off. A variance v that m numbers within a
    range of 1 show has itself at most the variance v (1 - 2 v) / m.
    """
    free = np.maximum(rows - 1, 0)
    own = np.maximum(rows * seen - gap**2, 0) / np.where(free > 1e-9, free, np.inf)
    alone = own * rows
    known = np.where(alone > 0, free * alone, 1)
    doubt = np.where(alone > 0, np.maximum(1 - 2 * alone, 0) / known, 0)
    return own, math.sqrt(float(np.square(share * own) @ doubt))


def _of_shares(parts: Numbers, share: Numbers, n_effective: float) -> float:
    """Deviation of the sum of squares over itself that the shares of the bins bring by chance."""
    total = float(parts.sum())
    if not total > 0:
        return 0.0
    beyond = float((np.square(parts / total) / share).sum()) - 1
    return math.sqrt(max(0.0, beyond) / n_effective)
