"""Levels of a category with many of them: rare ones grouped, or all spread by a stable hash."""

from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
import pandas as pd
from jaxtyping import Int64, UInt64
from numpy.typing import NDArray

from calibrant.data.folding import folded
from calibrant.data.identifiers import MOST_LEVELS, fewest_rows

__all__ = ["N_BUCKETS", "OTHER", "Levels", "in_order"]

Texts: TypeAlias = NDArray[np.object_]  # "" where a value is missing

N_BUCKETS = 64
OTHER = " (other)"  # a cleaned level has no padding; a raw one that is spelled so is grouped too


def in_order(levels: set[str]) -> list[str]:
    """`levels` in an order that does not depend on how padding and case are spelled."""
    return sorted(levels, key=lambda level: (folded(level), level))


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """What the training rows say about the levels of one category.

    Parameters
    ----------
    kept : tuple of str
        Levels that stand by themselves, in the order of the features; ``""`` is missing,
        `OTHER` all the rest, where there is a rest.
    rows : tuple of int
        Training rows of each.
    hashed : bool
        Whether levels are spread over 64 buckets; `kept` are then the occupied ones.
    known : UInt64[ndarray, "level"]
        Hashes of all levels of the training rows, ascending: what is not there was never seen.
    """

    kept: tuple[str, ...]
    rows: tuple[int, ...]
    hashed: bool
    known: UInt64[np.ndarray, " level"]

    @classmethod
    def learn(cls, texts: Texts, *, hashed: bool) -> "Levels":
        """Levels of the training rows `texts`.

        Up to 50 all stand by themselves. Of more, those with at least 1 % of the rows (at least
        10) do, or the 50 most frequent ones where there is no such; the rest is one level.

        Examples
        --------
        >>> texts = np.array(["a"] * 9 + ["b"] * 10 + [f"rare {k}" for k in range(50)], object)
        >>> Levels.learn(texts, hashed=False).kept
        (' (other)', 'b')
        """
        values, counts = _counted(texts)
        levels = dict(zip(values, counts, strict=True))
        kept = {_bucket(value) for value in values} if hashed else _standing(levels)
        ordered = tuple(in_order(kept))
        known = np.unique(np.array([_hash(value) for value in values], dtype=np.uint64))
        rows = Counter(cls(ordered, (), hashed, known).placed(texts).tolist())
        return cls(ordered, tuple(rows[level] for level in ordered), hashed, known)

    @property
    def grouped(self) -> bool:
        """Whether rare levels are one."""
        return OTHER in self.kept and not self.hashed

    def placed(self, texts: Texts) -> Texts:
        """`texts`, each as one of `kept` where it belongs to one."""
        if not self.hashed and not self.grouped:
            return texts
        place, values = pd.factorize(texts)
        kept = set(self.kept)
        named = [
            _bucket(value) if self.hashed else value if value in kept or not value else OTHER
            for value in values
        ]
        return np.array(named, dtype=np.object_)[place]

    def place_of(self, placed: Texts) -> Int64[np.ndarray, " row"]:
        """Index in `kept` of every one of the `placed` texts; one beyond the last for no such."""
        place, values = pd.factorize(placed)
        index = {level: k for k, level in enumerate(self.kept)}
        known = np.array([index.get(value, len(index)) for value in values], dtype=np.int64)
        return known[place]

    def n_unseen(self, texts: Texts) -> int:
        """How many of `texts` no training row has."""
        values, counts = _counted(texts)
        hashes = np.array([_hash(value) for value in values], dtype=np.uint64)
        return int(np.asarray(counts)[~np.isin(hashes, self.known)].sum())

    def names(self, column: str) -> list[str]:
        """Name of the feature of each of `kept`."""
        other = "(other)"
        while other in self.kept:
            other = f"({other})"
        named = {"": f"{column} is missing", OTHER: f"{column} = {other}"}
        return [named.get(level, f"{column} = {level}") for level in self.kept]


def _standing(rows: dict[str, int]) -> set[str]:
    """Levels that stand by themselves, given the rows of each; with `OTHER` if there are more."""
    levels = set(rows) - {""}
    if len(levels) <= MOST_LEVELS:
        return set(rows)
    fewest = fewest_rows(sum(rows.values()))
    standing = {level for level in levels if rows[level] >= fewest and level != OTHER}
    if not standing:
        ranked = sorted(levels, key=lambda level: (-rows[level], folded(level), level))
        standing = set(ranked[:MOST_LEVELS])
    return standing | {OTHER} | (set(rows) & {""})


def _counted(texts: Texts) -> tuple[list[str], list[int]]:
    """Different texts, and how many rows have each."""
    place, values = pd.factorize(texts)
    return values.tolist(), np.bincount(place, minlength=len(values)).tolist()


def _hash(text: str) -> int:
    """Stable hash of 64 bits; equal for texts that differ by padding or case alone."""
    key = folded(text).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "little")


def _bucket(text: str) -> str:
    """Name of the bucket of `text`; ``""`` for a missing value."""
    return f"hash {_hash(text) % N_BUCKETS:02}" if text else ""
