"""Classes decided on and classes that came out."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import torch
from jaxtyping import Float64, Int
from torch import Tensor

from calibrant.prediction.arrays import Layout
from calibrant.prediction.codes import Codes
from calibrant.prediction.rows import Rows

__all__ = ["UNORDERED", "Decisions"]

UNORDERED = "no order of the classes was declared: they stand by their names"
"""The note of rows whose classes have no order that means anything."""


@dataclass(frozen=True, eq=False)
class Decisions(Rows):
    """Classes decided on and classes that came out, without probabilities."""

    guess: Int[Tensor, " row"]
    truth: Int[Tensor, " row"]
    class_names: tuple[str, ...]
    weights: Tensor | None = None
    notes: tuple[str, ...] = ()
    groups: Codes | None = None
    clusters: Codes | None = None
    layout: Layout | None = None  # shape that came in; None once rows were taken out
    kind: ClassVar[str] = "decisions"

    def __len__(self) -> int:
        """See `Rows.__len__`."""
        return len(self.guess)

    def take(self, rows: slice | Tensor) -> "Decisions":
        """See `Rows.take`."""
        weights = None if self.weights is None else self.weights[rows]
        groups = None if self.groups is None else self.groups[rows]
        clusters = None if self.clusters is None else self.clusters[rows]
        return replace(
            self,
            guess=self.guess[rows],
            truth=self.truth[rows],
            weights=weights,
            groups=groups,
            clusters=clusters,
            layout=None,
        )

    def reweighted(self, weights: Tensor) -> "Decisions":
        """See `Rows.reweighted`."""
        return replace(self, weights=weights)

    @property
    def n_entries(self) -> int:
        """See `Rows.n_entries`."""
        return 1

    @property
    def device(self) -> torch.device:
        """See `Rows.device`."""
        return self.guess.device

    @property
    def hard(self) -> Int[Tensor, " row"]:
        """Class that came out for every row."""
        return self.truth

    @property
    def soft(self) -> None:
        """Decisions have no soft labels."""
        return None

    @cached_property
    def credit(self) -> Float64[Tensor, " row"]:
        """Share of every row that was decided rightly: 0 or 1."""
        return (self.guess == self.truth).double()
