"""True calibration error: what generated data, whose probabilities are known, can tell."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

__all__ = ["TrueError", "true_error"]


@dataclass(frozen=True, slots=True)
class TrueError:
    """Calibration error against known probabilities, in units of probability.

    Attributes
    ----------
    value : float
        Mean distance of the stated from the true probability, given the stated one.
    noise_floor : float
        What `value` is expected to be at this number of rows where the truth is 0.
    n, n_bins : int
        Rows, and bins of equal numbers of rows.
    """

    value: float
    noise_floor: float
    n: int
    n_bins: int


def true_error(
    stated: Float64[ndarray, " row"], true: Float64[ndarray, " row"], *, n_bins: int = 100
) -> TrueError:
    r"""True calibration error, :math:`E\,|E[\eta \mid p] - p|`, in units of probability.

    Parameters
    ----------
    stated : Float64[ndarray, "row"]
        Probability :math:`p` that the model states for the positive class.
    true : Float64[ndarray, "row"]
        Probability :math:`\eta` that the row is positive.
    n_bins : int, default 100
        Bins of equal numbers of rows in which the mean of `true` stands for
        :math:`E[\eta \mid p]`; equal values of `stated` are never split.

    Notes
    -----
    No outcome is drawn, so the only noise is that of :math:`\eta` within a bin: in a bin of
    n rows where :math:`\eta - p` has deviation s, a true gap of 0 shows as
    :math:`s \sqrt{2 / (\pi n)}` on average. The floor is the mean of that over the rows.

    Examples
    --------
    >>> true_error(np.array([0.2, 0.2, 0.8, 0.8]), np.array([0.1, 0.5, 0.6, 0.8]), n_bins=2).value
    0.1
    """
    inner = np.quantile(stated, np.arange(1, n_bins) / n_bins, method="inverted_cdf")
    bins = np.searchsorted(inner, stated, side="left")
    n = np.bincount(bins, minlength=n_bins)
    gap = true - stated
    occupied = np.maximum(n, 1)
    mean = np.bincount(bins, gap, minlength=n_bins) / occupied
    squares = np.bincount(bins, np.square(gap - mean[bins]), minlength=n_bins) / occupied
    share = n / len(stated)
    floor = math.sqrt(2 / math.pi) * float(share @ np.sqrt(squares / occupied))
    return TrueError(float(share @ np.abs(mean)), floor, len(stated), n_bins)
