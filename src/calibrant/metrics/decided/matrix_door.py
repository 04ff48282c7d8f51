"""The door for a confusion matrix that somebody else counted."""

from collections.abc import Sequence

import pandas as pd
import torch

from calibrant.errors import InputError
from calibrant.metrics.decided.accuracy import Hit
from calibrant.prediction.arrays import ArrayLike, to_tensor
from calibrant.prediction.names import class_names_of
from calibrant.statistics.bundle import Tallies
from calibrant.statistics.confusion import Confusion
from calibrant.statistics.moments import Moments
from calibrant.statistics.tally import Statistic, Tally

__all__ = ["confusion"]


def confusion(matrix: ArrayLike, *, class_names: Sequence[object] | None = None) -> Tallies:
    """Tallies of decided rows, from their confusion matrix.

    Parameters
    ----------
    matrix : array of shape (true class, chosen class)
        Whole numbers of rows; rows of the matrix are what came out, as in scikit-learn.
    class_names : sequence of str, optional
        By class index; else the column names of a data frame, else ``"0"``, ``"1"``, ...

    Raises
    ------
    InputError
        If the matrix is not square, or names its rows in another order than its columns, or
        holds anything but whole numbers of at least 0; naming the first such cell.

    Examples
    --------
    >>> import calibrant as cal
    >>> cal.evaluate(confusion([[8, 2], [1, 9]]))["accuracy"].value  # 17 of 20
    0.85
    """
    counts = to_tensor("matrix", matrix).double()
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.numel():
        got = f"shape {tuple(counts.shape)}"
        raise InputError(
            "matrix", "be square, true class by chosen class", got, "Pass all classes."
        )
    whole = (counts >= 0) & (counts == counts.floor()) & counts.isfinite()
    if not bool(whole.all()):
        row, column = (~whole).nonzero()[0].tolist()
        got = f"{float(counts[row, column]):.9g} at row {row}, column {column}"
        remedy = "Pass counts of rows, not shares."
        raise InputError("matrix", "hold whole numbers of at least 0", got, remedy)
    if not counts.sum() > 0:
        raise InputError("matrix", "count at least one row", "none", "Pass counts of rows.")
    if isinstance(matrix, pd.DataFrame):
        _check_axes(matrix)
    names = class_names_of(class_names, matrix, len(counts))
    n, hits = counts.sum(), counts.diagonal().sum()
    none = torch.zeros_like(n)
    moments = torch.stack((n, n, hits, hits, n, hits, hits, *[none] * 6))
    parts: dict[Statistic, Tally] = {
        Confusion(): Tally(Confusion(), counts.expand(3, -1, -1).clone()),
        Moments(Hit()): Tally(Moments(Hit()), moments),
    }
    return Tallies("decisions", names, parts, int(n))


def _check_axes(matrix: pd.DataFrame) -> None:
    """Rows that bear the names of the columns do so in the same order."""
    truth, chosen = [str(name) for name in matrix.index], [str(name) for name in matrix.columns]
    if truth != chosen and sorted(truth) == sorted(chosen):
        row = next(
            k for k, pair in enumerate(zip(truth, chosen, strict=True)) if pair[0] != pair[1]
        )
        rule = "name its rows and columns in one order"
        got = f"row {row} {truth[row]!r}, column {row} {chosen[row]!r}"
        remedy = "Pass matrix.loc[matrix.columns]."
        raise InputError("matrix", rule, got, remedy)
