"""Neighbouring groups put together, as fine as isotonic regression needs them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int

from calibrant.metrics.inference.once import shared
from calibrant.metrics.proper.groups import Groups
from calibrant.metrics.proper.isotonic import isotonic_blocks

__all__ = ["Merged", "merged", "merged_by_change"]

FINEST = 200  # groups that outcomes are drawn of
FINER = 600  # where few rows are put together as the curve is steep

Sums = Float64[np.ndarray, " group"]


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """Sums of weight and of squared weight of some hundred groups, in rising order.

    Attributes
    ----------
    w, wp, wy, ww, wwy : Float64[ndarray, "group"]
        Sums of powers of weight w, probability p and outcome y.
    start : Int[ndarray, "group"]
        Index of the first of the groups that each was put together of.
    """

    w: Sums
    wp: Sums
    wy: Sums
    ww: Sums
    wwy: Sums
    start: Int[np.ndarray, " group"]


def merged(groups: Groups) -> Merged:
    """Neighbouring groups put together, of about the same number of rows, if there are many."""
    if len(groups.w) <= FINEST:
        return _put_together(groups, np.arange(len(groups.w)))
    return _put_together(groups, _starts(_middles(groups) * FINEST))


def merged_by_change(groups: Groups) -> Merged:
    r"""Neighbouring groups put together, of few rows where what comes out changes soon.

    The blocks of an isotonic regression are as long as noise and slope balance: their number
    over a share :math:`du` of the rows is as :math:`n^{1/3} |d\theta|^{2/3} du^{1/3}`, with
    :math:`\theta = 2 \arcsin \sqrt q`, of which the noise is everywhere alike. Half of the groups
    are laid out by that, along straight lines between the middles of the blocks that were found,
    and half by rows.

    References
    ----------
    .. [1] Groeneboom. "Estimating a Monotone Density." Proceedings of the Berkeley Conference in
       Honor of Neyman and Kiefer 2, 1985: the number of blocks.
    """
    if len(groups.w) <= FINER:
        return _put_together(groups, np.arange(len(groups.w)))
    blocks = shared(isotonic_blocks, groups.w, groups.wy)
    rows = np.add.reduceat(groups.count, blocks.start)
    at = np.concatenate(([0.0], rows.cumsum() - rows / 2, [rows.sum()])) / rows.sum()
    angle = np.pad(2 * np.arcsin(np.sqrt(np.clip(blocks.wy / blocks.w, 0, 1))), 1, mode="edge")
    length = np.diff(at)
    change = np.diff(angle).clip(min=0) ** (2 / 3) * length ** (1 / 3)
    whole = float(change.sum())
    step = (length + change / whole) / 2 if whole > 0 else length
    place = np.interp(_middles(groups), at, np.concatenate(([0.0], step.cumsum())))
    return _put_together(groups, _starts(place * FINER))


def _middles(groups: Groups) -> Sums:
    """Share of the rows below the middle of every group."""
    return (groups.count.cumsum() - groups.count / 2) / groups.count.sum()


def _starts(place: Sums) -> Int[np.ndarray, " merged"]:
    """First group of every run of the same whole place."""
    return np.flatnonzero(np.diff(place.astype(int), prepend=-1))


def _put_together(groups: Groups, start: Int[np.ndarray, " merged"]) -> Merged:
    columns = groups.w, groups.wp, groups.wy, groups.ww, groups.wwy
    if len(start) < len(groups.w):
        columns = (np.add.reduceat(column, start) for column in columns)
    w, wp, wy, ww, wwy = columns
    return Merged(w, np.minimum(wp, w), np.clip(wy, 0, w), ww, wwy, start)
