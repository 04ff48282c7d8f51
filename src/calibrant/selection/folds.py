"""Folds of rows for cross-validation: every class in every fold, no unit in two."""

import numpy as np
from jaxtyping import Int64

from calibrant.errors import InputError

__all__ = ["stratified_folds"]


def stratified_folds(
    strata: Int64[np.ndarray, " row"],
    units: Int64[np.ndarray, " row"],
    *,
    n_folds: int,
    seed: int,
) -> Int64[np.ndarray, " row"]:
    """Fold of every row, in ``[0, n_folds)``.

    Units in random order are sorted by stratum and dealt out like cards: the folds differ by
    at most one unit a stratum, and by at most one unit in all.

    Parameters
    ----------
    strata : Int64[ndarray, "row"]
        What is to be spread evenly, such as the class. A unit with rows of several counts for
        the one that most of its rows are of, the least of equals.
    units : Int64[ndarray, "row"]
        Rows of one unit come into one fold. To keep none together, number the rows. Units are
        told apart by number and ordered by their first row.
    n_folds : int
        At least 2.
    seed : int
        Of the order in which the units are dealt.

    Raises
    ------
    InputError
        If there are fewer units than folds, or fewer than two folds.

    Examples
    --------
    >>> labels = np.array([0, 0, 0, 0, 1, 1])
    >>> folds = stratified_folds(labels, np.arange(6), n_folds=2, seed=0)
    >>> np.bincount(folds[labels == 0]), np.bincount(folds[labels == 1])
    (array([2, 2]), array([1, 1]))
    """
    if n_folds < 2:
        raise InputError("n_folds", "be at least 2", f"{n_folds}", "10 is usual.")
    _, first, unit = np.unique(units, return_index=True, return_inverse=True)
    unit = np.argsort(np.argsort(first))[unit]  # numbered as they come, whatever their names
    n_units = len(first)
    if n_units < n_folds:
        rule, remedy = f"be at most {n_units}, the number of units", "Use fewer folds."
        raise InputError("n_folds", rule, f"{n_folds}", remedy)
    pairs, counts = np.unique(np.stack((unit, strata)), axis=1, return_counts=True)
    order = np.lexsort((pairs[1], -counts, pairs[0]))  # the commonest stratum of a unit first
    stratum = pairs[1][order][np.unique(pairs[0][order], return_index=True)[1]]
    shuffled = np.random.default_rng(seed).permutation(n_units)
    dealt = shuffled[np.argsort(stratum[shuffled], kind="stable")]
    fold = np.empty(n_units, dtype=np.int64)
    fold[dealt] = np.arange(n_units) % n_folds
    return fold[unit]
