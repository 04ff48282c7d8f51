"""Where an isotonic curve would lie, were every probability true: outcomes drawn again."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float64
from scipy.optimize import isotonic_regression

from calibrant.metrics.bands.cells import Cells

__all__ = ["N_DRAWS", "Ends", "consistency", "ends_of", "redrawn_curves", "redrawn_shares"]

N_DRAWS = 1000
SEED = 20230920
BLOCK = 50  # draws at a time

Curves = Float64[np.ndarray, "draw group"]
Ends = tuple[Float64[np.ndarray, " group"], Float64[np.ndarray, " group"]]


def consistency(groups: Cells, level: float, *, simultaneous: bool) -> Ends:
    """Band that holds the isotonic curve of true probabilities, from 1,000 curves drawn again.

    At each point by itself it lies between quantiles of the curves. For all points at once its
    two distances from the diagonal are stretched, by one factor, until the share `level` of the
    curves lie wholly inside.

    References
    ----------
    .. [1] Brocker, Smith. "Increasing the Reliability of Reliability Diagrams." Weather and
       Forecasting 22, 2007: consistency resampling. Dimitriadis, Gneiting, Jordan. PNAS 118,
       2021: of the isotonic curve.
    """
    return ends_of(redrawn_curves(groups), groups.stated, level, simultaneous=simultaneous)


def ends_of(
    curves: Curves, stated: Float64[np.ndarray, " group"], level: float, *, simultaneous: bool
) -> Ends:
    """Ends that hold curves about the diagonal: point by point, or `level` of them wholly."""
    tail = (1 - level) / 2
    low, high = np.quantile(curves, (tail, 1 - tail), axis=0, method="linear")
    if not simultaneous:
        return low, high
    least = np.maximum(curves.std(axis=0), 1e-12)  # where a quantile lies on the diagonal
    down, up = np.maximum(stated - low, least), np.maximum(high - stated, least)
    off = curves - stated
    reach = np.maximum(off / up, -off / down).max(axis=1)
    factor = float(np.quantile(reach, level, method="higher"))
    return np.maximum(stated - factor * down, 0.0), np.minimum(stated + factor * up, 1.0)


def redrawn_curves(groups: Cells, n_draws: int = N_DRAWS) -> Curves:
    """Isotonic curves of outcomes that are drawn at the probabilities stated, from a fixed seed."""
    curves = np.empty((n_draws, len(groups)))
    for start, shares in redrawn_shares(groups, n_draws):
        for k, share in enumerate(shares):
            curves[start + k] = isotonic_regression(share, weights=groups.w).x
    return curves


def redrawn_shares(groups: Cells, n_draws: int = N_DRAWS) -> Iterator[tuple[int, Curves]]:
    """Shares of outcomes that are drawn at the probabilities stated, from a fixed seed.

    Of unlike weights a group counts as its effective number of rows, drawn up or down to a whole
    one from draw to draw.

    Yields
    ------
    tuple of int and Float64[ndarray, "draw group"]
        Number of the first draw of a block, and the block.
    """
    generator = np.random.Generator(np.random.PCG64(SEED))
    stated, n = groups.stated, groups.effective
    lower = np.maximum(np.floor(n), 1.0)
    part = np.maximum(n - lower, 0.0)
    for start in range(0, n_draws, BLOCK):
        size = (min(BLOCK, n_draws - start), len(groups))
        rows = np.broadcast_to(lower, size)
        if part.any():
            rows = rows + (generator.random(size) < part)
        drawn = generator.binomial(rows.astype(np.int64), np.broadcast_to(stated, size))
        yield start, drawn / rows
