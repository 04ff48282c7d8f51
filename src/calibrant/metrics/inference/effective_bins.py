"""Rows behind the shares of many bins or groups at once."""

import numpy as np
from jaxtyping import Float64

from calibrant.metrics.inference.effective import rows_behind

__all__ = ["rows_behind_each"]

Sums = Float64[np.ndarray, " bin"]


def rows_behind_each(w: Sums, wy: Sums, ww: Sums, wwy: Sums) -> Sums:
    """See `rows_behind`: of every bin, from sums over its rows; 0 of one without any.

    Examples
    --------
    >>> four, none = np.array([4.0, 0.0]), np.array([1.0, 0.0])
    >>> rows_behind_each(four, none, four, none).tolist()  # one of four rows came
    [4.0, 0.0]
    """
    share = np.clip(wy / np.where(w > 0, w, 1), 0, 1)
    columns = np.stack((share, wwy, np.maximum(ww - wwy, 0), w), axis=1)
    return np.array([rows_behind(*each) if each[-1] > 0 else 0.0 for each in columns.tolist()])
