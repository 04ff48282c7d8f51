"""Rows behind the shares of many bins or groups at once."""

import numpy as np
from jaxtyping import Float64

from calibrant.metrics.inference.effective import rows_behind
from calibrant.metrics.inference.uneven import too_uneven

__all__ = ["rows_behind_each"]

Sums = Float64[np.ndarray, " bin"]


def rows_behind_each(count: Sums, w: Sums, wy: Sums, ww: Sums, wwy: Sums) -> Sums:
    """See `rows_behind`: of every bin, from sums over its rows.

    It is 0 of a bin without any, and where weights are too uneven to tell a share.

    Examples
    --------
    >>> four, none = np.array([4.0, 0.0]), np.array([1.0, 0.0])
    >>> rows_behind_each(four, four, none, four, none).tolist()  # one of four rows came
    [4.0, 0.0]
    """
    share = np.clip(wy / np.where(w > 0, w, 1), 0, 1)
    columns = np.stack((share, wwy, np.maximum(ww - wwy, 0), w), axis=1)
    told = w**2 / np.where(ww > 0, ww, 1)
    sizes = zip(count.tolist(), told.tolist(), columns.tolist(), strict=True)
    found = [
        rows_behind(*of) if of[-1] > 0 and not too_uneven(n, kish) else 0.0 for n, kish, of in sizes
    ]
    return np.array(found)
