"""Rows for training, for validation and for the test: by lot within strata, or as a column says."""

from dataclasses import dataclass
from math import isclose

import numpy as np
import pyarrow as pa
from jaxtyping import Int64

from calibrant.data.columns import column_of, listed, texts_of
from calibrant.data.placement import placed
from calibrant.data.units import Units
from calibrant.errors import InputError

__all__ = [
    "PARTS",
    "SIZES",
    "Split",
    "check_classes",
    "check_seed",
    "check_sizes",
    "shares_in_words",
    "split_from_column",
    "split_of",
    "stratified_split",
]

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
    units: Units | None = None,
) -> Split:
    """Rows drawn by lot, so that each part has its share of every stratum.

    The parts have the whole numbers of rows nearest to `sizes` by largest remainder. Within a
    stratum, the shares are off by less than two rows. A stratum of at least three rows is in
    every part, even where that costs the two rules before.

    Rows of one unit are on one side. Then both rules hold up to the largest unit, and a unit of
    several strata counts for the one of which it holds the largest share.

    Parameters
    ----------
    strata : Int64[ndarray, "row"]
        Stratum of every row, any whole numbers.
    seed : int
        At least 0. The same strata, seed, sizes and units give the same rows.
    sizes : (float, float, float)
        Shares of train, validation and test, each positive, with sum 1.
    units : Units or None
        Rows to keep together (see `calibrant.data.units`); None draws row by row.

    Raises
    ------
    InputError
        If an argument breaks its rule, if there are fewer than three units, or if one of them
        leaves the other parts less than half of their share.

    Examples
    --------
    >>> split = stratified_split(np.repeat([0, 1], [80, 20]), seed=0)
    >>> [len(rows) for rows in split.parts().values()]
    [64, 16, 20]
    >>> [int((rows >= 80).sum()) for rows in split.parts().values()]
    [13, 3, 4]
    """
    check_sizes(sizes)
    check_seed(seed)
    if len(strata) < len(PARTS):
        got = f"{len(strata)} rows"
        raise InputError("strata", "hold at least three rows", got, "Bring more rows.")
    unit = None if units is None else units.unit
    part = placed(strata, sizes, np.random.default_rng(seed), unit)
    how = f"At random (seed {seed}) in {len(np.unique(strata)):,} strata"
    kept = "" if units is None else units.describe()
    if unit is None or not kept:
        return split_of(part, f"{how}: {shares_in_words(sizes)}.")
    how = f"{how}, {kept}: {shares_in_words(sizes, part)}.{_never_tested(part, sizes, unit)}"
    return split_of(part, how)


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
    return split_of(part, f"As the column {name!r} says.")


def check_classes(
    split: Split,
    labels: Int64[np.ndarray, " row"],
    class_names: tuple[str, ...],
    *,
    units: Units | None = None,
) -> None:
    """Every part of `split` holds every class.

    `units` are those that the split kept together; a class in too few of them is named so.
    """
    for part, rows in split.parts().items():
        counts = np.bincount(labels[rows], minlength=len(class_names))
        absent = [k for k, count in enumerate(counts) if count == 0]
        if absent:
            names = listed(class_names[k] for k in absent)
            got = f"none of {names} among the {len(rows):,} {part} rows"
            remedy = "Split otherwise, cut the target elsewhere, or remove the class."
            if units is not None:
                n_rows = int((labels == absent[0]).sum())
                n_units = len(np.unique(units.unit[labels == absent[0]]))
                got += f" ({class_names[absent[0]]!r} has {_counted(n_rows, 'row')} in "
                got += f"{_counted(n_units, 'unit')} of equal rows or groups)"
            raise InputError("split", "have every class in every part", got, remedy)


def check_sizes(sizes: tuple[float, float, float]) -> None:
    """Three positive shares with sum 1."""
    if len(sizes) != 3 or min(sizes) <= 0 or not isclose(sum(sizes), 1, abs_tol=1e-9):
        got, remedy = repr(sizes), "Give the shares of train, validation and test."
        raise InputError("sizes", "be three positive shares with sum 1", got, remedy)


def check_seed(seed: int) -> None:
    """A whole number that can start a generator."""
    if seed < 0:
        raise InputError("seed", "be a whole number of at least 0", f"{seed}", "Choose another.")


def split_of(part: Int64[np.ndarray, " row"], how: str) -> Split:
    """Split with the rows whose `part` is 0, 1 and 2."""
    train, validation, test = (np.flatnonzero(part == k).astype(np.int64) for k in range(3))
    return Split(train, validation, test, how)


def shares_in_words(
    sizes: tuple[float, float, float], part: Int64[np.ndarray, " row"] | None = None
) -> str:
    """Shares asked for, in percent, and those of `part` where they are half a point off.

    Examples
    --------
    >>> shares_in_words((0.5, 0.25, 0.25), np.repeat([0, 1, 2], [5, 2, 3]))
    '50 / 25 / 25 % train, validation, test'
    >>> shares_in_words((0.5, 0.25, 0.25), np.repeat([0, 1, 2], [50, 20, 30]))
    '50 / 20 / 30 % train, validation, test (50 / 25 / 25 % asked for)'
    """
    asked = [100 * size for size in sizes]
    in_words = " / ".join(f"{share:g}" for share in asked)
    names = "train, validation, test"
    if part is None:
        return f"{in_words} % {names}"
    found = [100 * float((part == k).mean()) for k in range(len(PARTS))]
    bound = max(0.5, 100 / len(part))  # half a point, or one row
    if all(abs(a - f) <= bound for a, f in zip(asked, found, strict=True)):
        return f"{in_words} % {names}"
    return f"{' / '.join(f'{share:.3g}' for share in found)} % {names} ({in_words} % asked for)"


def _never_tested(
    part: Int64[np.ndarray, " row"],
    sizes: tuple[float, float, float],
    unit: Int64[np.ndarray, " row"],
) -> str:
    """Sentence on a unit that is larger than a part and not in the test; ``""`` without one."""
    size = np.bincount(unit)
    largest = int(size.max())
    if largest <= max(1, min(sizes) * len(unit)):
        return ""
    where = PARTS[part[unit == size.argmax()][0]]
    if where == PARTS[-1]:
        return ""
    return f" The largest unit, {largest:,} rows, is all {where}: none of its rows is tested."


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
