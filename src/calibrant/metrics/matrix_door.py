"""The door for a confusion matrix that somebody else counted."""

from collections.abc import Sequence

import torch

from calibrant.errors import InputError
from calibrant.metrics.accuracy import Hit
from calibrant.prediction.arrays import ArrayLike, to_tensor
from calibrant.statistics.bundle import Tallies
from calibrant.statistics.confusion import Confusion
from calibrant.statistics.moments import Moments
from calibrant.statistics.tally import Statistic, Tally

__all__ = ["confusion"]


def confusion(matrix: ArrayLike, *, class_names: Sequence[str] | None = None) -> Tallies:
    """Tallies of decided rows, from their confusion matrix.

    Parameters
    ----------
    matrix : array of shape (true class, chosen class)
        Whole numbers of rows; rows of the matrix are what came out, as in scikit-learn.
    class_names : sequence of str, optional
        By class index.

    Raises
    ------
    InputError
        If the matrix is not square, or holds anything but whole numbers of at least 0.

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
    if not bool(((counts >= 0) & (counts == counts.floor()) & counts.isfinite()).all()):
        remedy = "Pass counts of rows, not shares."
        raise InputError("matrix", "hold whole numbers of at least 0", "others", remedy)
    if not counts.sum() > 0:
        raise InputError("matrix", "count at least one row", "none", "Pass counts of rows.")
    names = tuple(str(k) for k in range(len(counts))) if class_names is None else tuple(class_names)
    if len(names) != len(counts) or len(set(names)) != len(counts):
        got = f"{len(names)} of them, {len(set(names))} different"
        rule = f"be {len(counts)} different names"
        raise InputError("class_names", rule, got, "Name every class once.")
    n, hits = counts.sum(), counts.diagonal().sum()
    none = torch.zeros_like(n)
    moments = torch.stack((n, n, hits, hits, n, hits, hits, none, none))
    parts: dict[Statistic, Tally] = {
        Confusion(): Tally(Confusion(), counts.expand(3, -1, -1).clone()),
        Moments(Hit()): Tally(Moments(Hit()), moments),
    }
    return Tallies("decisions", names, parts)
