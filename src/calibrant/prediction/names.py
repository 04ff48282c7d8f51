"""Names of classes, one for every class index."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
import pandas as pd
import pyarrow as pa
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction.arrays import ArrayLike
from calibrant.prediction.objects import is_missing

__all__ = ["class_names_of", "in_order", "read_names"]


def read_names(given: object) -> tuple[str, ...] | None:
    """Class names as text; None where none are given.

    Raises
    ------
    InputError
        If they are no sequence, or a name is itself one, or missing.
    """
    if given is None:
        return None
    remedy = "Pass a list of one name for every class."
    if isinstance(given, (np.ndarray, pd.Index, pd.Series, pa.Array, pa.ChunkedArray)):
        names: list[object] = np.atleast_1d(np.asarray(given, dtype=object)).tolist()
    elif isinstance(given, Sequence) and not isinstance(given, (str, bytes)):
        names = list(given)
    else:
        got = repr(given) if isinstance(given, (str, bytes)) else type(given).__name__
        raise InputError("class_names", "be a sequence of names", got, remedy)
    for k, name in enumerate(names):
        nested = isinstance(name, (Sequence, Mapping, AbstractSet, np.ndarray, Tensor))
        if is_missing(name) or (nested and not isinstance(name, str)):
            got = f"{name!r} for class {k}"
            raise InputError("class_names", "be a sequence of names", got, remedy)
    return tuple(str(name) for name in names)


def in_order(names: Iterable[str]) -> tuple[tuple[str, ...], bool]:
    """Different names in their order, and whether that means something.

    Whole numbers stand by value. Of more than two others the order is that of the text, which
    means nothing.

    Examples
    --------
    >>> in_order(["10", "9", "10"]), in_order(["low", "mid", "high"])
    ((('9', '10'), True), (('high', 'low', 'mid'), False))
    """
    found = set(names)
    if all(name.isascii() and name.isdigit() for name in found):
        return tuple(sorted(found, key=lambda name: (int(name), name))), True
    return tuple(sorted(found)), len(found) <= 2


def class_names_of(given: object, source: ArrayLike, n_classes: int) -> tuple[str, ...]:
    """Names given; else the column names of a table; else ``"0"``, ``"1"``, ...

    Raises
    ------
    InputError
        If the names are not as many as the classes, or not different.
    """
    names = read_names(given)
    if names is None and isinstance(source, pd.DataFrame):
        names = tuple(str(column) for column in source.columns)
    elif names is None and isinstance(source, pa.Table):
        names = tuple(source.column_names)
    elif names is None:
        return tuple(str(k) for k in range(n_classes))
    if len(names) != n_classes or len(set(names)) != n_classes:
        got = f"{len(names)} of them, {len(set(names))} different"
        twice = next((name for k, name in enumerate(names) if name in names[:k]), None)
        got = got if twice is None else f"{got} ({twice!r} comes twice)"
        remedy = "Name every class once, by class index."
        raise InputError("class_names", f"be {n_classes} different names", got, remedy)
    return names
