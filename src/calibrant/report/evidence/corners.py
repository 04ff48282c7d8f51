"""A dense curve drawn through few of its points, so few that a page stays small."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int64

from calibrant.metrics.bands.curve import ReliabilityCurve

__all__ = ["corners", "thinned_curve"]

DRAWN = 200  # points
HIDDEN = 2e-3  # of the height of the picture: less than a pixel shows


def corners(
    x: Float[np.ndarray, " point"], *columns: Float[np.ndarray, " point"], at_most: int = DRAWN
) -> Int64[np.ndarray, " drawn"]:
    """Indices of points through which lines lie nearest to the curves, ascending.

    Starting from the two ends, the point that lies farthest from the line so far is added, until
    none lies more than a five-hundredth of the picture's height off it, or `at_most` are taken.
    So a step keeps both of its ends. Points without a value are no corners.

    References
    ----------
    .. [1] Ramer. "An Iterative Procedure for the Polygonal Approximation of Plane Curves."
       Computer Graphics and Image Processing 1, 1972.

    Examples
    --------
    >>> step = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    >>> corners(np.arange(6.0), step).tolist()
    [0, 2, 3, 5]
    """
    defined = np.flatnonzero(np.isfinite(x) & np.all(np.isfinite(columns), axis=0))
    if len(defined) <= 2:
        return defined
    at = x[defined]
    heights = np.stack([column[defined] for column in columns])
    spans = np.ptp(heights, axis=1)
    heights = heights / np.where(spans > 0, spans, 1)[:, None]
    taken = [0, len(at) - 1]
    while len(taken) < min(at_most, len(at)):
        kept = np.sort(taken)
        lines = np.stack([_between(at, kept, height) for height in heights])
        off = np.abs(heights - lines).max(axis=0)
        off[kept] = 0
        farthest = int(off.argmax())
        if off[farthest] < HIDDEN:
            break
        taken.append(farthest)
    return defined[np.sort(taken)]


def _between(
    at: Float[np.ndarray, " point"],
    kept: Int64[np.ndarray, " drawn"],
    height: Float[np.ndarray, " point"],
) -> Float[np.ndarray, " point"]:
    """Heights on the lines between the points kept, by position where several share a place."""
    after = np.clip(np.searchsorted(kept, np.arange(len(at))), 1, len(kept) - 1)
    first, last = kept[after - 1], kept[after]
    width = at[last] - at[first]
    share = np.divide(at - at[first], width, out=np.zeros_like(at), where=width != 0)
    return height[first] + share * (height[last] - height[first])


def thinned_curve(curve: ReliabilityCurve, *, at_most: int = DRAWN) -> ReliabilityCurve:
    """A reliability curve and its band through their corners.

    The rows of a point that is left out go to the next that is kept, so that none is lost.
    """
    stated, *columns = (
        np.asarray(column) for column in (curve.stated, curve.observed, curve.low, curve.high)
    )
    kept = corners(stated, *columns, at_most=at_most)
    if len(kept) == len(curve):
        return curve
    rows, weight = (
        np.diff(np.cumsum(np.asarray(column))[kept], prepend=0)
        for column in (curve.n, curve.weight)
    )
    some = {
        name: tuple(getattr(curve, name)[k] for k in kept)
        for name in ("lower", "upper", "stated", "observed", "low", "high")
    }
    return replace(curve, n=tuple(rows.tolist()), weight=tuple(weight.tolist()), **some)
