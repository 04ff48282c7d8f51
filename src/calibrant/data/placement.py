"""Placing units of rows in parts by lot, so that each part has its share of every stratum.

Strata are filled one after the other, rare ones first, and within a stratum large units first.
What a part is owed is carried along, so that small units and frequent strata settle what large
units and rare strata could not.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float64, Int64

from calibrant.data.columns import rows_in_words
from calibrant.errors import InputError

__all__ = ["placed"]

ROUNDING = 1e-6  # rows; far below one, far above the rounding of a sum of shares


def placed(
    strata: Int64[np.ndarray, " row"],
    shares: tuple[float, ...],
    rng: np.random.Generator,
    unit: Int64[np.ndarray, " row"] | None = None,
) -> Int64[np.ndarray, " row"]:
    """Part of every row, an index into `shares`.

    Parts have the numbers of rows nearest to their share, off by less than the largest unit.
    A stratum that at least as many units hold as there are parts is in every part wherever
    units need not be torn apart for it, even where that costs the rule before.

    Parameters
    ----------
    strata : Int64[ndarray, "row"]
        Stratum of every row, any whole numbers.
    shares : tuple of float
        Share of each part, with sum 1.
    rng : Generator
        Draws the lots.
    unit : Int64[ndarray, "row"] or None
        Unit of every row, any whole numbers; None is a unit for each row.

    Raises
    ------
    InputError
        If there are fewer units than parts, or if one unit is so large that the other parts
        would have less than half of their share.
    """
    units = _units_of(strata, np.arange(len(strata)) if unit is None else unit)
    _check_room(units, shares)
    part = _drawn(units, np.asarray(shares, dtype=np.float64), rng)
    return _completed(units, part, len(shares), rng)[units.of_row]


@dataclass(frozen=True, slots=True, eq=False)
class _Units:
    """Units by size and stratum, in the order of their first rows.

    `holders` and `held` are the pairs of unit and stratum that have a row.
    """

    of_row: Int64[np.ndarray, " row"]
    sizes: Int64[np.ndarray, " unit"]
    stratum: Int64[np.ndarray, " unit"]
    n_strata: int
    holders: Int64[np.ndarray, " pair"]
    held: Int64[np.ndarray, " pair"]


def _units_of(strata: Int64[np.ndarray, " row"], unit: Int64[np.ndarray, " row"]) -> _Units:
    """Units of the rows; the stratum of a unit is the one of which it holds the largest share.

    So a unit that holds rows of a rare class counts for it. Of equal shares, the stratum with
    fewer rows is taken, then the lower one.
    """
    values, stratum, counts = np.unique(strata, return_inverse=True, return_counts=True)
    of_row = pd.factorize(unit)[0].astype(np.int64)
    pairs, rows = np.unique(of_row * len(values) + stratum, return_counts=True)
    holders, held = np.divmod(pairs, len(values))
    order = np.lexsort((held, counts[held], -rows / counts[held], holders))
    _, first = np.unique(holders[order], return_index=True)
    return _Units(of_row, np.bincount(of_row), held[order][first], len(values), holders, held)


def _check_room(units: _Units, shares: tuple[float, ...]) -> None:
    """Enough units, none of them too large."""
    n_units, n_rows = len(units.sizes), len(units.of_row)
    if n_units < len(shares):
        got = f"{n_units} in {n_rows:,} rows"
        remedy = "Bring rows that differ, or name the part of every row in a column."
        rule = f"hold at least {len(shares)} units of rows that are kept together"
        raise InputError("rows", rule, got, remedy)
    largest = int(units.sizes.max())
    if largest > 1 and n_rows - largest < (1 - max(shares)) * n_rows / 2:
        rows = np.flatnonzero(units.of_row == units.sizes.argmax())
        got = f"{largest:,} of {n_rows:,} that are kept together ({rows_in_words(rows)})"
        remedy = "Bring rows that differ, or name the part of every row in a column."
        rule = "leave the other parts at least half of their share"
        raise InputError("rows", rule, got, remedy)


@dataclass(slots=True, eq=False)
class _Account:
    """What each part is owed of the rows dealt so far, and its room for all that are to come."""

    shares: Float64[np.ndarray, " part"]
    owed: Float64[np.ndarray, " part"]
    room: Float64[np.ndarray, " part"]

    def give_whole(self, sizes: Int64[np.ndarray, " unit"]) -> Int64[np.ndarray, " unit"]:
        """Part of each unit in turn: the one that is owed most of those that have room for it."""
        share, owed, room = self.shares.tolist(), self.owed.tolist(), self.room.tolist()
        part: list[int] = []
        for size in sizes.tolist():
            owed = [due + own * size for due, own in zip(owed, share, strict=True)]
            with_room = [p for p, free in enumerate(room) if free > size - ROUNDING]
            chosen = max(with_room, key=owed.__getitem__) if with_room else room.index(max(room))
            owed[chosen] -= size
            room[chosen] -= size
            part.append(chosen)
        self.owed, self.room = np.asarray(owed), np.asarray(room)
        return np.asarray(part, dtype=np.int64)

    def give_singly(
        self, n_rows: int, lacking: Bool[np.ndarray, " part"]
    ) -> Int64[np.ndarray, " part"]:
        """Number of rows of each part, of `n_rows` that are units of their own."""
        self.owed = self.owed + self.shares * n_rows
        given = _allocated(self.owed, n_rows, lacking)
        self.owed = self.owed - given
        self.room = self.room - given
        return given


def _drawn(
    units: _Units, shares: Float64[np.ndarray, " part"], rng: np.random.Generator
) -> Int64[np.ndarray, " unit"]:
    """Part of every unit, by lot."""
    part = np.full(len(units.sizes), -1, dtype=np.int64)
    account = _Account(shares, np.zeros(len(shares)), shares * units.sizes.sum())
    rows = np.bincount(units.stratum, units.sizes, minlength=units.n_strata)
    for k in np.argsort(rows, kind="stable"):  # the largest comes last and settles what is owed
        members = np.flatnonzero(units.stratum == k)
        single = units.sizes[members] == 1
        for band in _bands(members[~single], units.sizes):
            turn = rng.permutation(band)
            part[turn] = account.give_whole(units.sizes[turn])
        singles = members[single]
        lacking = np.bincount(part[members[~single]], minlength=len(shares)) == 0
        given = account.give_singly(len(singles), lacking)
        part[rng.permutation(singles)] = np.repeat(np.arange(len(shares)), given)
    return part


def _bands(
    members: Int64[np.ndarray, " member"], sizes: Int64[np.ndarray, " unit"]
) -> list[Int64[np.ndarray, " _"]]:
    """Units of like size, within a factor of two; the largest come first."""
    _, band = np.frexp(sizes[members].astype(np.float64))
    return [members[band == k] for k in np.unique(band)[::-1]]


def _allocated(
    owed: Float64[np.ndarray, " part"], count: int, lacking: Bool[np.ndarray, " part"]
) -> Int64[np.ndarray, " part"]:
    """Whole numbers with sum `count` nearest to `owed`, in parts `lacking` any at least 1.

    That is, where `count` allows.
    """
    fewest = np.where(lacking & (count >= lacking.sum()), 1, 0)
    given = np.maximum(np.floor(owed), fewest).astype(np.int64)
    while given.sum() < count:
        given[np.argmax(owed - given)] += 1
    while (excess := int(given.sum()) - count) > 2 * len(owed):  # after a large unit: in bulk
        above = given > fewest
        given[above] = np.maximum(given[above] - excess // int(above.sum()), fewest[above])
    while given.sum() > count:
        given[np.argmax(np.where(given > fewest, given - owed, -np.inf))] -= 1
    return given


def _completed(
    units: _Units, part: Int64[np.ndarray, " unit"], n_parts: int, rng: np.random.Generator
) -> Int64[np.ndarray, " unit"]:
    """`part` with units moved, the smallest ones, to where a part or a stratum is empty.

    A unit that would leave such a gap behind stays.
    """
    part = part.copy()
    lot = rng.permutation(len(part))
    cells = np.bincount(
        units.held * n_parts + part[units.holders], minlength=n_parts * units.n_strata
    )
    held_in = cells.reshape(units.n_strata, n_parts)
    n_holders = held_in.sum(axis=1)
    spread = n_holders >= n_parts  # strata that can be everywhere
    by_rarity = np.argsort(n_holders, kind="stable")
    wanted = [np.arange(len(part))] + [
        units.holders[units.held == k] for k in by_rarity if spread[k]
    ]
    for holders in wanted:
        for lacking in np.flatnonzero(np.bincount(part[holders], minlength=n_parts) == 0):
            there = np.bincount(part[holders], minlength=n_parts)
            for mover in holders[np.lexsort((lot[holders], units.sizes[holders]))]:
                home = part[mover]
                own = units.held[slice(*np.searchsorted(units.holders, [mover, mover + 1]))]
                if there[home] < 2 or (spread[own] & (held_in[own, home] < 2)).any():
                    continue
                part[mover] = lacking
                held_in[own, home] -= 1
                held_in[own, lacking] += 1
                break
    return part
