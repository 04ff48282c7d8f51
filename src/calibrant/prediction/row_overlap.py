"""Whether some rows are among those of a fit, or are only equal to them by chance."""

from dataclasses import dataclass
from math import comb, lgamma, log, log1p

import numpy as np
from jaxtyping import Float64, Int64
from scipy.special import gammainc, gammaln

from calibrant.prediction.row_sketch import RowSketch

__all__ = ["Overlap", "overlap_of"]

BY_PAIRS = 1e-4  # chance of so many equal pairs below which they are no chance
BY_SETS = 1e-6  # the same of a set that lies in another
RARE = 1e-7  # mean chance that two different rows of full precision are equal
FEW, OF_FEW = 0.5, (1e-3, 0.3)  # share of models of few values, and that chance of theirs
ODD, OF_ODD = 0.01, (1e-7, 0.3)  # and of models between the two
OF_ROUNDED = (1e-8, 0.3)  # chance for rounded rows
UNLIKE = 1.0  # how many e-folds the chance differs between populations, as a scale


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many of the rows are among those of the fit, about where these are many."""

    n_same: int
    n: int
    is_about: bool


@dataclass(frozen=True, slots=True)
class _Counts:
    """How often each hash below the last one of the sketch occurs, in the fit and in the rows."""

    fit: Int64[np.ndarray, " hash"]
    rows: Int64[np.ndarray, " hash"]


def overlap_of(
    fit: RowSketch, hashes: Int64[np.ndarray, " row"], *, rounded: bool
) -> Overlap | None:
    r"""Overlap of rows with those of a fit; None where what is equal may be so by chance.

    Parameters
    ----------
    fit : RowSketch
        Rows of the fit.
    hashes : Int64[ndarray, "row"]
        Of the rows in question.
    rounded : bool
        Whether most of these rows hold short decimals, which different rows often share.

    Notes
    -----
    Three signs are looked for; any of them is enough.

    - *The same rows*: equal number and fingerprint, where independent rows with these shares of
      every value had a chance below 1e-4 to come out with the same counts.
    - *One set lies in the other*, each row as often: independent rows would all be repeats of
      those seen with a chance of about :math:`(1 - N_1 / (n + 1))^m`, where :math:`N_1` of the n
      rows occur once (Good and Turing's share of what is unseen [1]_); below 1e-6 it is none.
    - *Too many pairs across*. Hashes that occur exactly twice make pairs of equal rows: within
      the fit, within the rows, or across. For rows that are independent of those of the fit,
      pairs are rare events with means :math:`n^2 A / 2`, :math:`m^2 B / 2` and at most
      :math:`n m \sqrt{A B}` (Cauchy and Schwarz), whatever the two populations. The pairs within
      thus tell how many there may be across. What few rows do not tell comes from a prior. Of
      rows of full precision the chance of equality :math:`\sqrt{A B}` is gamma distributed with
      shape 1/2 and mean 1e-7, for float32 has 2**24 steps between 1/2 and 1; but half of all
      models take few values, as trees do (0.001 to 0.3), and one in a hundred lies between. For
      rounded rows any chance from 1e-8 on is as likely. :math:`\log \sqrt{A / B}` has a Laplace
      prior of scale 1. The chance of as many pairs across as there are is averaged over what the
      pairs within leave of the prior; below 1e-4 it is none.

    What cannot be told, and passes: fewer than three rows of the fit among others, few of a fit
    whose sketch is cut, rows of so few values that any two sets look alike, and one rounded row
    in a hundred among some hundreds.

    References
    ----------
    .. [1] Good. "The Population Frequencies of Species and the Estimation of Population
       Parameters." Biometrika 40, 1953.
    """
    known = fit.hashes.numpy()
    at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    if not len(known) or not (known[at] == hashes).any():
        return None
    seen = hashes[hashes <= fit.last]
    counts = _counts(fit, seen)
    n_same = int(np.minimum(counts.fit, counts.rows).sum())
    signs = (
        len(hashes) == fit.n
        and int(hashes.sum()) % (1 << 64) == fit.fingerprint
        and _chance_of_counts(counts.fit) < BY_PAIRS,
        _lies_in(counts.rows, counts.fit),
        _lies_in(counts.fit, counts.rows),
        _by_pairs(counts, rounded=rounded),
    )
    if not any(signs):
        return None
    share = len(hashes) / len(seen)
    return Overlap(round(n_same * share), len(hashes), is_about=fit.is_cut)


def _counts(fit: RowSketch, seen: Int64[np.ndarray, " row"]) -> _Counts:
    found, often = np.unique(seen, return_counts=True)
    known = fit.hashes.numpy()
    union = np.union1d(known, found)
    in_fit = np.zeros(len(union), dtype=np.int64)
    in_rows = np.zeros(len(union), dtype=np.int64)
    in_fit[np.searchsorted(union, known)] = fit.counts.numpy()
    in_rows[np.searchsorted(union, found)] = often
    return _Counts(in_fit, in_rows)


def _chance_of_counts(counts: Int64[np.ndarray, " hash"]) -> float:
    """Chance that rows with these shares come out in just these numbers."""
    held = counts[counts > 0].astype(np.float64)
    n = float(held.sum())
    return float(np.exp(lgamma(n + 1) - (gammaln(held + 1) - held * np.log(held / n)).sum()))


def _lies_in(part: Int64[np.ndarray, " hash"], whole: Int64[np.ndarray, " hash"]) -> bool:
    """Whether a set of rows lies in another, beyond chance."""
    if (part > whole).any():
        return False
    n, once = int(whole.sum()), int((whole == 1).sum())
    return int(part.sum()) * log1p(-once / (n + 1)) < log(BY_SETS)


def _by_pairs(counts: _Counts, *, rounded: bool) -> bool:
    """Whether there are more pairs across than those within explain."""
    twice = counts.fit + counts.rows == 2
    within_fit = int((twice & (counts.rows == 0)).sum())
    within_rows = int((twice & (counts.fit == 0)).sum())
    across = int(twice.sum()) - within_fit - within_rows
    if not across:
        return False
    n, m = int(counts.fit.sum()), int(counts.rows.sum())
    log_a, weigh_a = _nodes(within_fit, comb(n, 2))
    log_b, weigh_b = _nodes(within_rows, comb(m, 2))
    size, unlike = (log_a[:, None] + log_b) / 2, (log_a[:, None] - log_b) / 2
    told = _poisson(within_fit, comb(n, 2), log_a)[:, None] + _poisson(
        within_rows, comb(m, 2), log_b
    )
    logs = told + _log_prior(size, rounded=rounded) - np.abs(unlike) / UNLIKE
    weight = np.exp(logs - logs.max()) * weigh_a[:, None] * weigh_b
    chance = (weight * gammainc(across, n * m * np.exp(size))).sum() / weight.sum()
    return bool(chance < BY_PAIRS)


def _nodes(
    pairs: int, places: int
) -> tuple[Float64[np.ndarray, " node"], Float64[np.ndarray, " node"]]:
    """Logarithms of a chance, close together where the pairs within put it, and their weights."""
    nodes = np.linspace(log(1e-13), 0.0, 121)
    if pairs:
        near = log(pairs / places) + np.linspace(-6, 6, 61) / np.sqrt(pairs)
        nodes = np.union1d(nodes, near[near <= 0])
    return nodes, np.gradient(nodes)


def _poisson(
    pairs: int, places: int, log_chance: Float64[np.ndarray, " node"]
) -> Float64[np.ndarray, " node"]:
    """Logarithm of the chance of so many pairs, up to a constant."""
    return pairs * log_chance - places * np.exp(log_chance)


def _log_prior(
    log_chance: Float64[np.ndarray, "node other"], *, rounded: bool
) -> Float64[np.ndarray, "node other"]:
    """Logarithm of the prior density of the logarithm of a chance."""
    if rounded:
        return np.log(_flat(log_chance, OF_ROUNDED) + 1e-300)
    scaled = np.exp(log_chance) / (2 * RARE)
    gamma = np.sqrt(scaled / np.pi) * np.exp(-scaled)  # of shape 1/2
    few, odd = _flat(log_chance, OF_FEW), _flat(log_chance, OF_ODD)
    return np.log((1 - FEW - ODD) * gamma + FEW * few + ODD * odd + 1e-300)


def _flat(
    log_chance: Float64[np.ndarray, "node other"], ends: tuple[float, float]
) -> Float64[np.ndarray, "node other"]:
    """Density of the logarithm of a chance that may be of any order between two ends."""
    low, high = log(ends[0]), log(ends[1])
    return ((low <= log_chance) & (log_chance <= high)) / (high - low)
