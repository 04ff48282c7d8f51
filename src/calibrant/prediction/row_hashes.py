"""Hashes of rows: 64 bits mixed from what every row states, and of nothing else."""

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt64
from torch import Tensor

from calibrant.kernel.curves import hashes

__all__ = ["row_hashes"]

CHUNK = 1 << 15  # stated numbers that are mixed together, in the cache
ODD = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)  # of SplitMix64


def row_hashes(values: Float[Tensor, "row *class"]) -> Int64[Tensor, " row"]:
    """Hash of the values of every row, in their order; equal rows have equal hashes.

    Values count by what they are in float64: float32 values and their float64 copy agree, and
    so do 0 and -0. Each number is folded, so that its upper bits reach its lower ones, and has
    an odd multiplier of its place: rows that differ in one place never meet, and others by
    chance alone, about one pair in 2**64. The sum is finished as in SplitMix64 [1]_; in the order
    of their hashes rows lie like a shuffled deck, so that those below a threshold are a fair
    sample. The hashes lie on the CPU.

    References
    ----------
    .. [1] Steele, Lea, Flood. "Fast Splittable Pseudorandom Number Generators." OOPSLA 2014.

    Examples
    --------
    >>> one, other, same = row_hashes(torch.tensor([[0.5, 0.25], [0.25, 0.5], [0.5, 0.25]]))
    >>> bool(one == same), bool(one == other)
    (True, False)
    """
    plain = values.detach()
    if plain.dtype not in (torch.float32, torch.float64):
        plain = plain.double()
    plain = plain[:, None] if plain.ndim == 1 else plain
    places = _finished(np.arange(1, plain.shape[1] + 1, dtype=np.uint64) * ODD) | np.uint64(1)
    found = hashes(plain.contiguous(), places)
    return _hashes(plain.numpy(force=True), places) if found is None else found


def _hashes(
    rows: Float[np.ndarray, "row class"], places: UInt64[np.ndarray, " class"]
) -> Int64[Tensor, " row"]:
    """The same without the kernel."""
    n_rows, n_places = rows.shape
    sums = np.empty(n_rows, dtype=np.uint64)
    step = max(1, CHUNK // max(n_places, 1))
    wide = np.empty((step, n_places))
    upper = np.empty((step, n_places), dtype=np.uint64)
    for start in range(0, n_rows, step):
        run = rows[start : start + step]
        n = len(run)
        np.add(run, 0.0, out=wide[:n], dtype=np.float64)  # -0 becomes 0
        bits = wide[:n].view(np.uint64)
        np.right_shift(bits, np.uint64(32), out=upper[:n])
        np.bitwise_xor(bits, upper[:n], out=bits)
        np.matmul(bits, places, out=sums[start : start + n])
    return torch.from_numpy(_finished(sums).view(np.int64))


def _finished(sums: UInt64[np.ndarray, " row"]) -> UInt64[np.ndarray, " row"]:
    sums = (sums ^ (sums >> np.uint64(30))) * FIRST
    sums = (sums ^ (sums >> np.uint64(27))) * SECOND
    return sums ^ (sums >> np.uint64(31))
