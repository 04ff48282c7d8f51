"""Smooth calibration error: the gap smoothed by a kernel of the width that it finds itself."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, cast

import numpy as np
import torch
from jaxtyping import Float64
from scipy.optimize import brentq
from torch import Tensor

from calibrant.metrics.base import TallyMetric
from calibrant.metrics.binless.smooth_evidence import (
    SmoothEvidence,
    cell_noise,
    evidence_in_clusters,
    evidence_of,
    halves,
)
from calibrant.metrics.binless.smooth_interval import fixed_point_of_noise
from calibrant.metrics.binless.smoothing import Masses, curvature, integral_of_size, to_nodes
from calibrant.metrics.binned.noise_floor import SOFT, hard_labels
from calibrant.metrics.bounds import from_grid
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.inference.blocks import FEWEST_CLUSTERS, Blocks, too_few_clusters
from calibrant.metrics.inference.once import shared
from calibrant.metrics.intervals import FEWEST
from calibrant.metrics.settings import check_view
from calibrant.statistics.cells import fold_tails
from calibrant.statistics.score_grid import N_CELLS, ScoreGrid, View
from calibrant.statistics.tally import Tally

__all__ = [
    "BIASED",
    "FAINT",
    "LEAST",
    "SmoothCalibrationError",
    "fixed_point",
    "moved",
    "root_near",
    "root_of",
]

METHOD = "inverted test at every bandwidth"
BIASED = "not available: the plug-in is biased upwards, and plain resampling adds to the bias"
FEWER = 10  # times, nodes for a first approach and for the noise floor
FAINT = 1e-6
ON_NODE = 1e-6  # of a cell, above the rounding of its second moment
BLOCK_CELLS = 600  # a cluster has few rows: its noise is not told from that of its neighbours
LEAST = 0.5 / N_CELLS  # no bandwidth below it can be told from none


@dataclass(frozen=True, slots=True)
class SmoothCalibrationError(TallyMetric):
    r"""Smooth ECE: mean over t of the absolute smoothed gap, at its own bandwidth, in [0, 1].

    .. math:: \text{smECE}_\sigma = \int_0^1 \Big| \frac{1}{W} \sum_i w_i (p_i - y_i)
              K_\sigma(t, p_i) \Big| dt, \qquad \text{smECE} = \sigma^* = \text{smECE}_{\sigma^*}

    K is a Gaussian on [0, 1], reflected at both ends. The value falls as the bandwidth grows, so
    that one bandwidth equals its value: no parameter is left to choose.

    Parameters
    ----------
    view : {"positive", "top_label"}, default "positive"
        Event of a row: the positive class came out, or its likeliest class is right.

    Notes
    -----
    Read from the score grid by linear binning to 14,401 nodes and a cosine transform, which is
    exact for the reflected kernel. The bound that is stated covers binning and the integral; it
    is below :math:`.37 \, h^2 / \sigma^2`, with h the width of a cell, unless the bandwidth is as
    narrow as a few cells. Biased upwards, as all plug-in values; read it beside its noise floor.

    References
    ----------
    .. [1] Blasiok, Nakkiran. "Smooth ECE: Principled Reliability Diagrams via Kernel Smoothing."
       ICLR 2024 (2309.12500).

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.5] * 10, labels=[1] * 7 + [0] * 3)
    >>> round(SmoothCalibrationError()(rows).value, 9)  # one gap of .2, however it is smoothed
    0.2
    """

    view: View = "positive"
    higher_is_better: ClassVar[bool | None] = False

    def __post_init__(self) -> None:
        check_view(self.view)

    @property
    def statistic(self) -> ScoreGrid:
        """See `TallyMetric.statistic`."""
        return ScoreGrid(self.view)

    @property
    def block_statistic(self) -> ScoreGrid:
        """See `TallyMetric.block_statistic`: fewer cells, the nodes of the noise."""
        return ScoreGrid(self.view, BLOCK_CELLS)

    def read(self, tally: Tally) -> Float64[Tensor, "..."]:
        """See `TallyMetric.read`; NaN for no rows."""
        total = tally["w"].sum()
        value = math.nan
        if float(total) > 0:
            value = _fixed_point(Masses(shared(_gaps, tally)))
        return torch.tensor(value, dtype=torch.float64)

    def estimate(self, tally: Tally, *, level: float, class_names: tuple[str, ...]) -> Estimate:
        """See `TallyMetric.estimate`, with bandwidth, bound, noise floor and p value."""
        del class_names
        value, n = float(self.read(tally)), int(tally["count"].sum())
        if not n:
            why = "not available: no rows"
            return Estimate(value, None, None, None, n, why, note="undefined: no rows")
        hard, total = hard_labels(tally), float(tally["w"].sum())
        most = float((2 * (tally["wp"] - tally["wpp"])).sum().clamp(min=0)) / total
        noise = _floor(shared(cell_noise, tally, stated=hard), most if hard else math.inf)
        details = {"sigma": value}
        if total**2 < FEWEST * float(tally["ww"].sum()):
            why = "not available: fewer than two effective rows tell nothing of the noise"
            return Estimate(value, None, None, None, n, why, details=details)
        plain = Estimate(value, None, None, None, n, METHOD, note="" if hard else SOFT)
        found = evidence_of(tally, shared(_gaps, tally), value, noise, level, hard=hard)
        told = _with_evidence(plain, found, level)
        return from_grid(told, _bound(tally, value), "smooth_ece")

    def estimate_clusters(self, plain: Estimate, blocks: Blocks, *, level: float) -> Estimate:
        """See `TallyMetric.estimate_clusters`: the noise is that of the blocks."""
        details = {"sigma": float(plain), "n_clusters": blocks.n_effective}
        bare = replace(plain, noise_floor=None, details=details)
        if blocks.n_effective < FEWEST_CLUSTERS:
            return too_few_clusters(bare, blocks)
        hard = hard_labels(blocks.total)
        found = evidence_in_clusters(blocks, float(plain), level, hard=hard)
        told = _with_evidence(bare, found, level)
        return replace(told, method=f"clusters: {METHOD}, noise of blocks")


def _with_evidence(plain: Estimate, found: SmoothEvidence, level: float) -> Estimate:
    details = {"sigma": float(plain), **plain.details}
    if found.noise_floor_95 is not None and found.p_value is not None:
        details |= {"noise_floor_95": found.noise_floor_95, "p_value": found.p_value}
    return replace(
        plain,
        low=found.low,
        high=found.high,
        level=level,
        method=METHOD,
        noise_floor=found.noise_floor,
        details=details,
    )


def _gaps(tally: Tally) -> Float64[np.ndarray, " node"]:
    """Stated less observed over all weight, on the nodes."""
    gap = to_nodes(tally["wp"] - tally["wy"], tally["wpp"] - tally["wpy"])
    return gap / float(tally["w"].sum())


def _fixed_point(gap: Masses) -> float:
    """Bandwidth that equals the error at this bandwidth: about, on few nodes; then on all."""
    if float(np.abs(gap.at).sum()) <= 1e-13:  # rounding alone
        return 0.0
    few = gap.coarser(FEWER)
    sigma = _crossing(few, 0.0, 1.0, 1e-6)
    slope = (_excess(few, sigma * (1 + 1e-4)) - _excess(few, sigma)) / (1e-4 * sigma)
    for _ in range(12):  # the slope on few nodes is nearly that on all: a few steps do
        step = _excess(gap, sigma) / min(slope, -1.0)
        sigma -= step
        if abs(step) <= 1e-14 * sigma:
            return sigma
    return _crossing(gap, 0.0, 1.0, 1e-14)


def _excess(gap: Masses, sigma: float) -> float:
    return integral_of_size(gap.smoothed(sigma)) - sigma


def _crossing(gap: Masses, low: float, high: float, accuracy: float) -> float:
    """Where the excess, which falls, is 0."""
    if _excess(gap, high) >= 0:  # all rows stated 0 or 1, and wrong
        return high
    return root_of(lambda sigma: _excess(gap, sigma), low, high, accuracy)


def fixed_point(
    error: Callable[[float], float], about: Callable[[float], float], least: float, most: float
) -> float:
    """Bandwidth that equals the error at this bandwidth, which falls from `most` to `least`.

    `about` is nearly the error, and much quicker.
    """
    if most - least <= 1e-13:  # nothing to smooth, or rounding alone
        return least
    excess = _less_bandwidth(error)
    near = root_near(excess, _less_bandwidth(about), least, most, 1e-14)
    if near is not None:
        return near
    return most if error(most) >= most else root_of(excess, least, most, 1e-14)


def _less_bandwidth(error: Callable[[float], float]) -> Callable[[float], float]:
    return lambda sigma: error(sigma) - sigma


def root_near(
    excess: Callable[[float], float],
    about: Callable[[float], float],
    low: float,
    high: float,
    accuracy: float,
) -> float | None:
    """Where a function that falls by 1 or more to 1 is 0, in few steps from where `about` is.

    None where the steps do not settle between `low` and `high`.
    """
    if not about(low) > 0 > about(high):
        return None
    root = root_of(about, low, high, 1e-6)
    slope = (about(root * (1 + 1e-4)) - about(root)) / (1e-4 * root)
    value = excess(root)
    for _ in range(12):
        step = -value / min(slope, -1.0)
        root += step
        if not low < root < high:
            return None
        if abs(step) <= accuracy * root:
            return root
        before, value = value, excess(root)
        slope = (value - before) / step
    return None


def root_of(excess: Callable[[float], float], low: float, high: float, accuracy: float) -> float:
    """Where a function changes its sign; scipy's own type leaves open what comes out."""
    return cast(float, brentq(excess, low, high, xtol=1e-15, rtol=np.float64(accuracy)))


def _bound(tally: Tally, sigma: float) -> float:
    """How far nodes and trapezoids may move the value, at most.

    Every gap counts as if it lay half-way between two nodes, but for cells whose rows lie on them.
    """
    sizes = tally["wp"] + tally["wy"] - 2 * tally["wpy"]
    held, first, second, size = (
        fold_tails(sums).numpy() for sums in (tally["w"], tally["wp"], tally["wpp"], sizes)
    )
    cell = np.arange(N_CELLS)
    between = N_CELLS * ((2 * cell + 1) * first - N_CELLS * second) - cell * (cell + 1) * held
    off = size.clip(0) / 4
    off = np.where(between <= ON_NODE * held, np.minimum(ON_NODE * held, off), off)
    rows, nodes = (
        float(off.sum()) / float(tally["w"].sum()),
        float(np.abs(shared(_gaps, tally)).sum()),
    )
    return moved(sigma, curvature(rows, nodes) / N_CELLS**2)


def moved(sigma: float, curved: float) -> float:
    r"""How far a fixed point may be off at `sigma` for an error that is off by curved / sigma^2.

    The error falls as the bandwidth grows. Above `sigma` the true point s has
    :math:`s \le \sigma + c / s^2`, which bounds it; below, it is at least
    :math:`\sigma - c / \sigma^2`, and at least 0.
    """
    if curved <= 0:
        return 0.0
    most = sigma + curved ** (1 / 3)
    above = root_of(lambda s: s * s * (s - sigma) - curved, sigma, most, 1e-12) - sigma
    return max(above, min(sigma, curved / sigma**2)) if sigma > 0 else above


def _floor(noise: Float64[np.ndarray, " cell"], most: float) -> float:
    """Fixed point of the error that noise has on average: gaps are near normal."""
    held = noise.reshape(-1, FEWER).sum(axis=-1)
    n_cells = N_CELLS // FEWER
    masses, at = Masses(halves(held)), np.arange(n_cells + 1) / n_cells
    middle = (np.arange(n_cells) + 0.5) / n_cells

    def size(sigma: float) -> float:
        variance = masses.smoothed(sigma / math.sqrt(2)) / (2 * math.sqrt(math.pi) * sigma)
        for near, place in ((middle, at), (1 - middle, 1 - at)):  # a row meets its mirror image
            image = np.exp(-((near / sigma) ** 2)) @ held / (math.pi * sigma**2)
            variance = variance + image * np.exp(-((place / sigma) ** 2))
        variance[variance < FAINT * variance.max()] = 0  # the root would magnify its rounding
        mean = math.sqrt(2 / math.pi) * integral_of_size(np.sqrt(variance))
        return min(mean, most)

    if not held.any():
        return 0.0
    floor = fixed_point_of_noise(size, LEAST)
    return floor if floor > LEAST else 0.0
