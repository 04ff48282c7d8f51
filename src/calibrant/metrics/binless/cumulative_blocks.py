"""Cumulative calibration errors of rows in clusters: noise of the path as blocks show it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from jaxtyping import Float64
from numpy import ndarray
from scipy.special import ndtri

from calibrant.metrics.binned.equal_mass import bin_of_groups
from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.block_noise import block_draws, heavier
from calibrant.metrics.inference.blocks import (
    FEWEST_CLUSTERS,
    Blocks,
    beyond_rows,
    too_few_clusters,
)
from calibrant.metrics.inference.noise import quantile
from calibrant.statistics.power_sums import sum_by

__all__ = ["cumulative_in_clusters"]

STEPS = 300  # of equal mass: points at which the path is looked at
METHOD = "clusters: noise of blocks, its reach below, normal above"

Paths = Float64[ndarray, "step draw"]
Extreme = Callable[[float, float], float]


def cumulative_in_clusters(
    plain: Estimate, blocks: Blocks, extreme: Extreme, level: float
) -> Estimate:
    r"""The estimate of the extreme of a path of partial sums, with the noise of clusters.

    Parameters
    ----------
    plain : Estimate
        Value.
    blocks : Blocks
        Score grids of blocks.
    extreme : callable
        Value of a path that starts at 0 and has such a lowest and such a highest point.
    level : float
        Coverage, in (0, 1).

    Notes
    -----
    A cluster that is good or bad as a whole moves the path at all of its scores, which then is no
    Brownian motion. Draws of the sums of `STEPS` parts of equal mass, with the covariance that
    blocks show, add up to paths of a calibrated model: their extremes are the noise floor and the
    test, and what the value may lie above the truth; what it may lie below is the noise of the
    whole sum.
    """
    n_effective = blocks.n_effective
    details = {**beyond_rows(plain), "n_clusters": n_effective}
    details.pop("scaled", None)  # by what independent rows would scatter
    bare = replace(plain, noise_floor=None, details=details, note="")
    if n_effective < FEWEST_CLUSTERS:
        return too_few_clusters(bare, blocks)
    total, part = blocks.total, bin_of_groups(blocks.total["w"], STEPS)
    excess = np.stack([sum_by(part, each["wp"] - each["wy"], STEPS) for each in blocks.tallies])
    weight = float(blocks.weight.sum())
    hard = hard_labels(total)
    known = (total["wwp"] - total["wwpp"]).clamp(min=0) if hard else 0 * total["w"]
    variance = sum_by(part, known, STEPS).numpy() / weight**2
    paths = block_draws(excess, blocks.weight, variance).cumsum(axis=0)
    shown, times = _extremes(paths, extreme), heavier(n_effective, level)
    value, tail = float(plain), (1 - level) / 2
    beyond = times * float(ndtri(1 - tail)) * float(paths[-1].std())
    told = replace(
        bare,
        low=max(0.0, value - times * quantile(shown, 1 - tail)),
        high=min(1.0, value + beyond),
        level=level,
        method=METHOD,
    )
    if not hard:
        return told
    if not variance.any():  # all stated 0 or 1: a calibrated model leaves nothing to chance
        shown = np.zeros_like(shown)
    seen = _extremes(excess.sum(axis=0).cumsum()[:, None] / weight, extreme)[0]
    p_value = float((0.5 + (shown >= seen).sum()) / (1 + shown.size))
    details |= {"noise_floor_95": quantile(shown, 0.95), "p_value": p_value}
    return replace(told, noise_floor=float(shown.mean()), details=details)


def _extremes(paths: Paths, extreme: Extreme) -> Float64[ndarray, " draw"]:
    low, high = np.minimum(paths.min(axis=0), 0), np.maximum(paths.max(axis=0), 0)
    ends = zip(low.tolist(), high.tolist(), strict=True)
    return np.array([extreme(*each) for each in ends])
