"""The mean gap to a smooth curve, of rows in clusters: noise as blocks of clusters show it."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float64

from calibrant.metrics.binless.gap_noise import SUMS, GapNoise, drawn, filled
from calibrant.metrics.binless.loess import loess
from calibrant.metrics.binned.noise_floor import hard_labels
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.block_noise import heavier
from calibrant.metrics.inference.blocks import (
    FEWEST_CLUSTERS,
    Blocks,
    beyond_rows,
    too_few_clusters,
)
from calibrant.metrics.inference.noise import quantile

__all__ = ["gap_in_clusters"]

METHOD = "clusters: test inversion, noise of blocks"


def gap_in_clusters(plain: Estimate, blocks: Blocks, span: float, level: float) -> Estimate:
    r"""The estimate of a mean gap with what blocks of clusters tell of its noise.

    Parameters
    ----------
    plain : Estimate
        Value.
    blocks : Blocks
        Score grids of blocks.
    span : float
        Share of the rows that have a say in the curve at a score.
    level : float
        Coverage, in (0, 1).

    Notes
    -----
    With :math:`e_b` what the rows of block b add to the noise of the gaps, less their weight's
    share of the sum, the covariance is :math:`\sum_b e_b e_b' / (1 - \sum_b (w_b / W)^2)`, raised
    where independent rows would scatter more. Draws of a calibrated model are normal with the
    covariance that the stated less observed of blocks have.
    """
    n_effective = blocks.n_effective
    details = {**beyond_rows(plain), "n_clusters": n_effective}
    bare = replace(plain, noise_floor=None, details=details)
    if n_effective < FEWEST_CLUSTERS:
        return too_few_clusters(bare, blocks)
    total = blocks.total
    held, hard = (total["count"] > 0).numpy(), hard_labels(total)
    sums = {name: total[name].numpy()[held] for name in SUMS}
    noise = GapNoise(loess(sums["w"], sums["wp"], sums["wy"], span), sums)
    moved = [
        noise.moved_by({name: part[name].numpy()[held] for name in ("w", "wp", "wy")})
        for part in blocks.tallies
    ]
    share = blocks.weight / blocks.weight.sum()
    came, untrue = (_covariance(np.stack(each), share) for each in zip(*moved, strict=True))
    covariance = filled(came, noise.covariance(hard=hard))
    times = heavier(n_effective, level)
    low, high = noise.interval_of(covariance, level, hard=hard, times=times)
    told = replace(bare, low=low, high=high, level=level, method=METHOD)
    if not hard:
        return told
    shown = np.abs(drawn(filled(untrue, noise.under()))).sum(axis=0)
    seen = float(np.abs(noise.gap).sum())
    details["noise_floor_95"] = quantile(shown, 0.95)
    details["p_value"] = float((0.5 + (shown >= seen).sum()) / (1 + shown.size))
    return replace(told, noise_floor=float(shown.mean()), details=details)


def _covariance(
    moved: Float64[np.ndarray, "block part"], share: Float64[np.ndarray, " block"]
) -> Float64[np.ndarray, "part part"]:
    off = moved - np.outer(share, moved.sum(axis=0))
    return np.einsum("bp,bq->pq", off, off) / (1 - np.square(share).sum())
