"""Scores and yes/no outcomes as whole numbers that sort by score: faster than sorting rows."""

import numpy as np
from jaxtyping import Bool, Float, Int

from calibrant.kernel.curves import keys, narrow_keys

__all__ = ["packed", "unpacked"]

SCALE = 2.0**-520  # leaves the highest bit of the exponent free
SIGN = np.int64(np.iinfo(np.int64).max)


def packed(
    score: Float[np.ndarray, " row"], hit: Bool[np.ndarray, " row"]
) -> Int[np.ndarray, " row"] | None:
    """Numbers that rise with the score, with the outcome in the lowest bit.

    None where a score is infinite, or so near to 0 or so far from it that the power of two that
    makes room for one more bit does not come off again exactly.

    Examples
    --------
    >>> keys = packed(np.array([0.5, -2.0, 0.5]), np.array([True, False, False]))
    >>> keys.argsort()
    array([1, 2, 0])
    >>> unpacked(keys >> 1)
    array([ 0.5, -2. ,  0.5])
    """
    found = narrow_keys(score, hit)
    if found is None or not found[1]:
        found = keys(score, hit) or found
    if found is not None:
        return found[0] if found[1] else None
    return _packed(score, hit)


def _packed(
    score: Float[np.ndarray, " row"], hit: Bool[np.ndarray, " row"]
) -> Int[np.ndarray, " row"] | None:
    """The same without the kernel."""
    if score.dtype == np.float32 and score.min() >= 0 and score.max() < 2:  # a bit is free
        narrow = (score + np.float32(0)).view(np.int32) << 1
        narrow |= hit
        return narrow
    if not max(float(score.max()), -float(score.min())) < 1 / SCALE:
        return None
    scaled = np.multiply(score, SCALE, dtype=np.float64)
    if not np.array_equal(scaled * (1 / SCALE), score):
        return None
    scaled += 0.0  # both zeros are one
    bits = scaled.view(np.int64)
    bits ^= (bits >> 63) & SIGN
    bits <<= 1
    bits |= hit
    return bits


def unpacked(bits: Int[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
    """Scores that stand in all but the lowest bit, which was moved out."""
    if bits.dtype == np.int32:
        return bits.view(np.float32)
    return (bits ^ ((bits >> 63) & SIGN)).view(np.float64) / SCALE
