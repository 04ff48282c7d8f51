"""Sums over draws of noise, which are read again for every gap that is tried."""

import numpy as np
from jaxtyping import Float64
from numpy import ndarray

from calibrant.kernel.library import kernel

__all__ = ["folded_sums"]


def folded_sums(
    noise: Float64[ndarray, "gap draw"], gap: Float64[ndarray, " gap"]
) -> Float64[ndarray, " draw"]:
    """Sum of the sizes of gaps with noise, draw by draw.

    Of two draws and more it has the same bits with and without the kernel.

    Examples
    --------
    >>> folded_sums(np.array([[1.0, -3.0], [0.0, 0.5]]), np.array([1.0, -1.0]))
    array([3. , 2.5])
    """
    library = kernel()
    if library is None or not noise.flags.c_contiguous:
        drawn = noise + gap[:, None]
        return np.abs(drawn, out=drawn).sum(axis=0)
    sums, gap = np.empty(noise.shape[1]), np.ascontiguousarray(gap)
    given = noise.ctypes.data, gap.ctypes.data, *noise.shape, sums.ctypes.data
    library["folded_sums"](*given)
    return sums
