"""Rows for training, for validation and for the test: by lot within strata, or as a column says."""

from dataclasses import dataclass
from math import isclose

import numpy as np
import pyarrow as pa
from jaxtyping import Float64, Int64

from calibrant.data.columns import column_of, listed, texts_of
from calibrant.errors import InputError

__all__ = ["SIZES", "Split", "check_classes", "split_from_column", "stratified_split"]

SIZES = (0.64, 0.16, 0.20)
PARTS = ("train", "validation", "test")
SPELLINGS = {"train": 0, "training": 0, "validation": 1, "valid": 1, "val": 1, "dev": 1, "test": 2}


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Rows of each part, ascending, as indices into one table; each row is in one part.

    `train` serves to learn, `validation` to stop and to calibrate, `test` to measure; `how`
    says how the rows were told apart.
    """

    train: Int64[np.ndarray, " train"]
    validation: Int64[np.ndarray, " validation"]
    test: Int64[np.ndarray, " test"]
    how: str

    def parts(self) -> dict[str, Int64[np.ndarray, " _"]]:
        """Rows by the name of the part: train, validation, test."""
        return {"train": self.train, "validation": self.validation, "test": self.test}


def stratified_split(
    strata: Int64[np.ndarray, " row"],
    *,
    seed: int,
    sizes: tuple[float, float, float] = SIZES,
) -> Split:
    """Rows drawn by lot, so that each part has its share of every stratum.

    The parts have the whole numbers of rows nearest to `sizes` by largest remainder. Within a
    stratum, the shares are off by less than two rows. A stratum of at least three rows is in
    every part, even where that costs the two rules before.

    Parameters
    ----------
    strata : Int64[ndarray, "row"]
        Stratum of every row, any whole numbers.
    seed : int
        At least 0. The same strata, seed and sizes give the same rows.
    sizes : (float, float, float)
        Shares of train, validation and test, each positive, with sum 1.

    Examples
    --------
    >>> split = stratified_split(np.repeat([0, 1], [80, 20]), seed=0)
    >>> [len(rows) for rows in split.parts().values()]
    [64, 16, 20]
    >>> [int((rows >= 80).sum()) for rows in split.parts().values()]
    [13, 3, 4]
    """
    if len(sizes) != 3 or min(sizes) <= 0 or not isclose(sum(sizes), 1, abs_tol=1e-9):
        got, remedy = repr(sizes), "Give the shares of train, validation and test."
        raise InputError("sizes", "be three positive shares with sum 1", got, remedy)
    if len(strata) < len(PARTS):
        got = f"{len(strata)} rows"
        raise InputError("strata", "hold at least three rows", got, "Bring more rows.")
    if seed < 0:
        raise InputError("seed", "be a whole number of at least 0", f"{seed}", "Choose another.")
    rng = np.random.default_rng(seed)
    values, stratum, counts = np.unique(strata, return_inverse=True, return_counts=True)
    quota = np.asarray(sizes, dtype=np.float64)
    owed = np.zeros(len(PARTS))
    part = np.empty(len(strata), dtype=np.int64)
    for k in np.argsort(counts, kind="stable"):  # the largest comes last and settles what is owed
        owed += quota * counts[k]
        given = _allocated(owed, int(counts[k]))
        owed -= given
        part[rng.permutation(np.flatnonzero(stratum == k))] = np.repeat(np.arange(3), given)
    shares = " / ".join(f"{100 * size:g}" for size in sizes)
    how = f"At random (seed {seed}) in {len(values):,} strata: {shares} % train, validation, test."
    return _split(part, how)


def split_from_column(table: pa.Table, name: str) -> Split:
    """Rows of each part as the column `name` says: train, validation (valid, val, dev) or test.

    Case and padding do not matter.
    """
    column_of(table, name, "split_column")
    words = [text.strip().lower() for text in texts_of(table, name)]
    unknown = sorted({word for word in words if word not in SPELLINGS})
    if unknown:
        rule = "say train, validation or test in every row"
        got = listed(word or "(missing)" for word in unknown)
        raise InputError("split_column", rule, f"{got} in {name!r}", "Rename these parts.")
    part = np.asarray([SPELLINGS[word] for word in words], dtype=np.int64)
    absent = [PARTS[k] for k in range(len(PARTS)) if not (part == k).any()]
    if absent:
        got = f"no row for {listed(absent)} in {name!r}"
        remedy = "Name rows of every part, or leave the column out."
        raise InputError("split_column", "name rows of every part", got, remedy)
    return _split(part, f"As the column {name!r} says.")


def check_classes(
    split: Split, labels: Int64[np.ndarray, " row"], class_names: tuple[str, ...]
) -> None:
    """Every part of `split` holds every class."""
    for part, rows in split.parts().items():
        counts = np.bincount(labels[rows], minlength=len(class_names))
        absent = [name for name, count in zip(class_names, counts, strict=True) if count == 0]
        if absent:
            got = f"none of {listed(absent)} among the {len(rows):,} {part} rows"
            remedy = "Split otherwise, cut the target elsewhere, or remove the class."
            raise InputError("split", "have every class in every part", got, remedy)


def _allocated(owed: Float64[np.ndarray, " part"], count: int) -> Int64[np.ndarray, " part"]:
    """Whole numbers with sum `count` nearest to `owed`, none below 1 where `count` allows."""
    fewest = 1 if count >= len(owed) else 0
    given = np.maximum(np.floor(owed), fewest).astype(np.int64)
    while given.sum() < count:
        given[np.argmax(owed - given)] += 1
    while given.sum() > count:
        given[np.argmax(np.where(given > fewest, given - owed, -np.inf))] -= 1
    return given


def _split(part: Int64[np.ndarray, " row"], how: str) -> Split:
    train, validation, test = (np.flatnonzero(part == k).astype(np.int64) for k in range(3))
    return Split(train, validation, test, how)
