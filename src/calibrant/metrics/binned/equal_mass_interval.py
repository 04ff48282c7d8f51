"""Root mean squared gap of bins of equal mass: its interval, also where outcomes are rare."""

import math

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from calibrant.metrics.binned.bins import Bins
from calibrant.metrics.binned.evidence import FEWEST, deviation_of
from calibrant.metrics.binned.unforeseen import room_of
from calibrant.metrics.inference.block_noise import SquareNoise, drawn_root_interval
from calibrant.metrics.inference.chance_of_shares import centred, variance_of_shares
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
    total = float(bins.total)
    n_effective = total**2 / float(bins["ww"].sum())
    if not n_effective > FEWEST - 1e-9:
        return Interval.missing(f"fewer than {FEWEST:g} effective rows")
    columns = (bins.mean_gap, bins.share, bins.rows, bins.seen_noise, bins.lean)
    gap, share, rows, seen, lean = (each.numpy()[held] for each in columns)
    alone, lean = centred(gap, share, rows, seen, lean)
    own, doubt = _within(rows, alone, share)
    stated = bins.stated_noise.numpy()[held] / share**2
    variance = np.maximum(own, stated) if hard else own
    shares, along = variance_of_shares(gap, share, rows, own, lean)
    noise = SquareNoise(
        (share * np.sqrt(variance * along))[:, None] * normals(len(gap)),
        shares=math.sqrt(shares),
        taken=float(share @ own),
        doubt=doubt,
    )
    low, high = drawn_root_interval(share * gap, share, noise, level)
    if hard:
        high += room_of(bins, deviation_of(bins, hard=True), level, root=True)
    return Interval(low, min(1.0, high), METHOD)


def _within(rows: Numbers, alone: Numbers, share: Numbers) -> tuple[Numbers, float]:
    """Variance of every gap of means, without bias, and standard error of their mean.

    Of a single row nothing is known and nothing taken off. A variance v that m numbers within a
    range of 1 show has itself at most the variance v (1 - 2 v) / m.
    """
    free = np.maximum(rows - 1, 0)
    own = rows * alone / np.where(free > 1e-9, free, np.inf)
    spread = own * rows
    known = np.where(spread > 0, free * spread, 1)
    doubt = np.where(spread > 0, np.maximum(1 - 2 * spread, 0) / known, 0)
    return own, math.sqrt(float(np.square(share * own) @ doubt))
