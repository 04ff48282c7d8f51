"""Classes chosen and classes that came out, as indices of one list of names."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import Tensor

from calibrant.errors import InputError
from calibrant.prediction import checks
from calibrant.prediction.arrays import ArrayLike, Layout, check_order
from calibrant.prediction.decisions import UNORDERED, Decisions
from calibrant.prediction.labels import Reader, entries_of, ignored_entries, index_to_ignore
from calibrant.prediction.names import class_names_of, in_order, read_names
from calibrant.prediction.objects import is_missing
from calibrant.prediction.units import read_units
from calibrant.prediction.weights import checked_weights, weight_column

__all__ = ["read_decisions"]

RULE, REMEDY = "be class indices or class names", "For probabilities use predictions()."


def read_decisions(
    predicted: ArrayLike,
    labels: ArrayLike,
    weights: ArrayLike | None,
    *,
    groups: ArrayLike | None,
    clusters: ArrayLike | None = None,
    n_classes: object,
    class_names: object,
    ignore_index: object,
) -> Decisions:
    """Checked decisions; classes that are not told are those of the rows that count.

    Raises
    ------
    InputError
        Naming the argument, the rule, the first offending row and the remedy.
    """
    chosen = entries_of("predicted", predicted)
    came = entries_of("labels", labels)
    if chosen.shape != came.shape:
        got = f"{tuple(chosen.shape)} and {tuple(came.shape)}"
        raise InputError("predicted", "have the shape of labels", got, "Pass one entry a row.")
    if not came.ndim or not len(came.reshape(-1)):
        raise InputError("labels", "hold at least one row", "none", "Pass rows.")
    check_order({"predicted": predicted, "labels": labels, "weights": weights})
    layout = Layout(predicted, tuple(chosen.shape), has_classes=False)
    chosen, came = chosen.reshape(-1), came.reshape(-1)
    ignore, weight = index_to_ignore(ignore_index), weight_column(weights, layout)
    told, has_order = read_names(class_names), True
    if told is None:
        told, has_order = _categories({"predicted": predicted, "labels": labels})
    if told is None and isinstance(chosen, Tensor) != isinstance(came, Tensor):
        kinds = [
            "numbers" if isinstance(entries, Tensor) else "names" for entries in (chosen, came)
        ]
        remedy = "Encode both alike, or pass class_names, by class index."
        rule = "both be class indices, or both class names"
        raise InputError("predicted and labels", rule, " and ".join(kinds), remedy)
    weight = checked_weights(weight, layout, ignored_entries(came, ignore))
    counts = None if weight is None else weight > 0
    where = checks.Where(counts, layout.place)
    if told is None and not isinstance(came, Tensor) and not isinstance(chosen, Tensor):
        told, has_order = in_order(_shown_names({"predicted": chosen, "labels": came}, where))
    guess = Reader("predicted", layout, None, weight).hard(chosen, told or (), RULE, REMEDY).values
    truth = Reader("labels", layout, ignore, weight).hard(came, told or (), RULE, REMEDY).values
    guess, truth = guess.long(), truth.long().to(guess.device)
    if n_classes is None:
        size = len(told) if told is not None else _shown_size((guess, truth), counts)
    else:
        size = _size(n_classes)
    names = class_names_of(told, guess, size)
    where = checks.Where(None if counts is None else counts.to(guess.device), layout.place)
    checks.check_hard("predicted", guess, size, where)
    checks.check_hard("labels", truth, size, where)
    units = read_units(groups, clusters, layout)
    return Decisions(
        guess,
        truth,
        names,
        weights=None if weight is None else weight.to(guess.device),
        notes=(*(() if has_order else (UNORDERED,)), *units.notes),
        groups=units.groups,
        clusters=units.clusters,
        layout=layout,
    )


def _size(n_classes: object) -> int:
    if isinstance(n_classes, (int, np.integer)) and not isinstance(n_classes, bool):
        size = int(n_classes)
        if size >= 1:
            return size
    remedy = "Leave it out to count the classes that appear."
    raise InputError("n_classes", "be a whole number of at least 1", f"{n_classes!r}", remedy)


def _shown_size(columns: tuple[Tensor, ...], counts: Tensor | None) -> int:
    """One more than the greatest index of a row that counts."""
    shown = [column if counts is None else column[counts.to(column.device)] for column in columns]
    return 1 + max(0, *(int(column.max()) for column in shown))


def _categories(columns: dict[str, ArrayLike]) -> tuple[tuple[str, ...] | None, bool]:
    """Names that columns of pandas categories declare, and whether in an order.

    Those of ordered categories, else those that both columns share; None without either.

    Raises
    ------
    InputError
        If both columns are ordered, and not alike.
    """
    found: dict[str, tuple[tuple[str, ...], bool]] = {}
    for argument, column in columns.items():
        if not isinstance(column, (pd.Series, pd.Categorical, pd.CategoricalIndex)):
            continue
        if isinstance(column.dtype, pd.CategoricalDtype):
            names: list[object] = column.dtype.categories.tolist()
            texts = tuple(name for name in names if isinstance(name, str))
            if len(texts) == len(names):
                found[argument] = texts, bool(column.dtype.ordered)
    ordered = {argument: names for argument, (names, is_ordered) in found.items() if is_ordered}
    if len(set(ordered.values())) > 1:
        got = " and ".join(f"{each} with {', '.join(names)}" for each, names in ordered.items())
        remedy = "Pass class_names, or give both the same categories."
        raise InputError("predicted and labels", "have the same ordered categories", got, remedy)
    if ordered:
        return next(iter(ordered.values())), True
    shared = {texts for texts, _ in found.values()}
    if len(found) == len(columns) and len(shared) == 1:
        told = shared.pop()
        return told, len(told) <= 2
    return None, True


def _shown_names(columns: dict[str, NDArray[np.generic]], where: checks.Where) -> set[str]:
    """Names in the rows that count."""
    shown: set[str] = set()
    for argument, column in columns.items():
        entries: list[object] = column.tolist()
        counts = [True] * len(entries) if where.counts is None else where.counts.tolist()
        for row, (entry, count) in enumerate(zip(entries, counts, strict=True)):
            if count and not isinstance(entry, str):
                remedy = "Encode every class as text, or every class as an index."
                remedy = checks.REMEDY_OF_NAN["labels"] if is_missing(entry) else remedy
                got = f"{entry!r} at {where.place(row)}"
                raise InputError(argument, "hold one kind of class name, text", got, remedy)
            if count:
                shown.add(str(entry))
    return shown
