"""Tallies: sums over rows, the only state that any metric keeps.

A statistic says what rows add, and to which bucket. Everything else follows from
addition: batches, shards, files, ranks and weights.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from math import prod
from typing import ClassVar, final

import numpy as np
import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction.rows import Rows

__all__ = ["Statistic", "Tally"]


class Statistic(ABC):
    """What one row adds to the sums. Subclasses are frozen dataclasses of settings."""

    columns: ClassVar[tuple[str, ...]]
    reads: ClassVar[tuple[type[Rows], ...]]  # the kinds of rows that can be added
    whole: ClassVar[bool] = False  # whether `add` takes all rows of a call, as they came, at once

    @property
    def members(self) -> "tuple[Statistic, ...]":
        """Statistics that this one is made of; none for one with sums of its own."""
        return ()

    @abstractmethod
    def shape(self, n_classes: int) -> tuple[int, ...]:
        """Extent of every axis of buckets."""

    @abstractmethod
    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """Add `rows` to `table`, in place.

        They are a run of rows, all of weight above 0; for a `whole` statistic all rows of the
        call in the layout that came in, absent ones among them.
        """

    def add_blocks(
        self,
        rows: Rows,
        block: Int64[Tensor, " row"],
        table: Float64[Tensor, "column block *bucket"],
    ) -> bool:
        """Whether `rows` of many blocks were added at once, each to the buckets of its block.

        A statistic that can is faster where blocks are small; of others, and where nothing else is
        said, blocks are added one by one.
        """
        del rows, block, table
        return False

    def n_read(self, rows: Rows) -> int:
        """How many of the numbers stated for a row `add` reads: all, where nothing else is said."""
        return rows.n_entries

    @final
    def run_length(self, n_classes: int) -> int:
        """Numbers to read at a time: cheap on the cache. The sums do not depend on it."""
        return max(1 << 20, 4 * prod(self.shape(n_classes)))

    @final
    def zero(self, n_classes: int, device: torch.device | str = "cpu") -> "Tally":
        """Tally of no rows; ``zero(k) + t`` equals ``t``."""
        shape = (len(self.columns), *self.shape(n_classes))
        members = tuple(member.zero(n_classes, device) for member in self.members)
        if torch.device(device).type == "cpu":  # of large tables no more is touched than is used
            return Tally(self, torch.from_numpy(np.zeros(shape)), members)
        return Tally(self, torch.zeros(shape, dtype=torch.float64, device=device), members)

    @final
    def leaves(self) -> "tuple[Statistic, ...]":
        """Statistics with sums of their own: itself, or those of its members."""
        if not self.members:
            return (self,)
        return tuple(leaf for member in self.members for leaf in member.leaves())


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Sums of one statistic over some rows, column by column, in float64.

    A statistic that is made of others has their tallies as `members`.
    """

    statistic: Statistic
    table: Float64[Tensor, "column *bucket"]
    members: "tuple[Tally, ...]" = ()

    def __add__(self, other: "Tally") -> "Tally":
        """Tally of both sets of rows together."""
        if self.statistic != other.statistic or self.table.shape != other.table.shape:
            raise InputError(
                "other",
                f"be a tally of {self.statistic} of shape {tuple(self.table.shape)}",
                f"{other.statistic} of shape {tuple(other.table.shape)}",
                "Tally every shard with the same settings.",
            )
        return replace(
            self,
            table=self.table + other.table.to(self.table.device),
            members=tuple(a + b for a, b in zip(self.members, other.members, strict=True)),
        )

    def __getitem__(self, column: str) -> Float64[Tensor, "*bucket"]:
        return self.table[self.statistic.columns.index(column)]
