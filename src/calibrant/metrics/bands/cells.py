"""Cells of a score grid that hold rows, in rising order: what every band is read from."""

from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float64, Int64

from calibrant.metrics.inference.effective_bins import rows_behind_each
from calibrant.statistics.tally import Tally

__all__ = ["Cells", "cells_of"]

Sums = Float64[np.ndarray, " cell"]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Sums over the rows of every cell or group of cells.

    Attributes
    ----------
    count, w, wp, wy, wyy, ww, wwy : Float64[ndarray, "cell"]
        Rows, and sums of weight, its square, probability and outcome.
    """

    count: Sums
    w: Sums
    wp: Sums
    wy: Sums
    wyy: Sums
    ww: Sums
    wwy: Sums

    def __len__(self) -> int:
        return len(self.w)

    @property
    def stated(self) -> Sums:
        """Mean probability stated in every cell."""
        return np.clip(self.wp / self.w, 0.0, 1.0)

    @property
    def came(self) -> Sums:
        """Share that came out in every cell."""
        return np.clip(self.wy / self.w, 0.0, 1.0)

    @property
    def effective(self) -> Sums:
        """Rows of equal weight that would tell as much; the very rows if all weigh the same."""
        found = self.w * self.w / self.ww
        return np.where(np.abs(found - self.count) < 1e-9 * self.count, self.count, found)

    @property
    def behind(self) -> Sums:
        """Rows behind the share that came, of weights that may hang together with it."""
        if not self.is_weighted or self.is_soft:
            return self.effective
        return rows_behind_each(self.count, self.w, self.wy, self.ww, self.wwy)

    @property
    def is_weighted(self) -> bool:
        """Whether rows weigh unlike."""
        total = float(self.w.sum()) ** 2 / float(self.ww.sum())
        n = float(self.count.sum())
        return abs(total - n) > 1e-9 * n

    @property
    def is_soft(self) -> bool:
        """Whether some labels are no 0 or 1."""
        return bool((np.abs(self.wyy - self.wy) > 1e-9 * self.w).any())

    def merged(self, start: Int64[np.ndarray, " group"]) -> "Cells":
        """Groups of neighbours, each from one start to the next."""
        return Cells(
            **{f.name: np.add.reduceat(getattr(self, f.name), start) for f in fields(self)}
        )

    def starts(self, most: int) -> Int64[np.ndarray, " group"]:
        """Starts of at most `most` groups of nearly equal numbers of rows."""
        if len(self) <= most:
            return np.arange(len(self))
        before = np.concatenate(([0.0], np.cumsum(self.count)[:-1]))
        group = np.floor(before * (most / float(self.count.sum())))
        return np.flatnonzero(np.diff(group, prepend=-1.0))


def cells_of(grid: Tally, k: int | None = None) -> Cells:
    """Cells of `grid` that hold rows; of class `k` where there is a grid of each."""

    def sums(name: str) -> Sums:
        column = grid[name] if k is None else grid[name][k]
        return column.numpy(force=True)

    kept = np.flatnonzero(sums("count"))
    return Cells(**{f.name: sums(f.name)[kept] for f in fields(Cells)})
