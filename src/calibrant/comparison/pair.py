"""Pair: two models' predictions of the very same rows, and which rows belong together."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float64, Int64

from calibrant.comparison.same_rows import check_same_rows
from calibrant.prediction.arrays import ArrayLike, Layout
from calibrant.prediction.base import Predictions
from calibrant.prediction.codes import encode
from calibrant.prediction.decisions import Decisions
from calibrant.prediction.rows import Rows

__all__ = ["Pair", "pair_of"]


@dataclass(frozen=True, eq=False)
class Pair:
    """Two models' predictions of the same rows, absent ones left out.

    Attributes
    ----------
    a, b : Predictions, Decisions or Numbers
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
        return isinstance(self.a, (Predictions, Decisions)) and self.a.hard is not None

    def summed(self, column: Float64[np.ndarray, " row"]) -> Float64[np.ndarray, " unit"]:
        """Sum of a column over the rows of every cluster; the column itself without clusters."""
        return column if self.units is None else np.bincount(self.units, weights=column)


def pair_of(a: Rows, b: Rows, clusters: ArrayLike | None = None) -> Pair:
    """Pair of two predictions; without `clusters` those that the first came with count.

    Raises
    ------
    InputError
        Unless both are of the same rows, and there are as many clusters.
    """
    check_same_rows(a, b)
    codes = a.clusters if isinstance(a, Predictions) else None
    if clusters is not None:
        layout = a.layout if isinstance(a, Predictions) else None
        flat = Layout(None, (len(a),), has_classes=False)
        codes = encode("clusters", clusters, flat if layout is None else layout)
    present = (a.weight() > 0).cpu()
    units = None
    if codes is not None:
        held = codes.codes.cpu()[present].numpy()
        units = np.unique(held, return_inverse=True)[1].astype(np.int64)
    return Pair(a.present(), b.present(), units)
