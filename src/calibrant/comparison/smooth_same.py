"""Two smooth errors of models with the same gaps: how far apart noise puts them."""

import math

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from calibrant.comparison.gap_noise import GapNoise
from calibrant.comparison.gap_rows import RowGaps
from calibrant.comparison.same_gaps import Sizes, same_gaps
from calibrant.comparison.smooth_ladder import Ladder, size_of

__all__ = ["same_errors"]

LOW, HIGH = 0.8, 1.25  # times the lesser error and the greater, between which both are read


def same_errors(
    cells: tuple[RowGaps, RowGaps],
    seen: tuple[float, float],
    least: float,
    noise: GapNoise,
    n_units: float,
) -> tuple[float, float] | None:
    """Chance of a greater difference of both errors, and of a lesser; None if the gaps differ.

    Whether they may be the same is told at the bandwidth between the two errors, where gaps are
    smooth and few numbers tell them. Both errors are read from the ladder of both.

    Parameters
    ----------
    cells : pair of RowGaps
        Gaps of both models, in the same cells.
    seen : pair of float
        Their errors.
    least : float
        Bandwidth below which the cells would show.
    noise : GapNoise
        Joint noise of the gaps.
    n_units : float
        Rows or clusters behind it.
    """
    one, other = max(seen[0], least), max(seen[1], least)
    between = Ladder(math.sqrt(one * other), 1.0)

    def smoothed(waves: Float64[ndarray, "draw wave"]) -> Float64[ndarray, " draw"]:
        return size_of(between.density(waves, between.least))

    first, second, covariance = _waves(cells, noise, between)
    told = same_gaps((first, second), covariance, n_units, (smoothed, smoothed))
    if told is None or not told.tenable:
        return None
    ladder = Ladder(LOW * min(one, other), HIGH * max(one, other))

    def error(waves: Float64[ndarray, "draw wave"]) -> Float64[ndarray, " draw"]:
        return ladder.fixed_points(ladder.densities(waves))

    first, second, covariance = _waves(cells, noise, ladder)
    sizes: tuple[Sizes, Sizes] = (error, error)
    found = same_gaps((first, second), covariance, n_units, sizes)
    if found is None:
        return None
    apart = found.drawn - float(error(first[None])[0] - error(second[None])[0])
    return _share(apart), _share(-apart)


def _waves(
    cells: tuple[RowGaps, RowGaps], noise: GapNoise, ladder: Ladder
) -> tuple[Float64[ndarray, " wave"], Float64[ndarray, " wave"], Float64[ndarray, "both both"]]:
    """Coefficients of both models' gaps, and their covariance as the rows show it."""
    basis = ladder.basis(cells[0].place[noise.either])
    first, second = (basis @ each.gap[noise.either] for each in cells)
    both = np.kron(np.eye(2), basis)
    return first, second, both @ noise.seen @ both.T


def _share(apart: Float64[ndarray, " draw"]) -> float:
    """Share of draws above 0; half a draw is beyond them all."""
    beyond = float((apart > 0).sum() + 0.5 * (apart == 0).sum())
    return (beyond + 0.5) / (len(apart) + 1)
