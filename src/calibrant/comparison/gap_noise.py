"""Joint noise of the gaps of two models on the same rows: its covariance, from the rows."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from jaxtyping import Bool, Float64
from scipy.sparse import csr_array, hstack

from calibrant.comparison.gap_rows import RowGaps
from calibrant.comparison.pair import Pair

__all__ = ["GapNoise", "joint_noise"]

LEAST = 1e-12  # of the mean square, below which a variance is rounding


@dataclass(frozen=True, eq=False)
class GapNoise:
    """Covariance of the gaps of two models, of the bins whose gap has noise.

    Attributes
    ----------
    held : pair of Bool[ndarray, "bin"]
        Which bins of either model these are.
    covariance : Float64[ndarray, "both both"]
        Of those of the first model and then of those of the second.
    seen : Float64[ndarray, "either either"]
        As the rows show it, of the bins that either model holds: for the first and the second.
    """

    held: tuple[Bool[np.ndarray, " bin"], Bool[np.ndarray, " bin"]]
    covariance: Float64[np.ndarray, "both both"]
    seen: Float64[np.ndarray, "either either"]

    @property
    def either(self) -> Bool[np.ndarray, " bin"]:
        """Bins of the one model or the other."""
        return self.held[0] | self.held[1]

    def deviation(self, which: int) -> Float64[np.ndarray, " held"]:
        """Standard deviation of every gap of the first model (0) or of the second (1)."""
        n_first = int(self.held[0].sum())
        at = slice(n_first) if which == 0 else slice(n_first, None)
        return np.sqrt(self.covariance.diagonal()[at])


def joint_noise(
    first: RowGaps, second: RowGaps, pair: Pair, *, of_squares: bool
) -> GapNoise | None:
    r"""Covariance of all gaps from the rows, or clusters of rows; None where no gap has noise.

    With :math:`x_c` what the rows of cluster c add to all gaps d of both models, and :math:`m_c`
    their share of weight, it is :math:`\frac{m}{m-1} \sum_c (x_c - m_c d)(x_c - m_c d)'`, with m
    the effective number of clusters: a gap is a ratio, whose total weight is left to chance too.

    The variance of a gap is at least what the stated probabilities foretell: a bin without a
    positive claims no certainty. Chance in the share of the bin is not added to that. Where none of
    few rows stated p came out, and :math:`q \le p` of such rows do, the mean square of stated less
    observed, :math:`p^2 + q (1 - 2 p)`, is at most the greater of :math:`p^2`, which was seen, and
    :math:`p (1 - p)`, which was foretold.
    """
    both = [gaps.contributions(of_squares=of_squares) for gaps in (first, second)]
    stated = [gaps.stated_noise for gaps in (first, second)]
    squares = [np.asarray(part.multiply(part).sum(axis=0)).reshape(-1) for part in both]
    held = [
        (gaps.share > 0) & (s + v > 0)
        for gaps, s, v in zip((first, second), squares, stated, strict=True)
    ]
    n_units = pair.n_effective
    if n_units <= 1 + 1e-9 or not (held[0].any() and held[1].any()):
        return None
    either = held[0] | held[1]
    columns = cast(csr_array, hstack([part[:, either] for part in both], format="csr"))
    if pair.units is not None:
        n_rows = len(pair.units)
        of_unit = csr_array((np.ones(n_rows), (pair.units, np.arange(n_rows))))
        columns = cast(csr_array, of_unit @ columns)
    products = (columns.T @ columns).toarray()
    mass = pair.summed(first.mass)
    seen = (products + _of_total(columns, mass)) * n_units / (n_units - 1)
    kept = np.flatnonzero(np.concatenate([at[either] for at in held]))
    spread = seen[np.ix_(kept, kept)]
    known = np.concatenate([v[at] for v, at in zip(stated, held, strict=True)])
    least = np.maximum(known, LEAST * products.diagonal()[kept])
    np.fill_diagonal(spread, np.maximum(spread.diagonal(), least))
    return GapNoise((held[0], held[1]), spread, seen)


def _of_total(
    columns: csr_array, mass: Float64[np.ndarray, " unit"]
) -> Float64[np.ndarray, "either either"]:
    """What products of columns gain once every unit has its share of all sums taken off."""
    whole, along = np.asarray(columns.sum(axis=0)).reshape(-1), columns.T @ mass
    return (
        np.outer(whole, whole) * float(mass @ mass)
        - np.outer(along, whole)
        - np.outer(whole, along)
    )
