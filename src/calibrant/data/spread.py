"""How the numbers of a column are spread: their deciles, and the rows between them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

__all__ = ["Spread"]

N_SPANS = 10


@dataclass(frozen=True, slots=True)
class Spread:
    """Deciles of numbers, and how many lie in each span between two of them.

    Parameters
    ----------
    deciles : tuple of 11 floats
        Values of the column, from the smallest to the largest, ascending.
    rows : tuple of 10 ints
        Rows in each span (lo, hi], the smallest value in the first; spans between equal deciles
        are empty but for the first.
    missing : int
        Rows without a number.
    """

    deciles: tuple[float, ...]
    rows: tuple[int, ...]
    missing: int

    @classmethod
    def learn(cls, values: Float64[np.ndarray, " row"]) -> "Spread":
        """Spread of `values`, NaN where one is missing; at least one is there.

        Examples
        --------
        >>> spread = Spread.learn(np.append(np.arange(20.0), np.nan))
        >>> spread.deciles[:3], spread.rows[:2], spread.missing
        ((0.0, 1.0, 3.0), (2, 2), 1)
        """
        present = values[~np.isnan(values)]
        deciles = np.quantile(present, np.arange(N_SPANS + 1) / N_SPANS, method="inverted_cdf")
        bare = cls(tuple(deciles.tolist()), (), len(values) - len(present))
        rows = np.bincount(bare.span_of(present), minlength=N_SPANS)
        return cls(bare.deciles, tuple(rows.tolist()), bare.missing)

    def span_of(self, values: Float64[np.ndarray, " row"]) -> Int64[np.ndarray, " row"]:
        """Span of every number; those beyond the ends lie in the first and the last.

        A missing one is in an eleventh.
        """
        spans = np.searchsorted(np.array(self.deciles[1:-1]), values).astype(np.int64)
        return np.where(np.isnan(values), N_SPANS, spans)

    def n_outside(self, values: Float64[np.ndarray, " row"]) -> int:
        """How many numbers lie beyond the smallest and the largest."""
        return int(((values < self.deciles[0]) | (values > self.deciles[-1])).sum())

    def to_dict(self) -> dict[str, object]:
        """Plain data: ``count``, ``missing``, ``min``, ``max``, ``deciles``, ``decile_rows``."""
        return {
            "count": sum(self.rows),
            "missing": self.missing,
            "min": self.deciles[0],
            "max": self.deciles[-1],
            "deciles": list(self.deciles),
            "decile_rows": list(self.rows),
        }
