"""Passed: rows as they came into a fitted calibrator, which left them its sketch."""

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from calibrant.prediction.row_hashes import row_hashes
from calibrant.prediction.row_sketch import RowSketch

__all__ = ["Came", "Passed"]


@dataclass(frozen=True, eq=False)
class Came:
    """Values that came into a calibrator; they are hashed when, and if, somebody asks."""

    values: Float[Tensor, "row *class"]

    @cached_property
    def hashes(self) -> Int64[Tensor, " row"]:
        """Hash of every row."""
        return row_hashes(self.values)


@dataclass(frozen=True, eq=False)
class Passed:
    """What came into a fitted calibrator, row by row, and the rows that it was fitted on.

    Attributes
    ----------
    came : Came
        Values of all rows that came.
    fit_rows : RowSketch
        Rows of the fit.
    rows : Int64[Tensor, "row"] or None
        Which of the rows that came these are; None for all of them.
    """

    came: Came
    fit_rows: RowSketch
    rows: Int64[Tensor, " row"] | None = None

    def take(self, rows: slice | Tensor) -> "Passed":
        """The same of some of the rows, by slice, mask or index."""
        at = torch.arange(len(self.came.values)) if self.rows is None else self.rows
        return Passed(self.came, self.fit_rows, at[rows if isinstance(rows, slice) else rows.cpu()])

    @property
    def hashes(self) -> Int64[Tensor, " row"]:
        """Hash of every row."""
        return self.came.hashes if self.rows is None else self.came.hashes[self.rows]

    @property
    def values(self) -> Float[Tensor, "row *class"]:
        """Values that came, row by row."""
        values = self.came.values
        return values if self.rows is None else values[self.rows.to(values.device)]
