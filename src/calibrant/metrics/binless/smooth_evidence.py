"""What a tally says of a smooth calibration error: its interval, and its size under calibration."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from torch import Tensor

from calibrant.metrics.binless.smooth_interval import (
    smooth_interval,
    typical,
    under_calibration,
)
from calibrant.metrics.binless.smoothed_draws import MANY, NODES, SmoothedNoise
from calibrant.metrics.binless.smoothed_size import SmoothedSize
from calibrant.metrics.binless.smoothing import Masses
from calibrant.metrics.binned.bins import equal_width
from calibrant.metrics.binned.evidence import deviation_of
from calibrant.metrics.binned.unforeseen import room_of
from calibrant.metrics.inference.block_noise import block_draws, heavier
from calibrant.metrics.inference.blocks import Blocks
from calibrant.metrics.inference.once import shared
from calibrant.statistics.cells import fold_tails
from calibrant.statistics.score_grid import N_CELLS
from calibrant.statistics.tally import Tally

__all__ = ["SmoothEvidence", "cell_noise", "evidence_in_clusters", "evidence_of", "halves"]

A_BANDWIDTH = 4  # nodes
CLEAR = 4  # times the bandwidth of noise alone
BINS = 15  # over which outcomes that were not foreseen are counted
NEIGHBOURS = 0.02  # least bandwidth by which two estimates of a variance are weighed

Cells = Float64[np.ndarray, " cell"]
Nodes = Float64[np.ndarray, " node"]


@dataclass(frozen=True, slots=True)
class SmoothEvidence:
    """Interval, and where labels are hard what a calibrated model would show."""

    low: float
    high: float
    noise_floor: float | None
    noise_floor_95: float | None
    p_value: float | None


def evidence_of(
    tally: Tally, gap: Nodes, value: float, bandwidth: float, level: float, *, hard: bool
) -> SmoothEvidence:
    """Evidence on a fixed point.

    Parameters
    ----------
    tally : Tally
        Of a score grid.
    gap : Float64[np.ndarray, "node"]
        Stated less observed over all weight, on the 14,401 nodes of the grid.
    value : float
        Fixed point that was seen.
    bandwidth : float
        Bandwidth that noise alone would have on average.
    level : float
        Coverage, in (0, 1).
    hard : bool
        Whether labels are hard, so that what is stated foretells how outcomes scatter.
    """
    n_nodes = _nodes_for(bandwidth)
    stated = _few(shared(cell_noise, tally, stated=True), n_nodes)
    under = (None, None, None)
    if hard:
        least = max(bandwidth, A_BANDWIDTH / n_nodes)
        closed = n_nodes > MANY
        noise = SmoothedSize(stated) if closed else SmoothedNoise.independent(stated)
        under = (bandwidth, *under_calibration(noise, value, least))
    if value > CLEAR * bandwidth:  # an end so far below the value is out of the question
        bandwidth = value / CLEAR
        n_nodes = _nodes_for(bandwidth)
        stated = _few(shared(cell_noise, tally, stated=True), n_nodes)
    least = max(bandwidth, A_BANDWIDTH / n_nodes)
    few = Masses(gap).coarser(N_CELLS // n_nodes).at
    seen = _few(shared(cell_noise, tally, stated=False), n_nodes)
    variance = _larger(seen, stated, max(least, NEIGHBOURS)) if hard else seen
    n_effective = float(tally["w"].sum()) ** 2 / float(tally["ww"].sum())
    low, high = smooth_interval(few, SmoothedNoise.independent(variance), n_effective, level, least)
    high += _room(tally, level) if hard else 0.0
    return SmoothEvidence(low, min(1.0, high), *under)


def evidence_in_clusters(
    blocks: Blocks, value: float, level: float, *, hard: bool
) -> SmoothEvidence:
    """Evidence on a fixed point of rows in clusters, from score grids of their blocks."""
    total = blocks.total
    stated, seen = (halves(_noise_of(total, stated=of).numpy()) for of in (True, False))
    excess = np.stack([(part["wp"] - part["wy"]).numpy() for part in blocks.tallies])
    drawn = block_draws(excess, blocks.weight, np.zeros(excess.shape[1])).T
    least = A_BANDWIDTH / excess.shape[1]
    # in a cell alone few clusters have rows: what they scatter is told by its neighbours too
    variance = _larger(seen, stated, NEIGHBOURS) if hard else seen
    own, rows = (
        Masses(x).smoothed(NEIGHBOURS).clip(0)
        for x in (halves(np.square(drawn).mean(axis=0)), variance)
    )
    times = np.divide(rows, own, out=np.ones_like(own), where=own > 0).clip(1)
    draws = halves(drawn) * np.sqrt(times)
    noise = SmoothedNoise(draws)
    bandwidth = typical(noise, least)
    wider = SmoothedNoise(draws * heavier(blocks.n_effective, level))
    gap = halves(excess.sum(axis=0) / blocks.weight.sum())
    low, high = smooth_interval(gap, wider, math.inf, level, bandwidth)
    high += _room(total, level) if hard else 0.0
    under = (bandwidth, *under_calibration(noise, value, bandwidth)) if hard else (None, None, None)
    return SmoothEvidence(low, min(1.0, high), *under)


def _room(tally: Tally, level: float) -> float:
    """What the upper end has beyond that of normal noise, as over bins; see `room_of`."""
    bins = equal_width(tally, BINS)
    return room_of(bins, deviation_of(bins, hard=True), level)


def cell_noise(tally: Tally, *, stated: bool) -> Cells:
    """Variance of the gaps of equal cells over all weight: stated, or about 0 as seen."""
    return fold_tails(_noise_of(tally, stated=stated)).numpy()


def _noise_of(tally: Tally, *, stated: bool) -> Float64[Tensor, " fine"]:
    sums = tally["wwp"] if stated else tally["wwyy"] - 2 * tally["wwpy"]
    noise = sums - tally["wwpp"] if stated else sums + tally["wwpp"]
    return noise.clamp(min=0) / tally["w"].sum() ** 2


def halves(held: Float64[np.ndarray, "*draw cell"]) -> Float64[np.ndarray, "*draw node"]:
    """Masses of cells, half to either edge."""
    nodes = np.zeros((*held.shape[:-1], held.shape[-1] + 1))
    nodes[..., :-1] += held / 2
    nodes[..., 1:] += held / 2
    return nodes


def _nodes_for(bandwidth: float) -> int:
    """Fewest nodes that tell what is smoothed with a bandwidth."""
    return next((n for n in NODES if n * bandwidth >= A_BANDWIDTH), NODES[-1])


def _few(noise: Cells, n_nodes: int) -> Nodes:
    return halves(noise.reshape(n_nodes, -1).sum(axis=-1))


def _larger(seen: Nodes, stated: Nodes, bandwidth: float) -> Nodes:
    """Mean of two estimates of a variance, raised to the larger of the two in the neighbourhood.

    Where few outcomes are rare ones, none may have come out nearby, and what was seen claims no
    noise; where the model is overconfident, what it states claims too little.
    """
    one, other = (Masses(x).smoothed(bandwidth).clip(0) for x in (seen, stated))
    mean = (one + other) / 2
    times = np.divide(np.maximum(one, other), mean, out=np.ones_like(mean), where=mean > 0)
    return (seen + stated) / 2 * times
