"""Blocks of rows of a pair of models, from which it shows how a difference scatters."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float64, Int64
from numpy import ndarray
from torch import Tensor

from calibrant.comparison.pair import Pair
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.decisions import Decisions
from calibrant.prediction.numbers import Numbers
from calibrant.prediction.row_hashes import row_hashes
from calibrant.prediction.rows import Rows

__all__ = ["PairBlocks", "blocks_of_pair"]


@dataclass(frozen=True, eq=False)
class PairBlocks:
    """Rows of two models, or their clusters, dealt to blocks of as many units each.

    Attributes
    ----------
    a, b : Rows
        Rows of either model, block after block.
    ends : Int64[ndarray, "block"]
        Where every block ends.
    """

    a: Rows
    b: Rows
    ends: Int64[ndarray, " block"]

    def __len__(self) -> int:
        """Number of blocks."""
        return len(self.ends)

    @cached_property
    def block(self) -> Int64[ndarray, " row"]:
        """Block of every row."""
        return np.repeat(np.arange(len(self)), np.diff(self.ends, prepend=0))

    @cached_property
    def n_effective(self) -> float:
        """Blocks of equal weight that would tell as much."""
        weight = np.bincount(self.block, weights=self.a.weight().numpy(force=True))
        return float(weight.sum() ** 2 / np.square(weight).sum())

    def each(self, rows: Rows) -> Iterator[Rows]:
        """Rows of every block, of one of the two models."""
        start = 0
        for end in self.ends.tolist():
            yield rows.take(slice(start, end))
            start = end


def blocks_of_pair(pair: Pair, most: int) -> PairBlocks:
    """Deal the rows, or the clusters, to at most `most` blocks by what they hold.

    Units are put in the order of a hash of all that both models state of them and of what came
    out, and dealt one by one: neither the place of a row nor which model stands first matters, and
    two units that change places hold the same.
    """
    hashes = (_content(pair.a) + _content(pair.b)).numpy().view(np.uint64)
    weight = pair.weight
    unit = np.arange(pair.n) if pair.units is None else pair.units
    if pair.units is not None:
        sums = np.zeros(int(unit.max()) + 1, dtype=np.uint64)
        np.add.at(sums, unit, hashes)
        hashes, weight = sums, pair.summed(weight)
    mixed = row_hashes(torch.from_numpy(_as_numbers(hashes))).numpy()
    place = np.empty(len(mixed), dtype=np.int64)
    place[np.lexsort((weight, mixed))] = np.arange(len(mixed))
    n_blocks = min(most, len(mixed))
    block = (place % n_blocks)[unit]
    order = torch.from_numpy(np.argsort(block, kind="stable"))
    ends = np.cumsum(np.bincount(block, minlength=n_blocks))
    a, b = (_bare(rows).take(order.to(rows.device)) for rows in (pair.a, pair.b))
    return PairBlocks(a, b, ends)


def _bare(rows: Rows) -> Rows:
    """The same rows without groups and clusters, by which they would be summed."""
    assert isinstance(rows, (Predictions, Events, Decisions, Numbers))
    return replace(rows, groups=None, clusters=None)


def _content(rows: Rows) -> Int64[Tensor, " row"]:
    """Hash of all that is stated of a row and of what came out."""
    if isinstance(rows, Predictions):
        columns = [rows.declared.values, rows.truth]
    elif isinstance(rows, Events):
        columns = [rows.stated, rows.outcome]
    elif isinstance(rows, Decisions):
        columns = [rows.guess, rows.truth]
    else:
        assert isinstance(rows, Numbers)
        columns = [rows.predicted, rows.targets]
    wide = [
        column.double().reshape(len(rows), -1).cpu() for column in columns if column is not None
    ]
    return row_hashes(torch.cat(wide, dim=1))


def _as_numbers(hashes: ndarray) -> Float64[ndarray, "row half"]:
    """Both halves of every hash, as numbers that hold them exactly."""
    low = hashes & np.uint64(0xFFFFFFFF)
    return np.stack((hashes >> np.uint64(32), low), axis=1).astype(np.float64)
