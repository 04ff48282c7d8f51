"""K-fold splits: every row is tested once, by a model that has not seen it."""

import numpy as np
from jaxtyping import Int64

from calibrant.data.columns import listed
from calibrant.data.placement import placed
from calibrant.data.split import (
    SIZES,
    Split,
    check_seed,
    check_sizes,
    shares_in_words,
    split_of,
)
from calibrant.data.units import Units
from calibrant.errors import InputError

__all__ = ["check_fold_classes", "fold_splits"]


def fold_splits(
    strata: Int64[np.ndarray, " row"],
    *,
    n_folds: int,
    seed: int,
    sizes: tuple[float, float, float] = SIZES,
    units: Units | None = None,
) -> tuple[Split, ...]:
    """Splits of which each tests another part of the rows, and all of them every row once.

    The rows are dealt into folds by lot, each with its share of every stratum. What a fold does
    not test is divided into training and validation rows in the ratio of `sizes`, by lot too.

    Parameters
    ----------
    strata : Int64[ndarray, "row"]
        Stratum of every row, any whole numbers.
    n_folds : int
        At least 2.
    seed : int
        At least 0. The same strata, seed and units give the same folds.
    sizes : (float, float, float)
        Shares as in `stratified_split`; only the ratio of the first two counts.
    units : Units or None
        Rows to keep together in each of the splits.

    Raises
    ------
    InputError
        If an argument breaks its rule; if there are fewer units than folds, or so few that a
        fold leaves no two; or if one unit is so large that the other folds would have less than
        half of their share.

    Examples
    --------
    >>> folds = fold_splits(np.zeros(10, dtype=int), n_folds=5, seed=0)
    >>> [len(rows) for rows in folds[0].parts().values()]  # 8 rows as 64 to 16
    [6, 2, 2]
    >>> sorted(int(row) for fold in folds for row in fold.test)
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    check_sizes(sizes)
    check_seed(seed)
    if n_folds < 2:
        remedy = "Choose 5 or 10, or split once."
        raise InputError("n_folds", "be a whole number of at least 2", f"{n_folds}", remedy)
    unit = np.arange(len(strata)) if units is None else units.unit
    fold = placed(strata, (1 / n_folds,) * n_folds, np.random.default_rng([seed, 0]), unit)
    train, validation, _ = sizes
    halves = train / (train + validation), validation / (train + validation)
    shown = [round((1 - 1 / n_folds) * half, 3) for half in halves] + [round(1 / n_folds, 3)]
    splits: list[Split] = []
    for k in range(n_folds):
        rest = np.flatnonzero(fold != k)
        part = np.full(len(strata), 2, dtype=np.int64)
        rng = np.random.default_rng([seed, k + 1])
        part[rest] = placed(strata[rest], halves, rng, unit[rest])
        words = shares_in_words((shown[0], shown[1], shown[2]), part)
        kept = "" if units is None else units.describe()
        how = f"Fold {k + 1} of {n_folds}, at random (seed {seed}) in "
        how += f"{len(np.unique(strata)):,} strata{', ' if kept else ''}{kept}: {words}."
        splits.append(split_of(part, how))
    return tuple(splits)


def check_fold_classes(
    labels: Int64[np.ndarray, " row"],
    class_names: tuple[str, ...],
    *,
    n_folds: int,
    units: Units | None = None,
) -> None:
    """Every class has enough units for a row in each part of each fold.

    That is a unit for each fold, and of the other folds two: with two folds, four.
    """
    fewest = max(n_folds, 4 if n_folds == 2 else 3)
    unit = np.arange(len(labels)) if units is None else units.unit
    n_units = [len(np.unique(unit[labels == k])) for k in range(len(class_names))]
    rare = [k for k, count in enumerate(n_units) if count < fewest]
    if not rare:
        return
    n_rows = np.bincount(labels, minlength=len(class_names))
    of = "" if units is None else " that are not equal or of one group"
    shown = listed((class_names[k] for k in rare), most=5)
    first = f"{class_names[rare[0]]!r} has {n_units[rare[0]]} of {n_rows[rare[0]]}"
    raise InputError(
        "n_folds",
        f"leave every class in every part: at least {fewest} rows of each{of}",
        f"fewer of {shown} ({first})",
        "Choose fewer folds, or merge or remove rare classes.",
    )
