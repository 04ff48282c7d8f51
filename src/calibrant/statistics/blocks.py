"""Blocks of clusters: sums kept apart for each, so that they tell how clusters differ.

Rows of one patient, product or image depend on each other, and no sum over rows tells how much.
A cluster falls into one of a few hundred blocks by a hash of its name alone, so that shards agree
without a word; blocks are independent of each other wherever clusters are.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod
from typing import ClassVar, final

import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.codes import Codes
from calibrant.prediction.decisions import Decisions
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.rows import Rows
from calibrant.statistics.power_sums import add_by
from calibrant.statistics.tally import Statistic, Tally

__all__ = [
    "FEWEST_BLOCKS",
    "MOST_BLOCKS",
    "Blocked",
    "Size",
    "block_of",
    "blocked",
    "by_block",
    "in_order",
]

MOST_BLOCKS = 200  # of Student's t with so many degrees of freedom, 1.972, 1 % above the normal
FEWEST_BLOCKS = 32
MOST_BUCKETS = 1 << 20  # of all blocks of one statistic: 110 MB of a score grid


@dataclass(frozen=True, slots=True)
class Size(Statistic):
    """Number and weight of rows."""

    columns: ClassVar[tuple[str, ...]] = ("count", "w")
    reads: ClassVar[tuple[type[Rows], ...]] = (Predictions, Events, Decisions, Numbers)

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: no axis at all."""
        del n_classes
        return ()

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`."""
        table[0] += len(rows)
        table[1] += rows.weight().sum()

    def add_blocks(
        self,
        rows: Rows,
        block: Int64[Tensor, " row"],
        table: Float64[Tensor, "column block *bucket"],
    ) -> bool:
        """See `Statistic.add_blocks`."""
        add_by(table[0], block, None)
        add_by(table[1], block, rows.weight().double())
        return True


@dataclass(frozen=True, slots=True)
class Blocked(Statistic):
    """Sums of another statistic by block of clusters.

    Parameters
    ----------
    inner : Statistic
        What is summed in every block; of rows in runs, with sums of its own.
    seed : int, default 0
        Of the hash by which clusters fall into blocks. Tallies of another seed do not add.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.5] * 4, outcomes=[1, 1, 1, 0], clusters=["a", "b", "a", "b"])
    >>> table = Blocked(Size()).zero(n_classes=2).table
    >>> Blocked(Size()).add(rows, table)
    >>> table[0][table[0] > 0]  # two rows of each cluster
    tensor([2., 2.], dtype=torch.float64)
    """

    inner: Statistic
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the settings, which a file may state."""
        if self.inner.whole or self.inner.members:
            remedy = "Block its members, or sum it as it is."
            raise InputError("inner", "take rows in runs", f"{self.inner}", remedy)

    @property
    @final
    def columns(self) -> tuple[str, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """See `Statistic.columns`: those of the statistic itself."""
        return self.inner.columns

    @property
    @final
    def reads(self) -> tuple[type[Rows], ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """See `Statistic.reads`: what the statistic itself reads."""
        return self.inner.reads

    def n_blocks(self, n_classes: int) -> int:
        """Number of blocks: the fewer, the larger the tables of one are."""
        return min(MOST_BLOCKS, MOST_BUCKETS // prod(self.inner.shape(n_classes)))

    def shape(self, n_classes: int) -> tuple[int, ...]:
        """See `Statistic.shape`: block, then the axes of the statistic itself."""
        return self.n_blocks(n_classes), *self.inner.shape(n_classes)

    def add(self, rows: Rows, table: Float64[Tensor, "column *bucket"]) -> None:
        """See `Statistic.add`; the rows have clusters."""
        for block, part in by_block(rows, table.shape[1], self.seed):
            self.inner.add(part, table[:, block])

    def part(self, tally: Tally, block: int) -> Tally:
        """Tally of one block."""
        return Tally(self.inner, tally.table[:, block])


def blocked(statistics: Iterable[Statistic], n_classes: int) -> Iterator[Blocked]:
    """Statistics by block, of those that can be kept so, and the size of every block."""
    yield Blocked(Size())
    for statistic in statistics:
        for leaf in statistic.leaves():
            if not leaf.whole and Blocked(leaf).n_blocks(n_classes) >= FEWEST_BLOCKS:
                yield Blocked(leaf)


def by_block(rows: Rows, n_blocks: int, seed: int) -> Iterator[tuple[int, Rows]]:
    """Present rows of every block that has any, in the order of the blocks.

    Raises
    ------
    InputError
        If the rows have no clusters.
    """
    ordered, block = in_order(rows, n_blocks, seed)
    start = 0
    for number, count in enumerate(block.bincount(minlength=n_blocks).tolist()):
        if count:
            yield number, ordered.take(slice(start, start + count))
            start += count


def in_order(rows: Rows, n_blocks: int, seed: int) -> tuple[Rows, Int64[Tensor, " row"]]:
    """Present rows in the order of their blocks, and the block of each.

    Raises
    ------
    InputError
        If the rows have no clusters.
    """
    if rows.clusters is None:
        remedy = "Pass clusters=... where the rows are made, as in calibrant.predictions."
        raise InputError("clusters", "be given to sum by clusters", "none", remedy)
    present = rows.present()
    assert present.clusters is not None
    block = block_of(present.clusters, n_blocks, seed)
    order = block.argsort(stable=True)
    return present.take(order.to(rows.device)), block[order].to(rows.device)


def block_of(clusters: Codes, n_blocks: int, seed: int = 0) -> Int64[Tensor, " row"]:
    """Block of every row, by a hash of the name of its cluster and of nothing else.

    Examples
    --------
    >>> from calibrant.prediction.arrays import Layout
    >>> from calibrant.prediction.codes import encode
    >>> two = Layout(None, (2,), has_classes=False)
    >>> some, more = (encode("clusters", names, two) for names in (["a", "b"], ["b", "z"]))
    >>> bool(block_of(some, 200)[1] == block_of(more, 200)[0])
    True
    """
    held, place = clusters.codes.unique(return_inverse=True)
    key = seed.to_bytes(8, "little", signed=True)
    of_name = [_hash(clusters.names[code], key) % n_blocks for code in held.tolist()]
    return torch.tensor(of_name, dtype=torch.int64)[place.cpu()]


def _hash(name: str, key: bytes) -> int:
    text = name.encode(errors="surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8, key=key).digest(), "little")
