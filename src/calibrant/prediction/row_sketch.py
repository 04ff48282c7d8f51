"""Sketch of rows: which rows a calibrator was fitted on, told by a few of their hashes."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from jaxtyping import Int64
from torch import Tensor

from calibrant.errors import InputError

__all__ = ["MOST", "RowSketch"]

MOST = 1 << 15  # hashes that are kept
MODULUS = 1 << 64


@dataclass(frozen=True, kw_only=True, eq=False)
class RowSketch:
    """The smallest hashes of a set of rows, and how many rows have each; no data.

    Of up to 32,768 different rows all are there; of more those with the smallest hashes, which
    are a fair sample, and the same one wherever such a row turns up. Sketches of parts of the
    rows add up to that of all.

    Attributes
    ----------
    n : int
        Number of rows.
    fingerprint : int
        Sum of the hashes of all rows, modulo 2**64: the same for the same rows in any order.
    hashes : Int64[Tensor, "hash"]
        Different ones, rising; see `calibrant.prediction.row_hashes`.
    counts : Int64[Tensor, "hash"]
        Rows that have each.

    Examples
    --------
    >>> sketch = RowSketch.of(torch.tensor([7, -2, 7]))
    >>> sketch.n, sketch.hashes.tolist(), sketch.counts.tolist(), sketch.fingerprint
    (3, [-2, 7], [1, 2], 12)
    """

    n: int
    fingerprint: int
    hashes: Int64[Tensor, " hash"]
    counts: Int64[Tensor, " hash"]

    def __post_init__(self) -> None:
        kept = int(self.counts.sum())
        rises = bool((self.hashes[1:] > self.hashes[:-1]).all())
        whole = kept == self.n and _sum(self.hashes, self.counts) == self.fingerprint
        part = kept < self.n and len(self.hashes) == MOST
        alike = self.hashes.shape == self.counts.shape and len(self.hashes) <= MOST
        in_range = 0 <= self.fingerprint < MODULUS
        if not (alike and rises and in_range and bool((self.counts > 0).all())) or not (
            whole or part
        ):
            remedy = "Fit the calibrator again."
            raise InputError("row sketch", "be one of rows", f"{self.n} rows, {kept} kept", remedy)

    @classmethod
    def of(cls, hashes: Int64[Tensor, " row"]) -> "RowSketch":
        """Sketch of the rows with these hashes."""
        n = len(hashes)
        fingerprint = int(hashes.sum()) % MODULUS
        share = 1.1 * MOST / max(n, 1)
        while share < 0.5:  # a fair sample: only what may be kept is sorted
            below = hashes[hashes <= int((share - 0.5) * MODULUS)]
            found, counts = below.unique(return_counts=True)
            if len(found) >= MOST:
                break
            share *= 4
        else:
            found, counts = hashes.unique(return_counts=True)
        return cls(n=n, fingerprint=fingerprint, hashes=found[:MOST], counts=counts[:MOST])

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than those whose hashes are kept."""
        return int(self.counts.sum()) < self.n

    @property
    def last(self) -> int:
        """Greatest hash up to which all rows are kept."""
        return int(self.hashes[-1]) if self.is_cut else (1 << 63) - 1

    def __eq__(self, other: object) -> bool:
        """Whether both are of the same rows, as far as can be told."""
        if not isinstance(other, RowSketch):
            return NotImplemented
        same = (self.n, self.fingerprint) == (other.n, other.fingerprint)
        return same and torch.equal(self.hashes, other.hashes)

    def __hash__(self) -> int:
        return hash((self.n, self.fingerprint))

    def __add__(self, other: object) -> "RowSketch":
        """Sketch of the rows of both."""
        if not isinstance(other, RowSketch):
            return NotImplemented
        last = min(self.last, other.last)
        found, place = torch.cat((self.hashes, other.hashes)).unique(return_inverse=True)
        both = torch.cat((self.counts, other.counts))
        counts = torch.zeros_like(found).index_add_(0, place, both)
        kept = found <= last
        return RowSketch(
            n=self.n + other.n,
            fingerprint=(self.fingerprint + other.fingerprint) % MODULUS,
            hashes=found[kept][:MOST],
            counts=counts[kept][:MOST],
        )

    @classmethod
    def sum(cls, parts: Iterable["RowSketch"]) -> "RowSketch":
        """Sketch of the rows of all parts."""
        total = cls.of(torch.empty(0, dtype=torch.int64))
        for part in parts:
            total = total + part
        return total


def _sum(hashes: Int64[Tensor, " hash"], counts: Int64[Tensor, " hash"]) -> int:
    """Sum of the hashes of rows, modulo 2**64."""
    return int((hashes * counts).sum()) % MODULUS
