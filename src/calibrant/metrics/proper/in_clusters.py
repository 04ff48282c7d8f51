"""Resolution and uncertainty of rows in clusters, from blocks of clusters."""

import math
from dataclasses import replace

import numpy as np
from scipy.special import stdtrit

from calibrant.metrics.binned.bins import equal_width
from calibrant.metrics.binned.in_clusters import error_from_draws
from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.block_noise import SquareNoise, block_draws, heavier
from calibrant.metrics.inference.blocks import (
    FEWEST_CLUSTERS,
    Blocks,
    beyond_rows,
    too_few_clusters,
    without_interval,
)
from calibrant.metrics.inference.noise import DrawnNoise
from calibrant.metrics.proper.cluster_noise import error_of_mean
from calibrant.metrics.proper.losses_of_events import Score
from calibrant.metrics.proper.parts_interval import of_base_rates

__all__ = ["counted", "resolution_in_clusters", "uncertainty_in_clusters"]

SIDES = ("w", "wy")
SOFT = "the spread of soft labels takes more than their sums"
ONE_SIDE = "all rows came out alike: nothing tells how clusters differ"


def counted(plain: Estimate, blocks: Blocks) -> Estimate:
    """The estimate without what holds for independent rows alone, with its number of clusters."""
    details = {**beyond_rows(plain), "n_clusters": blocks.n_effective}
    return replace(plain, noise_floor=None, details=details)


def resolution_in_clusters(plain: Estimate, blocks: Blocks, n_bins: int, level: float) -> Estimate:
    r"""Interval of :math:`\sum_b P_b (q_b - q)^2` of rows in clusters: bins against the base rate.

    Notes
    -----
    With :math:`r_{mb} = \sum w (y - \bar y_b)` of block m in bin b, what block m adds to the noise
    of the gaps, given how many rows every bin holds, is :math:`r_{mb} - P_b \sum_c r_{mc}`, as
    the base rate is that of the rows. What the shares of the bins add is that of a mean of
    :math:`(\bar y_b - \bar y)^2` over rows.
    """
    bare, times = counted(plain, blocks), heavier(blocks.n_effective, level)
    if blocks.n_effective < FEWEST_CLUSTERS:
        return too_few_clusters(bare, blocks)
    bins = equal_width(blocks.total, n_bins)
    if not hard_labels(bins):
        return without_interval(bare, SOFT)
    held = (bins["w"] > 0).numpy()
    w, wy, ww = (bins[name].numpy()[held] for name in ("w", "wy", "ww"))
    share, rate, number = w / w.sum(), wy / w, w**2 / ww
    far = rate - wy.sum() / w.sum()
    of_blocks = [np.stack([part[name].numpy()[held] for part in blocks.tallies]) for name in SIDES]
    rest = of_blocks[1] - of_blocks[0] * rate
    likely = (rate * number + 1) / (number + 2)  # no bin shows no noise
    own = likely * (1 - likely) / number
    variance = share**2 * np.maximum(own * (1 - 2 * share) + (share**2 * own).sum(), 0)
    draws = block_draws(rest - np.outer(rest.sum(axis=1), share), blocks.weight, variance)
    square = float(share @ far**2)
    of_shares = error_of_mean(of_blocks[0] @ far**2, blocks.weight) / square if square > 0 else 0.0
    told = error_from_draws(
        bare,
        share * far,
        share,
        "square",
        level,
        noise=DrawnNoise(draws * times),
        within=SquareNoise(draws * times, shares=of_shares * times),
        calibrated=None,
        method="clusters: quadratic form, noise of blocks",
        floor=False,
    )
    return replace(told, high=min(0.25, told.high)) if isinstance(told.high, float) else told


def uncertainty_in_clusters(
    plain: Estimate, blocks: Blocks, score: Score, level: float
) -> Estimate:
    """Student's interval of the log-odds of the base rate, carried over to the score."""
    bare = counted(plain, blocks)
    if blocks.n_effective < FEWEST_CLUSTERS:
        return too_few_clusters(bare, blocks)
    if not hard_labels(blocks.total):
        return without_interval(bare, SOFT)
    came = np.array([float(part["wy"].sum()) for part in blocks.tallies])
    rate = float(came.sum() / blocks.weight.sum())
    if not 0 < rate < 1:
        return without_interval(bare, ONE_SIDE)
    error = error_of_mean(came, blocks.weight) / (rate * (1 - rate))
    half = float(stdtrit(blocks.n_effective - 1, 0.5 + level / 2)) * error
    ends = [1 / (1 + math.exp(-(math.log(rate / (1 - rate)) + side))) for side in (-half, half)]
    low, high = of_base_rates(score, ends[0], ends[1])
    method = "clusters: blocks (t), log-odds of the base rate"
    return replace(bare, low=low, high=high, level=level, method=method)
