"""Clusters of rows that several models have in common."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Int64
from numpy import ndarray

from calibrant.errors import InputError
from calibrant.prediction.arrays import ArrayLike, Layout
from calibrant.prediction.base import Predictions
from calibrant.prediction.codes import Codes, encode
from calibrant.prediction.decisions import Decisions
from calibrant.prediction.rows import Rows
from calibrant.prediction.units import read_units

__all__ = ["notes_of", "units_of"]


def units_of(
    models: Mapping[str, Rows], clusters: ArrayLike | None = None
) -> Int64[ndarray, " row"] | None:
    """Cluster of every row that counts, from 0; None where each row is its own.

    Parameters
    ----------
    models : mapping from str to Predictions, Events, Decisions or Numbers
        Models' rows, which are the same.
    clusters : array of shape (row,), optional
        Unit of every row; else those that came with any of the models, which hold for all, since
        the rows are the same.

    Raises
    ------
    InputError
        If there are not as many clusters as rows, or two models come with clusters that part the
        rows otherwise. Names of clusters do not matter.

    Examples
    --------
    >>> import calibrant as cal
    >>> plain = cal.predictions(probs=[0.2, 0.9, 0.4], labels=[0, 1, 1])
    >>> named = cal.predictions(probs=[0.1, 0.7, 0.8], labels=[0, 1, 1], clusters=["b", "a", "b"])
    >>> units_of({"A": plain, "B": named})
    array([0, 1, 0])
    """
    rows = next(iter(models.values()))
    present = (rows.weight() > 0).cpu().numpy()
    if clusters is not None:
        return _places(encode("clusters", clusters, _layout(rows)), present)
    own = {
        name: _places(one.clusters, present)
        for name, one in models.items()
        if one.clusters is not None
    }
    if not own:
        return None
    first, *others = own
    for other in others:
        _refuse_unlike((first, other), own[first], own[other], np.flatnonzero(present))
    return own[first]


def notes_of(models: Mapping[str, Rows], clusters: ArrayLike | None) -> tuple[str, ...]:
    """What is to be told of clusters that were given beside the models, in words."""
    return read_units(None, clusters, _layout(next(iter(models.values())))).notes


def _layout(rows: Rows) -> Layout:
    """Shape in which clusters may be given."""
    layout = rows.layout if isinstance(rows, (Predictions, Decisions)) else None
    return layout or Layout(None, (len(rows),), has_classes=False)


def _places(codes: Codes, present: Bool[ndarray, " any"]) -> Int64[ndarray, " row"]:
    """Clusters of the rows that count, numbered by the first row of each."""
    _, first, place = np.unique(
        codes.codes.cpu().numpy()[present], return_index=True, return_inverse=True
    )
    return first.argsort().argsort()[place].astype(np.int64)


def _refuse_unlike(
    names: tuple[str, str],
    first: Int64[ndarray, " row"],
    second: Int64[ndarray, " row"],
    row: Int64[ndarray, " row"],
) -> None:
    """Raise where a row joins an earlier one in one of them alone."""
    unlike = first != second
    if not unlike.any():
        return
    at = int(unlike.argmax())
    joined, which = (first, 0) if first[at] < second[at] else (second, 1)
    earlier = int((joined == joined[at]).argmax())
    got = (
        f"rows {row[earlier]} and {row[at]} together in {names[which]}, apart in {names[1 - which]}"
    )
    remedy = "Pass clusters=..., which then hold for all."
    raise InputError(" and ".join(names), "have the same clusters", got, remedy)
