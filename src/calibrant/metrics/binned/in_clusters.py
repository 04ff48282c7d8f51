"""Calibration errors whose gaps share rows, or rows that depend on each other."""

import math
from dataclasses import replace
from typing import Literal

import numpy as np
import torch
from jaxtyping import Bool, Float64
from numpy import ndarray
from scipy.special import ndtr, ndtri

from calibrant.metrics.binned.bins import Bins
from calibrant.metrics.binned.block_bins import BlockBins
from calibrant.metrics.binned.evidence import deviation_of, noise_of
from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.binned.unforeseen import room_of
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.block_noise import (
    SquareNoise,
    block_draws,
    drawn_root_interval,
    heavier,
)
from calibrant.metrics.inference.blocks import (
    FEWEST_CLUSTERS,
    Blocks,
    beyond_rows,
    too_few_clusters,
)
from calibrant.metrics.inference.firm import absolute_sum_interval
from calibrant.metrics.inference.noise import DrawnNoise, quantile
from calibrant.metrics.inference.sign_flips import flipped

__all__ = [
    "METHODS",
    "Size",
    "error_from_draws",
    "error_in_clusters",
    "error_of_blocks",
    "rough_of",
]

Size = Literal["l1", "l2", "square"]
METHODS: dict[Size, str] = {
    "l1": "test inversion",
    "l2": "quadratic form",
    "square": "quadratic form",
}

UNBOUNDED = (
    "not available: too few rows a bin of the classes: what falls into the others by chance could "
    "hide an error of any size"
)
ENOUGH = 1000  # draws; of fewer, quantiles are those of a normal number
ROUGH = 1.0  # variance of the number that come out of a bin, below which its size is not foretold

Gaps = Float64[ndarray, " gap"]
Draws = Float64[ndarray, "gap draw"]


def error_in_clusters(
    plain: Estimate, blocks: Blocks, n_bins: int, size: Size, level: float, *, floor: bool = True
) -> Estimate:
    """The estimate of a calibration error with what blocks of clusters tell of its noise.

    Parameters
    ----------
    plain : Estimate
        Value, with the interval and the noise floor of independent rows.
    blocks : Blocks
        Score grids or class grids of blocks, which tile the bins.
    n_bins : int
        Number of bins of equal width.
    size : "l1", "l2" or "square"
        Sum of absolute gaps, root of their mean square, or mean square; the mean over classes.
    level : float
        Coverage, in (0, 1).
    floor : bool
        Whether the value has noise in it, and so a floor.
    """
    bins = BlockBins.equal_width(blocks, n_bins)
    return error_of_blocks(plain, blocks, bins, size, level, floor=floor)


def error_of_blocks(
    plain: Estimate,
    blocks: Blocks,
    bins: BlockBins,
    size: Size,
    level: float,
    *,
    floor: bool = True,
    of_cuts: Float64[ndarray, "block gap"] | None = None,
) -> Estimate:
    """As `error_in_clusters`, of bins of any kind.

    Parameters
    ----------
    bins : BlockBins
        Of all blocks, and of every block.
    plain, blocks, size, level, floor
        As for `error_in_clusters`.
    of_cuts : Float64[ndarray, "block gap"], optional
        What cuts that the rows chose add to the excess of every block; see `equal_mass_cuts`.
    """
    n_effective = blocks.n_effective
    details = {**beyond_rows(plain), "n_clusters": n_effective}
    bare = replace(plain, noise_floor=None, details=details)
    if n_effective < FEWEST_CLUSTERS:
        return too_few_clusters(bare, blocks)
    whole = bins.whole
    gap, share, variance = _gaps_of(whole)
    held = share > 0
    n_events = whole.gap.numel() // whole.gap.shape[-1]
    excess, weight = (x.reshape(len(x), -1)[:, held] / n_events for x in (bins.excess, bins.weight))
    noisy = excess if of_cuts is None else excess + of_cuts[:, held]
    draws = block_draws(noisy, blocks.weight, variance[held])
    rough, floors, tested, room = rough_of(whole), None, None, 0.0
    if hard_labels(whole):
        room = room_of(whole, deviation_of(whole, hard=True), level, root=size != "l1")
        total = blocks.weight.sum()
        alone = 1 - float(np.square(blocks.weight / total).sum())
        centred = (excess - weight * (gap[held] / share[held])) / (total * math.sqrt(alone))
        floors, tested = (signs_drawn(x, draws, rough) for x in (centred, excess / total))
    return error_from_draws(
        bare,
        gap[held],
        share[held],
        size,
        level,
        noise=DrawnNoise(
            draws * heavier(n_effective, level), rough=rough if n_events > 1 else None
        ),
        calibrated=floors,
        tested=tested,
        method=f"clusters: {METHODS[size]}, noise of blocks",
        floor=floor and plain.noise_floor is not None,
        room=room,
    )


def signs_drawn(
    excess: Float64[ndarray, "block gap"],
    noise: Draws,
    rough: Bool[ndarray, " gap"],
) -> Float64[ndarray, "gap sample"]:
    """Draws of the gaps of a calibrated model, of blocks of clusters whose signs are drawn.

    Where less than one outcome is expected of a bin, blocks are not as likely to be off by as much
    on the other side: of such gaps it is their noise.

    Parameters
    ----------
    excess : Float64[ndarray, "block gap"]
        What every block adds to the gaps.
    noise : Float64[ndarray, "gap draw"]
        Noise of the gaps.
    rough : Bool[ndarray, "gap"]
        Gaps of which so little is expected.
    """
    drawn = flipped(excess)
    n_draws = min(drawn.shape[1], noise.shape[1])
    return np.where(rough[:, None], noise[:, :n_draws], drawn[:, :n_draws])


def error_from_draws(
    plain: Estimate,
    gap: Gaps,
    share: Gaps,
    size: Size,
    level: float,
    *,
    noise: DrawnNoise,
    within: SquareNoise | None = None,
    calibrated: Float64[ndarray, "gap sample"] | None,
    tested: Float64[ndarray, "gap sample"] | None = None,
    method: str = "",
    floor: bool = True,
    room: float = 0.0,
) -> Estimate:
    """The estimate of the size of gaps with its interval, noise floor and p value, from draws.

    A root or mean square whose upper end is not bounded has no interval; see `drawn_root_interval`.

    Parameters
    ----------
    plain : Estimate
        Value.
    gap, share : Float64[ndarray, "gap"]
        Gaps times shares, and shares, of all bins that hold rows.
    size : "l1", "l2" or "square"
        What of the gaps it is.
    level : float
        Coverage, in (0, 1).
    noise : DrawnNoise
        Noise of the gaps.
    within : SquareNoise, optional
        Noise given how many rows every bin holds, of which squares are freed; else all of it.
    calibrated : Float64[ndarray, "gap draw"], optional
        Gaps of a calibrated model; None where labels do not foretell them.
    tested : Float64[ndarray, "gap sample"], optional
        The same for the p value, where the gaps that are there count as noise: both come in any
        order, so that few draws are ranked like many. By default the same as `calibrated`.
    method : str
        How the noise was found.
    floor : bool
        Whether the value has noise in it, and so a floor.
    room : float
        What the upper end has beyond that of normal noise; see `room_of`.
    """
    if size == "l1":
        low, high = absolute_sum_interval(gap, noise, level)
    else:
        low, high = drawn_root_interval(gap, share, within or SquareNoise(noise.draws), level)
    bounded, high = math.isfinite(high), high + room
    low, high = (low**2, high**2) if size == "square" else (low, high)
    mean, details = None, dict(plain.details)
    if calibrated is not None:
        shown, seen = _size(calibrated, share, size), _size(gap[:, None], share, size)[0]
        against = shown if tested is None else _size(tested, share, size)
        mean, deviation = float(shown.mean()), float(shown.std(ddof=1))
        few = shown.size < ENOUGH and deviation > 0
        details["p_value"] = (
            float(ndtr((mean - seen) / deviation))
            if few and tested is None
            else float((0.5 + (against >= seen).sum()) / (1 + against.size))
        )
        if floor:
            upper = mean + ndtri(0.95) * deviation if few else quantile(shown, 0.95)
            details["noise_floor_95"] = float(upper**2 if size == "square" else upper)
            mean = float((shown**2).mean()) if size == "square" else mean
    return replace(
        plain,
        low=low if bounded else None,
        high=min(1.0, high) if bounded else None,
        level=level if bounded else None,
        method=(method or METHODS[size]) if bounded else UNBOUNDED,
        noise_floor=mean if floor else None,
        details=details,
    )


def rough_of(bins: Bins) -> Bool[ndarray, " gap"]:
    """Of all bins that hold rows, whether the number that came out varies by less than 1.

    Such a gap is mostly a little on one side and once in a while far on the other: its mean size
    is less than that of a normal number of its variance. Nor is the variance known: the larger of
    what was stated and what was seen is too large in the mean.
    """
    weight = torch.where(bins["w"] > 0, bins["w"], 1)
    one = torch.where(bins["w"] > 0, bins["ww"], 1) / weight  # weight of a row
    varying = (bins["wwp"] - bins["wwpp"]).clamp(min=0) / one.square()
    return (varying < ROUGH)[bins["w"] > 0].numpy()


def _gaps_of(bins: Bins) -> tuple[Gaps, Gaps, Gaps]:
    """Gaps of all bins times their shares, shares, and variances of independent rows.

    Of several classes each counts alike: gaps and shares are divided by their number.
    """
    gap, share, noise = bins.gap, bins.share, noise_of(bins, hard=hard_labels(bins))
    n_events = gap.numel() // gap.shape[-1]
    flat = [each.reshape(-1).numpy() for each in (gap, share, noise)]
    return flat[0] / n_events, flat[1] / n_events, flat[2] / n_events**2


def _size(gaps: Draws, share: Gaps, size: Size) -> Float64[ndarray, " draw"]:
    if size == "l1":
        return np.abs(gaps).sum(axis=0)
    return np.sqrt((1 / share) @ gaps**2)
