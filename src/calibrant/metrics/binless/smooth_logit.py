"""Smooth calibration error on the axis of log-odds, where probabilities near 0 and 1 lie apart."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
from jaxtyping import Float64, Int64

from calibrant.metrics.base import MemoryMetric
from calibrant.metrics.binless.log_odds import points_of_rows
from calibrant.metrics.binless.smooth import (
    BIASED,
    FAINT,
    fixed_point,
    moved,
    root_near,
    root_of,
)
from calibrant.metrics.binless.smooth_interval import fixed_point_of_noise
from calibrant.metrics.binless.smoothed_draws import SmoothedNoise
from calibrant.metrics.binless.smoothed_size import SmoothedSize
from calibrant.metrics.binless.smoothing import Masses, curvature, integral_of_size
from calibrant.metrics.binned.noise_floor import SOFT
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.settings import check_view
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.score_grid import View
from calibrant.statistics.views import events_of

__all__ = ["LogitSmoothCalibrationError"]

REACH = 40.0  # log-odds beyond which a row stands at the end: 4e-18 and its complement
N_NODES = 1 << 18
STEP = 2 * REACH / N_NODES
FEWER = 16  # times, nodes for a first approach
A_BANDWIDTH = 4  # nodes
DRAWN = 1 << 12  # nodes at most of noise that is drawn: of more the sum is as good as normal

Column = Float64[np.ndarray, " row"]


@dataclass(frozen=True, slots=True)
class LogitSmoothCalibrationError(MemoryMetric):
    r"""Smooth ECE with its Gaussian on the axis of log-odds, at its own bandwidth, in [0, 1].

    .. math:: \text{smECE}_\sigma = \int \Big| \frac{1}{W} \sum_i w_i (p_i - y_i)
              \varphi_\sigma(z - z_i) \Big| dz, \qquad z_i = \log \frac{p_i}{1 - p_i}

    As `SmoothCalibrationError`, whose kernel lies on [0, 1], but .001 and .01 are as far apart as
    .5 and .91: errors of rare events are not smoothed into their neighbours. The numbers of the
    two are not to be compared: a bandwidth here is one of log-odds. Rows stated 0 or 1, or beyond
    log-odds of 40, have no neighbours: the gaps of either end add up by themselves.

    Parameters
    ----------
    view : {"positive", "top_label"}, default "positive"
        Event of a row: the positive class came out, or its likeliest class is right.

    Notes
    -----
    By linear binning to 262,144 steps of .0003 and a cosine transform. Logits keep their log-odds
    where the probability would round. Biased upwards; read it beside its noise floor.

    References
    ----------
    .. [1] Blasiok, Nakkiran. "Smooth ECE: Principled Reliability Diagrams via Kernel Smoothing."
       ICLR 2024 (2309.12500): the fixed point, there on the axis of probability.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.predictions(probs=[0.5] * 10, labels=[1] * 7 + [0] * 3)
    >>> round(LogitSmoothCalibrationError()(rows).value, 6)  # one gap of .2, however smoothed
    0.2
    """

    view: View = "positive"
    higher_is_better: ClassVar[bool | None] = False

    def __post_init__(self) -> None:
        check_view(self.view)

    @property
    @final
    def reads(self) -> tuple[type[Rows], ...]:
        """See `Metric.reads`."""
        return (Predictions, Events)

    def estimate_rows(self, rows: Rows, *, level: float) -> Estimate:
        """See `MemoryMetric.estimate_rows`."""
        del level
        points, events = points_of_rows(rows, self.view), events_of(rows, self.view)
        weight, prob = points.up + points.down, events.stated.cpu().numpy()
        total = float(weight.sum())
        inside = np.abs(points.at) <= REACH
        gap = (weight * prob - points.up) / total
        ends = sum(abs(float(gap[~inside & (side * points.at > 0)].sum())) for side in (1.0, -1.0))
        masses = Masses(_to_nodes(points.at[inside], gap[inside]))
        size = float(np.abs(gap[inside]).sum())
        _, upper = _place(points.at[inside])
        off = float(np.abs(gap[inside]) @ (upper * (1 - upper)))
        curved = STEP**2 * curvature(off, float(np.abs(masses.at).sum()))

        def error_on(masses: Masses) -> Callable[[float], float]:
            return lambda sigma: ends + integral_of_size(masses.smoothed(sigma / (2 * REACH)))

        value = fixed_point(error_on(masses), error_on(masses.coarser(FEWER)), ends, ends + size)
        hard = bool(((points.up == 0) | (points.down == 0)).all())
        floor, details = None, {"sigma": value}
        if hard:
            noise = points.ww * prob * (1 - prob) / total**2
            most = float((2 * weight * prob * (1 - prob)).sum()) / total
            floor = _floor(points.at[inside], noise[inside], most)
            details |= _beyond(Masses(_to_nodes(points.at[inside], noise[inside])), floor, value)
        return Estimate(
            *(value, None, None, None, len(rows), BIASED),
            noise_floor=floor,
            note="" if hard else SOFT,
            bound=moved(value, curved),
            details=details,
        )


def _to_nodes(at: Column, mass: Column) -> Float64[np.ndarray, " node"]:
    """Masses on the nodes from -40 to 40, each shared by its two neighbours by nearness."""
    lower, upper = _place(at)
    nodes = np.zeros(N_NODES + 1)
    nodes += np.bincount(lower, mass * (1 - upper), N_NODES + 1)
    nodes += np.bincount(lower + 1, mass * upper, N_NODES + 1)
    return nodes


def _place(at: Column) -> tuple[Int64[np.ndarray, " row"], Column]:
    """Node at or below a row, and the share of the way to the next."""
    place = (at + REACH) / STEP
    lower = np.minimum(np.floor(place).astype(np.int64), N_NODES - 1)
    return lower, place - lower


def _beyond(variance: Masses, floor: float, value: float) -> dict[str, float]:
    """95th percentile of the error if every probability were true, and the chance of this one."""
    span = 2 * REACH  # a bandwidth in log-odds over that of nodes from 0 to 1
    if not floor > 0:  # all stated 0 or 1: nothing is left to chance
        return {"noise_floor_95": 0.0, "p_value": float(value <= 0)}
    n_nodes = min(N_NODES, 1 << math.ceil(math.log2(A_BANDWIDTH * span / floor)))
    few = variance.coarser(N_NODES // n_nodes).at
    least = max(floor, A_BANDWIDTH * span / n_nodes)
    if n_nodes > DRAWN:
        size = SmoothedSize(few)
        upper = fixed_point_of_noise(lambda s: size.quantile(s / span, 0.95, least / span), least)
        chance = size.chance_beyond(value, max(value, least) / span)
    else:
        noise = SmoothedNoise.independent(few)
        upper = fixed_point_of_noise(lambda s: noise.quantile(noise.sizes(s / span), 0.95), least)
        drawn = noise.sizes(max(value, least) / span)
        chance = (1 + float((drawn >= value).sum())) / (1 + len(drawn))
    return {"noise_floor_95": upper, "p_value": chance}


def _floor(at: Column, noise: Column, most: float) -> float:
    """Fixed point of the expected error if every probability were true: gaps are near normal."""
    masses = Masses(_to_nodes(at, noise))

    def excess_on(masses: Masses) -> Callable[[float], float]:
        def excess(sigma: float) -> float:
            width = sigma / (2 * REACH)
            variance = masses.smoothed(width / math.sqrt(2)) / (2 * math.sqrt(math.pi) * width)
            variance[variance < FAINT * variance.max()] = 0  # the root would magnify its rounding
            mean = math.sqrt(2 / math.pi) * integral_of_size(np.sqrt(variance))
            return min(mean, most) - sigma

        return excess

    least = STEP / 2
    if not noise.any():
        return 0.0
    excess = excess_on(masses)
    near = root_near(excess, excess_on(masses.coarser(FEWER)), least, 1.0, 1e-12)
    if near is not None:
        return near
    return root_of(excess, least, 1.0, 1e-12) if excess(least) > 0 else 0.0
