"""Pair: two models' predictions of the very same rows, and which rows belong together."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float64, Int64

from calibrant.comparison.same_rows import check_same_rows
from calibrant.comparison.shared_clusters import units_of
from calibrant.prediction.arrays import ArrayLike
from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.decisions import Decisions
from calibrant.prediction.rows import Rows

__all__ = ["Pair", "pair_of"]


@dataclass(frozen=True, eq=False)
class Pair:
    """Two models' predictions of the same rows, absent ones left out.

    Attributes
    ----------
    a, b : Predictions, Events, Decisions or Numbers
        Of the first model and of the second.
    units : Int64[ndarray, "row"] or None
        Cluster of every row, from 0; None where each row is its own.
    """

    a: Rows
    b: Rows
    units: Int64[np.ndarray, " row"] | None

    @cached_property
    def weight(self) -> Float64[np.ndarray, " row"]:
        """Weight of every row, divided by the greatest."""
        weight = self.a.weight().numpy(force=True)
        return weight / weight.max()

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.a)

    @cached_property
    def n_effective(self) -> float:
        """Rows, or clusters, of equal weight that would tell as much."""
        return float(1 / np.square(self.summed(self.weight / self.weight.sum())).sum())

    @property
    def is_plain(self) -> bool:
        """Whether every row counts the same, and by itself."""
        return self.units is None and bool((self.weight == 1).all())

    @property
    def is_hard(self) -> bool:
        """Whether every row has one class that came out."""
        if isinstance(self.a, Events):
            return self.a.outcome.dtype == torch.bool
        return isinstance(self.a, (Predictions, Decisions)) and self.a.hard is not None

    def summed(self, column: Float64[np.ndarray, " row"]) -> Float64[np.ndarray, " unit"]:
        """Sum of a column over the rows of every cluster; the column itself without clusters."""
        return column if self.units is None else np.bincount(self.units, weights=column)


def pair_of(a: Rows, b: Rows, clusters: ArrayLike | None = None) -> Pair:
    """Pair of two predictions; without `clusters` those that either came with count.

    Raises
    ------
    InputError
        Unless both are of the same rows and clusters, and there are as many clusters.
    """
    check_same_rows(a, b)
    units = units_of({"a": a, "b": b}, clusters)
    return Pair(a.present(), b.present(), units)
