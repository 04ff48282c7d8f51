"""Whether two models have the same gaps, and how far apart noise then puts the sizes of these."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from numpy import ndarray
from scipy.stats import f

from calibrant.metrics.inference.noise import normals

__all__ = ["SameGaps", "Sizes", "same_gaps"]

TOLD = 0.05  # chance of gaps as unlike, below which they are not the same
NOISELESS = 1e-9  # of the greatest variance of a difference of gaps
FAINT = 1e-4  # of that variance, a square that is as good as nothing
DIM = 1e-6  # of the greatest variance, below which what is left tells nothing

Gaps = Float64[ndarray, " bin"]
Sizes = Callable[[Float64[ndarray, "draw bin"]], Float64[ndarray, " draw"]]


@dataclass(frozen=True, slots=True)
class SameGaps:
    """Sizes of the gaps of two models that have the same true gaps, bin by bin.

    Attributes
    ----------
    drawn : Float64[ndarray, "draw"]
        Seen differences of the two sizes.
    chance : float
        Of gaps that are, but for their sizes, as unlike as those that were seen.
    """

    drawn: Float64[ndarray, " draw"]
    chance: float

    @property
    def tenable(self) -> bool:
        """Whether nothing but the sizes tells the gaps of the two models apart."""
        return self.chance > TOLD


def same_gaps(
    gaps: tuple[Gaps, Gaps],
    covariance: Float64[ndarray, "both both"],
    n_units: float,
    sizes: tuple[Sizes, Sizes],
) -> SameGaps | None:
    r"""Test of the size of gaps where two models have the same; None if noise cannot tell.

    Parameters
    ----------
    gaps : tuple of Float64[ndarray, "bin"]
        Those of the two models, of the same bins.
    covariance : Float64[ndarray, "both both"]
        Of the first and then of the second, as the rows show it.
    n_units : float
        Rows or clusters behind it.
    sizes : tuple of callable
        Size of gaps of either model.

    Notes
    -----
    With :math:`u = d_1 - d_2`, covariance S, and :math:`K = \mathrm{Cov}(d_1, u) S^{-1}`, what
    :math:`m = d_1 - K u` says of gaps that both have is independent of u, and is all that is known
    of them: given m, and whatever the gaps are, :math:`d_1 = m + K u` and
    :math:`d_2 = m - (I - K) u` with :math:`u \sim N(0, S)`. So the difference D of the sizes has
    a known distribution. What u has beyond it, :math:`u - \mathrm{Cov}(u, D) D / \mathrm{Var} D`,
    tells whether the gaps are the same, by Hotelling's test: where both have as much noise, as
    good as independently of D.

    References
    ----------
    .. [1] Hotelling. "The Generalization of Student's Ratio." Annals of Mathematical Statistics 2,
       1931. Cox, Hinkley. "Theoretical Statistics", 1974: tests given what tells the nuisance.

    Examples
    --------
    >>> gap = np.array([0.02, -0.01])
    >>> noise = np.kron(np.array([[1.0, 0.5], [0.5, 1.0]]), np.eye(2) * 1e-4)
    >>> size = lambda gaps: np.abs(gaps).sum(axis=-1)
    >>> found = same_gaps((gap, gap), noise, 1e6, (size, size))
    >>> found.tenable, round(float(found.chance), 3)  # they are equal
    (True, 1.0)
    """
    n = len(gaps[0])
    first, second, both = covariance[:n, :n], covariance[n:, n:], covariance[:n, n:]
    spread = first + second - both - both.T
    values, vectors = np.linalg.eigh(spread)
    noisy = values > NOISELESS * max(float(values[-1]), 0.0)
    rank, unlike = int(noisy.sum()), gaps[0] - gaps[1]
    if not 1 < rank < n_units:
        return None
    values, vectors = values[noisy], vectors[:, noisy]
    along = vectors.T @ unlike
    if np.square(unlike - vectors @ along).sum() > FAINT * values[-1]:
        return None  # unlike where there is no noise
    slope = (first - both) @ (vectors / values) @ vectors.T
    half = normals(n).T @ (vectors * np.sqrt(values)) @ vectors.T
    drawn = np.concatenate((half, -half))  # as far whichever model stands first
    one = gaps[0] - slope @ unlike + drawn @ slope.T
    seen = float((sizes[0](gaps[0][None]) - sizes[1](gaps[1][None]))[0])
    shown = sizes[0](one) - sizes[1](one - drawn)
    middle, variance = float(shown.mean()), float(shown.var())
    if not variance > 0:
        return None
    joint = (shown - middle) @ drawn / len(shown)
    rest = unlike - joint * (seen - middle) / variance
    left = spread - np.outer(joint, joint) / variance
    values, vectors = np.linalg.eigh(left)
    told = values > DIM * values[-1]
    square = float((np.square(vectors[:, told].T @ rest) / values[told]).sum())
    freedom = int(told.sum())
    ratio = square * (n_units - freedom) / (freedom * (n_units - 1))
    return SameGaps(shown, float(f.sf(ratio, freedom, n_units - freedom)))
