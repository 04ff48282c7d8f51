"""Smooth reliability curve: a kernel regression as wide as the smooth calibration error."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from calibrant.metrics.bands.cells import Cells
from calibrant.metrics.bands.redrawn import N_DRAWS, Ends, ends_of, redrawn_shares
from calibrant.metrics.binless.smooth import LEAST, SmoothCalibrationError
from calibrant.statistics.score_grid import View
from calibrant.statistics.tally import Tally

__all__ = ["SmoothCurve", "consistency", "smooth_curve", "width_of"]

N_PLACES = 200
REACH = 11.0  # widths beyond which a mirror image adds less than rounding
NARROW = 0.1  # width up to which a row has two mirror images at most
FINE = 8  # parts of a width in which outcomes are drawn together

Places = Float64[np.ndarray, " place"]


@dataclass(frozen=True, slots=True, eq=False)
class SmoothCurve:
    """Means about even places of [0, 1], by a kernel.

    Attributes
    ----------
    share : Float64[ndarray, "place cell"]
        What part of the mean about a place each cell has; adds up to 1.
    stated, observed : Float64[ndarray, "place"]
        Means of what was stated and of what came out.
    lower, upper : Float64[ndarray, "place"]
        Ends of the scores that are nearest to a place.
    count, w : Float64[ndarray, "place"]
        Their rows, and the weight of these.
    """

    share: Float64[np.ndarray, "place cell"]
    stated: Places
    observed: Places
    lower: Places
    upper: Places
    count: Places
    w: Places


def width_of(tally: Tally, view: View) -> float:
    """Deviation of the kernel: the smooth calibration error, at least half a cell."""
    return max(float(SmoothCalibrationError(view).read(tally)), LEAST)


def smooth_curve(cells: Cells, width: float) -> SmoothCurve:
    r"""Kernel regression of outcomes and of stated probabilities at even places.

    .. math:: \hat y(t) = \frac{\sum_i w_i y_i K(t, p_i)}{\sum_i w_i K(t, p_i)}, \qquad
              \hat p(t) = \frac{\sum_i w_i p_i K(t, p_i)}{\sum_i w_i K(t, p_i)}

    with a Gaussian K of deviation `width`, reflected at 0 and 1; the rows of a cell lie at their
    mean. The curve is :math:`\hat y` over :math:`\hat p`, not over t: a kernel that reaches over
    more rows on one side moves both alike, so that true probabilities lie on the diagonal. What
    lies between the two, over all t by their density, is the smooth calibration error.

    At most 200 places lie evenly from the least to the greatest score. Left out is a place to
    which no row is nearest, and that no row is within a width of.

    References
    ----------
    .. [1] Blasiok, Nakkiran. "Smooth ECE: Principled Reliability Diagrams via Kernel Smoothing."
       ICLR 2024 (2309.12500).
    """
    at = cells.stated
    first, last = float(at[0]), float(at[-1])
    n_places = N_PLACES if last > first else 1
    places = np.linspace(first, last, n_places)
    between = (places[1:] + places[:-1]) / 2
    nearest = np.searchsorted(between, at)
    count, w = (
        np.bincount(nearest, weights=sums, minlength=n_places) for sums in (cells.count, cells.w)
    )
    kept = (count > 0) | (_distance(places, at) <= width)
    share = _kernel(places[kept], at, width) * cells.w
    share /= share.sum(axis=1, keepdims=True)
    return SmoothCurve(
        share=share,
        stated=np.clip(share @ at, 0.0, 1.0),
        observed=np.clip(share @ cells.came, 0.0, 1.0),
        lower=np.concatenate(([first], between))[kept],
        upper=np.concatenate((between, [last]))[kept],
        count=count[kept],
        w=w[kept],
    )


def consistency(
    cells: Cells, curve: SmoothCurve, width: float, level: float, *, simultaneous: bool
) -> Ends:
    """Band that holds the smooth curve of true probabilities, of the same width.

    As `calibrant.metrics.bands.redrawn.consistency`, from 1,000 curves of outcomes that are drawn
    at the probabilities stated. Rows within an eighth of a width are drawn as one.
    """
    stretch = np.floor(cells.stated * (FINE / width))
    start = np.flatnonzero(np.diff(stretch, prepend=-1.0))
    groups, share = cells.merged(start), np.add.reduceat(curve.share, start, axis=1)
    curves = np.empty((N_DRAWS, len(curve.stated)))
    for first, drawn in redrawn_shares(groups):
        curves[first : first + len(drawn)] = (drawn - groups.stated) @ share.T + curve.stated
    low, high = ends_of(curves, curve.stated, level, simultaneous=simultaneous)
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def _distance(places: Places, at: Float64[np.ndarray, " cell"]) -> Places:
    """How far the nearest of the scores, in rising order, is from every place."""
    after = np.clip(np.searchsorted(at, places), 1, max(len(at) - 1, 1))
    beside = at[np.minimum(after, len(at) - 1)], at[after - 1]
    return np.minimum(np.abs(beside[0] - places), np.abs(beside[1] - places))


def _kernel(
    places: Places, at: Float64[np.ndarray, " cell"], width: float
) -> Float64[np.ndarray, "place cell"]:
    """Reflected kernel, in units of what the nearest score gets: it never vanishes."""
    apart, together = places[:, None] - at, places[:, None] + at
    least = np.abs(apart).min(axis=1, keepdims=True) ** 2

    def seen(distance: Float64[np.ndarray, "place some"]) -> Float64[np.ndarray, "place some"]:
        return np.exp((least - distance**2) / (2 * width**2))

    kernel = seen(apart)
    reach = float(np.sqrt(least.max())) + REACH * width
    low, high = at <= reach, at >= 1 - reach
    kernel[:, low] += seen(together[:, low])
    kernel[:, high] += seen(together[:, high] - 2)
    if width > NARROW:
        for k in range(1, 2 + int(REACH * width / 2)):
            for image in (apart, together):
                kernel += seen(image + 2 * k)
            kernel += seen(apart - 2 * k) + seen(together - 2 * (k + 1))
    return kernel
