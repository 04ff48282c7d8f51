"""What bins tell of a calibration error besides its value: an interval, and a test of 0."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float64
from numpy import ndarray
from torch import Tensor

from calibrant.metrics.binned.bins import Bins, Norm
from calibrant.metrics.inference.consistency import calibrated_gaps, chance_of, upper_point
from calibrant.metrics.inference.firm import absolute_sum_interval
from calibrant.metrics.inference.largest import largest_gap_interval
from calibrant.metrics.inference.noise import IndependentNoise
from calibrant.metrics.inference.one_sided import positive_sum_interval
from calibrant.metrics.inference.quadratic import root_mean_square_interval
from calibrant.metrics.intervals import Interval

__all__ = ["FEWEST", "NONE", "Kind", "against_chance", "deviation_of", "error_interval"]

Kind = Norm | Literal["over", "under"]

NONE = "not available: there is no value"
FEWEST = 20.0  # effective rows
METHODS: dict[Kind, str] = {
    "l1": "test inversion",
    "l2": "quadratic form",
    "max": "Clopper-Pearson",
    "over": "test inversion",
    "under": "test inversion",
}
SUMS = ("l1", "over", "under")  # of many bins as good as normal


def deviation_of(bins: Bins, *, hard: bool) -> Float64[Tensor, " bin"]:
    """Standard deviation of the gap of every bin, times its share."""
    seen = bins.seen_noise
    return (torch.maximum(seen, bins.stated_noise) if hard else seen).sqrt()


def error_interval(bins: Bins, kind: Kind, *, hard: bool, level: float) -> Interval:
    """Interval of the true size of the gaps of bins of one event, or why there is none.

    Soft labels do not foretell how far they scatter: their noise is what the rows show.
    """
    weight, twice = bins["w"].numpy(), bins["ww"].numpy()
    n_effective = float(weight.sum()) ** 2 / float(twice.sum())
    if not n_effective > FEWEST - 1e-9:
        return Interval.missing(f"fewer than {FEWEST:g} effective rows")
    held = weight > 0
    if kind == "max":
        if not hard:
            return Interval.missing("soft labels have no exact interval of a share")
        stated, came = (bins[name].numpy()[held] / weight[held] for name in ("wp", "wy"))
        ends = largest_gap_interval(stated, came, weight[held] ** 2 / twice[held], level)
    elif kind == "l2":
        several, gap, variance = _spread(bins, hard=hard)
        if not several.any():
            return Interval.missing("no bin holds two rows, and one tells nothing of its noise")
        share = weight[several] / weight[several].sum()
        ends = root_mean_square_interval(gap[several], variance[several], share, n_effective, level)
    else:
        gap = bins.gap.numpy()[held]
        deviation = deviation_of(bins, hard=hard).numpy()[held]
        if kind == "l1":
            noise = IndependentNoise(gap, deviation, n_effective)
            ends = absolute_sum_interval(gap, noise, level)
        else:
            sign = 1 if kind == "over" else -1
            ends = positive_sum_interval(sign * gap, deviation, n_effective, level)
    return Interval(ends[0], min(1.0, ends[1]), METHODS[kind])


def against_chance(bins: Bins, kind: Kind) -> dict[str, float]:
    """Details of a size of gaps: the 95th percentile of its noise floor, and its p value.

    They are those of outcomes drawn anew at the stated probabilities, which hard labels bear.
    """
    total = float(bins.total)
    weight = bins["w"].numpy()
    held = weight > 0
    columns = (bins["w"], bins["ww"], bins["wp"], bins["wwp"] - bins["wwpp"])
    drawn = calibrated_gaps(*(column.numpy()[held] for column in columns)) / total
    size = _size(kind, weight[held] / total)
    draws, seen = size(drawn), float(size(bins.gap.numpy()[held, None])[0])
    return {
        "noise_floor_95": upper_point(draws),
        "p_value": chance_of(draws, seen, normal=kind in SUMS),
    }


def _size(
    kind: Kind, share: Float64[ndarray, " bin"]
) -> Callable[[Float64[ndarray, "bin draw"]], Float64[ndarray, " draw"]]:
    """Size of gaps times shares, draw by draw."""
    sizes: dict[Kind, Callable[[Float64[ndarray, "bin draw"]], Float64[ndarray, " draw"]]] = {
        "l1": lambda gap: np.abs(gap).sum(axis=0),
        "l2": lambda gap: np.sqrt(np.einsum("b,bd,bd->d", 1 / share, gap, gap)),
        "max": lambda gap: (np.abs(gap) / share[:, None]).max(axis=0),
        "over": lambda gap: np.maximum(gap, 0).sum(axis=0),
        "under": lambda gap: np.maximum(-gap, 0).sum(axis=0),
    }
    return sizes[kind]


def _spread(
    bins: Bins, *, hard: bool
) -> tuple[ndarray, Float64[ndarray, " bin"], Float64[ndarray, " bin"]]:
    """Bins of several rows, gaps of means, and the variance of their noise."""
    weight, twice, count = (bins[name].numpy() for name in ("w", "ww", "count"))
    pairs = weight**2 - twice
    several = (count > 1) & (pairs > 1e-12 * weight**2)
    gap = bins.mean_gap.numpy()
    alone = (bins.seen_noise * bins.total.square()).numpy()
    square = ((gap * weight) ** 2 - alone) / np.where(several, pairs, 1)
    variance = np.maximum(gap**2 - square, 0)
    if hard:
        stated = (bins.stated_noise * bins.total.square()).numpy()
        variance = np.maximum(variance, stated / np.where(weight > 0, weight, 1) ** 2)
    return several, gap, variance
