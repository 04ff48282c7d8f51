"""What is read of thousands of draws: sums over their noise, and numbers by their chances."""

import numpy as np
from jaxtyping import Float64, Int64
from numpy import ndarray

from calibrant.kernel.library import kernel

__all__ = ["folded_sums", "looked_up"]


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


def looked_up(
    ordered: Float64[ndarray, "row draw"],
    rank: Int64[ndarray, "row draw"],
    rows: Int64[ndarray, " one"],
    mass: Float64[ndarray, "one mass"],
    value: Float64[ndarray, "one value"],
) -> Float64[ndarray, "one draw"]:
    """Value of every draw of some `rows`: the k-th where k of the rising masses lie below it.

    The draws of a row come in order, with the rank of each among them; a row of masses and values,
    one more than masses, stands for one of `rows`.

    Examples
    --------
    >>> draws, rank = np.array([[0.25, 0.75]]), np.array([[1, 0]])  # first .75, then .25
    >>> looked_up(draws, rank, np.array([0]), np.array([[0.5]]), np.array([[-1.0, 1.0]]))
    array([[ 1., -1.]])
    """
    library, n_draws = kernel(), ordered.shape[1]
    drawn = np.empty((len(rows), n_draws))
    tables = [np.ascontiguousarray(each) for each in (ordered, rank, rows, mass, value)]
    if library is not None:
        at, held = [each.ctypes.data for each in tables], np.empty(n_draws)
        given = *at[:3], *drawn.shape, *at[3:], mass.shape[1], held.ctypes.data, drawn.ctypes.data
        library["looked_up"](*given)
        return drawn
    ends = np.zeros((len(mass), mass.shape[1] + 2), dtype=np.int64)
    ends[:, -1] = n_draws
    for out, below, row in zip(ends, mass, rows, strict=True):
        out[1:-1] = ordered[row].searchsorted(below, side="right")
    for out, values, times, row in zip(drawn, value, np.diff(ends, axis=1), rows, strict=True):
        values.repeat(times).take(rank[row], out=out, mode="clip")
    return drawn
