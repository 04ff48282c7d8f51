"""Difference of two smooth calibration errors of the same rows, at a bandwidth of both."""

import math

import numpy as np
from jaxtyping import Float64

from calibrant.comparison.difference import Difference, unsure
from calibrant.comparison.gap_noise import GapNoise, joint_noise
from calibrant.comparison.gap_rows import RowGaps, row_gaps
from calibrant.comparison.gap_side import Side
from calibrant.comparison.gap_test import GapTest, difference_of_sizes
from calibrant.comparison.pair import Pair
from calibrant.comparison.same_gaps import SameGaps, same_gaps
from calibrant.metrics.binless.smooth import SmoothCalibrationError
from calibrant.statistics.views import events_of

__all__ = ["smooth_difference"]

N_CELLS = 200
N_NODES = 101
LEAST = 1 / N_CELLS  # bandwidth below which the cells would show


def smooth_difference(
    metric: SmoothCalibrationError,
    values: tuple[float, float],
    pair: Pair,
    level: float,
) -> Difference:
    """Smooth ECE of the first model less that of the second, with an interval and a p value.

    The error falls as the bandwidth grows, and each value is the bandwidth that equals its error.
    So at any bandwidth between the two the model of the greater value has the greater error, and
    both are compared at their geometric mean: mean absolute smoothed gaps, a sum as that of bins.
    The interval is of the difference there.
    """
    value = values[0] - values[1]
    first, second = (row_gaps([events_of(rows, metric.view)], N_CELLS) for rows in (pair.a, pair.b))
    if np.array_equal(first.added, second.added) and np.array_equal(first.bins, second.bins):
        return unsure(0.0, pair.n, pair.n_effective, "both state every row the same")
    noise = joint_noise(first, second, pair, of_squares=False)
    if noise is None:
        return unsure(value, pair.n, pair.n_effective, "the gaps have no noise to tell of")
    width = max(math.sqrt(values[0] * values[1]), LEAST)
    n_first = int(noise.held[0].sum())
    kernels = [
        _kernel(gaps.place[held], width)
        for gaps, held in zip((first, second), noise.held, strict=True)
    ]
    both = np.zeros((2 * N_NODES, len(noise.covariance)))
    both[:N_NODES, :n_first], both[N_NODES:, n_first:] = kernels
    covariance = both @ noise.covariance @ both.T
    deviation = np.sqrt(covariance.diagonal())
    sides = [
        Side(
            gap=kernel @ gaps.gap[held],
            deviation=np.maximum(deviation[at], 1e-12 * deviation.max()),
            share=np.ones(N_NODES),
            place=np.linspace(0, 1, N_NODES),
            event=np.zeros(N_NODES, dtype=np.int64),
            factor=_trapezoids(),
            norm="l1",
            smooth=True,
        )
        for kernel, gaps, held, at in zip(
            kernels,
            (first, second),
            noise.held,
            (slice(N_NODES), slice(N_NODES, None)),
            strict=True,
        )
    ]
    same = _same((first, second), sides, noise, width, pair)
    test = GapTest(sides[0], sides[1], covariance, same=same)
    method = f"test inversion with joint noise, at the bandwidth {width:.2g} (approximate)"
    return difference_of_sizes(value, test, pair, level, method)


def _same(
    cells: tuple[RowGaps, RowGaps], sides: list[Side], noise: GapNoise, width: float, pair: Pair
) -> SameGaps | None:
    """What noise would show if both models had the same smoothed gaps."""
    kernel = _kernel(cells[0].place[noise.either], width)
    both = np.kron(np.eye(2), kernel)
    one, other = (kernel @ gaps.gap[noise.either] for gaps in cells)
    covariance = both @ noise.seen @ both.T
    return same_gaps((one, other), covariance, pair.n_effective, (sides[0].size, sides[1].size))


def _kernel(place: Float64[np.ndarray, " cell"], width: float) -> Float64[np.ndarray, "node cell"]:
    """Gaussian about every cell, reflected at 0 and 1, at the nodes."""
    node = np.linspace(0, 1, N_NODES)[:, None]
    images = [side * place + 2 * turn for turn in range(-3, 4) for side in (1, -1)]
    bells = sum(np.exp(-np.square((node - image) / width) / 2) for image in images)
    return np.asarray(bells) / (width * math.sqrt(2 * math.pi))


def _trapezoids() -> Float64[np.ndarray, " node"]:
    factor = np.full(N_NODES, 1 / (N_NODES - 1))
    factor[[0, -1]] /= 2
    return factor
