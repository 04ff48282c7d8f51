"""An order of numbers that rounding does not change."""

import numpy as np
from jaxtyping import Float64, Int64
from numpy import ndarray

__all__ = ["steady_order"]

DIGITS = 9


def steady_order(*keys: Float64[ndarray, " any"]) -> Int64[ndarray, " any"]:
    """Order by the last key, then by the one before: of nine digits, so that ties stay ties.

    Sums over rows in another order, or of weights on another scale, differ in their last digits.

    Examples
    --------
    >>> steady_order(np.array([2.0, 1.0]), np.array([0.3, 0.1 + 0.2])).tolist()
    [1, 0]
    """
    return np.lexsort(tuple(_rounded(key) for key in keys)).astype(np.int64)


def _rounded(key: Float64[ndarray, " any"]) -> Float64[ndarray, " any"]:
    size = np.abs(key)
    usual = np.isfinite(size) & (size > 0)
    unit = 10.0 ** (np.floor(np.log10(np.where(usual, size, 1.0))) - DIGITS + 1)
    return np.where(usual, np.round(key / unit) * unit, key)
