"""Difference of two smooth calibration errors of the same rows, each at a bandwidth of its own."""

import numpy as np
from jaxtyping import Float64
from scipy.special import stdtr, stdtrit

from calibrant.comparison.difference import Difference, unsure
from calibrant.comparison.gap_noise import GapNoise, joint_noise
from calibrant.comparison.gap_rows import RowGaps, row_gaps
from calibrant.comparison.pair import Pair
from calibrant.comparison.smooth_noise import raised_covariance
from calibrant.comparison.smooth_same import same_errors
from calibrant.comparison.smooth_side import SmoothSide
from calibrant.comparison.smooth_test import SmoothTest
from calibrant.comparison.too_few import too_few_for_noise
from calibrant.metrics.binless.smooth import SmoothCalibrationError
from calibrant.statistics.views import events_of

__all__ = ["smooth_difference"]

N_CELLS, MANY_CELLS = 200, 400
FINE = 0.01  # error below which the more cells are asked for
DRAWS = ((200, 512), (400, 256))  # pairs of them, up to so many waves of both models
FEWEST_DRAWS = 128  # the more waves, the nearer is an error to normal
SLACK = 1e-12  # of the greatest variance
MOST, SURE = 0.9, 0.995  # of a tail, at which an end is sought
METHOD = "true errors that show both with joint noise, each at its own bandwidth (approximate)"
BESIDE = f"{METHOD}; noise has put the difference of the values outside"


def smooth_difference(
    metric: SmoothCalibrationError,
    values: tuple[float, float],
    pair: Pair,
    level: float,
) -> Difference:
    """Smooth ECE of the first model less that of the second, with an interval and a p value.

    Both are of the difference of the true errors, each the bandwidth that equals its error: see
    `SmoothTest`. Where both models may have the same gaps the p value goes over to that of
    `SameGaps`, the more so the more of both errors noise alone would show, and the tails of the
    interval are multiplied to agree with it.
    """
    turned = values[0] < values[1]  # models that change places have the same interval, mirrored
    n_cells = N_CELLS if min(values) >= FINE else MANY_CELLS
    cells = [row_gaps([events_of(rows, metric.view)], n_cells) for rows in (pair.a, pair.b)]
    first, second = reversed(cells) if turned else cells
    if np.array_equal(first.added, second.added) and np.array_equal(first.bins, second.bins):
        return unsure(0.0, pair.n, pair.n_effective, "both state every row the same")
    few = too_few_for_noise(pair)
    if few:
        return unsure(values[0] - values[1], pair.n, pair.n_effective, few)
    value, noise = values[0] - values[1], joint_noise(first, second, pair, of_squares=False)
    if noise is None:
        return unsure(value, pair.n, pair.n_effective, "the gaps have no noise to tell of")
    test = _test((first, second), (max(values), min(values)), noise, 1 / n_cells)
    off, freedom = test.deviations(0.0), pair.n_effective - 1
    usual = float(stdtr(freedom, -off)), float(stdtr(freedom, off))  # of more, of less
    same = same_errors(
        (first, second), (test.first.seen, test.second.seen), 1 / n_cells, noise, pair.n_effective
    )
    own = usual if same is None else _between(usual, same, min(1.0, test.noise))
    tails = [_tail(level, one, other) for one, other in zip(usual, own, strict=True)]
    low, high = (
        test.end(-side * float(stdtrit(freedom, tail)))
        for side, tail in zip((1, -1), tails, strict=True)
    )
    low, high = (-high, -low) if turned else (low, high)
    return Difference(
        value=value,
        low=low,
        high=high,
        level=level,
        n=pair.n,
        n_effective=pair.n_effective,
        p_value=min(1.0, 2 * min(own)),
        method=METHOD if low <= value <= high else BESIDE,
    )


def _between(
    usual: tuple[float, float], same: tuple[float, float], noise: float
) -> tuple[float, float]:
    """Chances between two, in logarithms: the second where all may be noise.

    What noise alone shows makes the usual ones cautious. Beyond noise they hold their level, and
    of few rows many waves of the gaps tell too much of what both models have in common.
    """
    one, other = (
        max(first, 1e-300) ** (1 - noise) * max(second, 1e-300) ** noise
        for first, second in zip(usual, same, strict=True)
    )
    return one, other


def _tail(level: float, usual: float, own: float) -> float:
    """Tail at which an end is sought: it is at 0 where the own chance is the tail of the level."""
    tail = (1 - level) / 2
    if usual == own:
        return tail
    return min(tail * usual / max(own, 1e-300), max(MOST, (1 + usual) / 2), SURE)


def _test(
    cells: tuple[RowGaps, RowGaps], values: tuple[float, float], noise: GapNoise, least: float
) -> SmoothTest:
    """Both errors, and what true ones would show with joint draws of noise."""
    covariance = raised_covariance(noise, cells)
    n_first = int(noise.held[0].sum())
    parts = slice(n_first), slice(n_first, None)
    one, other = (
        SmoothSide(gaps.gap[held], gaps.place[held], covariance[at, at], value, least)
        for gaps, held, at, value in zip(cells, noise.held, parts, values, strict=True)
    )
    n_waves = one.ladder.n_waves
    both = np.zeros((n_waves + other.ladder.n_waves, len(covariance)))
    both[:n_waves, parts[0]], both[n_waves:, parts[1]] = one.basis, other.basis
    drawn = _drawn(both @ covariance @ both.T)
    shown = one.shown(drawn[:, :n_waves]), other.shown(drawn[:, n_waves:])
    return SmoothTest(one, other, shown)


def _drawn(covariance: Float64[np.ndarray, "wave wave"]) -> Float64[np.ndarray, "draw wave"]:
    """Normal numbers of this covariance, of which the opposite is meant as well."""
    n = len(covariance)
    half = next((draws for most, draws in DRAWS if n <= most), FEWEST_DRAWS)
    values, vectors = np.linalg.eigh(covariance)
    root = np.sqrt(np.maximum(values, SLACK * values[-1]))  # rounding may leave some below 0
    table = np.random.Generator(np.random.PCG64(n)).standard_normal((half, n))
    return table @ (vectors * root) @ vectors.T
