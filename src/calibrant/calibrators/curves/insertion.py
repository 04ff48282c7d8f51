"""What isotonic regression states for one more row, at every score at once."""

import numpy as np
from jaxtyping import Float64, Int64

from calibrant.kernel.curves import bridges

__all__ = ["inserted"]

MOST = 100  # steps to a bridge; it takes about five

Numbers = Float64[np.ndarray, " group"]
Indices = Int64[np.ndarray, " query"]
Trials = Float64[np.ndarray, " query"]
Sums = Float64[np.ndarray, " sum"]


def inserted(w: Numbers, wy: Numbers) -> tuple[Numbers, Numbers]:
    r"""Isotonic regression at every group once a row of weight 1 has joined it: of 0, and of 1.

    The regression at a group is the slope, across it, of the greatest convex curve below the
    cumulative sums. With a row of 1 in group i all later sums move by (1, 1), so that slope is
    the one of the bridge: the line from a sum before the group to one behind it that lies below
    all others. Both of its ends move on as i does, and so does its slope: bridges between two
    known ones are sought between their ends, half way first, in :math:`O(n \log n)` for all.
    Where two known slopes are equal, all in between are.

    Parameters
    ----------
    w, wy : Float64[ndarray, "group"]
        Weight of every group, in rising order of score, and the part of it that came out.

    References
    ----------
    .. [1] Vovk, Petej, Fedorova. "Large-Scale Probabilistic Predictors with and without
       Guarantees of Validity." NeurIPS 2015.

    Examples
    --------
    >>> low, high = inserted(np.array([1.0, 1.0]), np.array([0.0, 1.0]))
    >>> low, high  # 0 0 | 1, and 0 | (1 + 0) / 2; (0 + 1) / 2 | 1, and 0 | 1 1
    (array([0. , 0.5]), array([0.5, 1. ]))
    """
    high = _slopes(w, wy)
    low = 1 - _slopes(w[::-1], (w - wy)[::-1])[::-1]  # seen from the other end
    return np.clip(low, 0, 1), np.clip(high, 0, 1)


def _slopes(w: Numbers, wy: Numbers) -> Numbers:
    """Slope at every group once a row of 1 has joined it."""
    x, y = (np.append(0, np.cumsum(each)) for each in (w, wy))
    n = len(w)
    slope = np.full(n, np.nan)
    first, last = np.zeros((2, n), dtype=np.int64)  # ends of the bridges
    at = np.unique([0, n - 1])
    zero, whole = np.zeros(len(at)), np.ones(len(at))
    ends = at * 0, at, at + 1, at * 0 + n
    slope[at], first[at], last[at] = _bridges(x, y, ends, zero, whole)
    left, right = at[:-1], at[1:]
    while len(left):
        _fill(slope, left, right)
        open_ = (right - left > 1) & (slope[left] < slope[right])
        left, right = left[open_], right[open_]
        at = (left + right) // 2
        ends = (
            *(first[left], np.minimum(first[right], at)),
            *(np.maximum(last[left], at + 1), last[right]),
        )
        if len(at):
            found = _bridges(x, y, ends, slope[left], slope[right])
            slope[at], first[at], last[at] = found
        left, right = np.concatenate((left, at)), np.concatenate((at, right))
    return slope


def _fill(slope: Numbers, left: Indices, right: Indices) -> None:
    """State between two equal slopes what they are, in place."""
    same = (slope[left] >= slope[right]) & (right - left > 1)
    start, length = left[same] + 1, right[same] - left[same] - 1
    slope[_ranges(start, length)] = np.repeat(slope[left[same]], length)


def _ranges(start: Indices, length: Indices) -> Int64[np.ndarray, " entry"]:
    """Whole numbers from each start on, as many as its length, end to end."""
    behind = np.cumsum(length)
    total = int(behind[-1]) if len(behind) else 0
    return np.arange(total) + np.repeat(start - (behind - length), length)


def _bridges(
    x: Sums,
    y: Sums,
    ends: tuple[Indices, Indices, Indices, Indices],
    low: Trials,
    high: Trials,
) -> tuple[Trials, Indices, Indices]:
    """Slopes and ends of bridges with ends in given ranges, and slopes from `low` to `high`.

    At a trial slope both sides are touched by a line; the one through both points has the next
    slope, unless it leaves what is still possible, which then is halved.
    """
    found = bridges(x, y, np.stack(ends), (low, high), MOST)
    return _bridges_by_numpy(x, y, ends, low, high) if found is None else found


def _bridges_by_numpy(
    x: Sums,
    y: Sums,
    ends: tuple[Indices, Indices, Indices, Indices],
    low: Trials,
    high: Trials,
) -> tuple[Trials, Indices, Indices]:
    """The same without the kernel."""
    slope, low, high = (low + high) / 2, low.copy(), high.copy()
    a, b = ends[0].copy(), ends[3].copy()
    active = np.arange(len(slope))
    for _ in range(MOST):
        if not len(active):
            break
        trial = slope[active]
        one, before = _touch(x, y, ends[0][active], ends[1][active], trial)
        other, behind = _touch(x, y, ends[2][active], ends[3][active], trial)
        up = behind + 1 - trial >= before
        low[active] = np.where(up, np.maximum(low[active], trial), low[active])
        high[active] = np.where(up, high[active], np.minimum(high[active], trial))
        through = (y[other] + 1 - y[one]) / (x[other] + 1 - x[one])
        same = (one == a[active]) & (other == b[active]) & (through == trial)
        a[active], b[active] = one, other
        outside = (through < low[active]) | (through > high[active])
        slope[active] = np.where(outside, (low[active] + high[active]) / 2, through)
        narrow = high[active] - low[active] <= 4e-16
        active = active[~(same | narrow | (slope[active] == trial))]
    return slope, a, b


def _touch(x: Sums, y: Sums, start: Indices, end: Indices, slope: Trials) -> tuple[Indices, Trials]:
    """First point of each range on the lowest line of a slope, and the height of that line."""
    length = end - start + 1
    index = _ranges(start, length)
    height = y[index] - np.repeat(slope, length) * x[index]
    begin = np.cumsum(length) - length
    lowest = np.minimum.reduceat(height, begin)
    touching = np.flatnonzero(height == np.repeat(lowest, length))
    return index[touching[np.searchsorted(touching, begin)]], lowest
