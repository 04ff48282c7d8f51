"""Names of classes in labels and in columns: matched exactly, else but for padding and case."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibrant.data.columns import listed
from calibrant.data.folding import folded
from calibrant.errors import InputError
from calibrant.pipeline.prediction_source import Labels

__all__ = [
    "Match",
    "check_labels",
    "distinct",
    "is_yes_or_no",
    "labels_among",
    "match_names",
    "two_in_order",
]

_YES_OR_NO = (("0", "1"), ("false", "true"), ("False", "True"), ("FALSE", "TRUE"))


@dataclass(frozen=True, slots=True)
class Match:
    """Known name of every name that has one, those that have none, and what was folded."""

    known: Mapping[str, str]
    unknown: tuple[str, ...]
    folded: Mapping[str, str]


def distinct(texts: NDArray[np.object_]) -> list[str]:
    """Different texts of a column, sorted, the missing one left out."""
    return sorted({str(text) for text in texts.tolist()} - {""})


def match_names(names: Iterable[str], known: Sequence[str]) -> Match:
    """Known names that `names` stand for: the same one, else the only one equal when folded.

    Examples
    --------
    >>> match = match_names(["Tree", "grass", "pool"], ["tree", "grass"])
    >>> match.known, match.unknown
    ({'Tree': 'tree', 'grass': 'grass'}, ('pool',))
    """
    keys = Counter(map(folded, known))
    by_key = {folded(name): name for name in known}
    found: dict[str, str] = {}
    told: dict[str, str] = {}
    unknown: list[str] = []
    for name in names:
        if name in known:
            found[name] = name
        elif keys[folded(name)] == 1:
            found[name] = told[name] = by_key[folded(name)]
        else:
            unknown.append(name)
    return Match(found, tuple(unknown), told)


def labels_among(texts: NDArray[np.object_], classes: Sequence[str], argument: str) -> Labels:
    """Labels as indices of `classes`.

    Raises
    ------
    InputError
        Listing the labels that are no class, with the number of their rows.
    """
    names = [str(text) for text in texts.tolist()]
    match = _matched(texts, classes, argument)
    index = {"": -1} | {name: list(classes).index(known) for name, known in match.known.items()}
    notes = tuple(
        f"{name!r} in {argument} was read as the class {known!r}"
        for name, known in match.folded.items()
    )
    codes = np.array([index[name] for name in names], dtype=np.int64)
    return Labels(codes, tuple(classes), notes)


def check_labels(texts: NDArray[np.object_], classes: Sequence[str], argument: str) -> None:
    """Raise as `labels_among` does, before the classes are put in order.

    Raises
    ------
    InputError
        Listing the labels that are no class, with the number of their rows.
    """
    _matched(texts, _pair_of(classes) or classes, argument)


def _matched(texts: NDArray[np.object_], classes: Sequence[str], argument: str) -> Match:
    """Class of every label, all of them known."""
    match = match_names(distinct(texts), classes)
    if match.unknown:
        many = Counter(str(text) for text in texts.tolist())
        rows = ((name, many[name]) for name in match.unknown[:5])
        shown = ", ".join(f"{name!r} in {n:,} row{'' if n == 1 else 's'}" for name, n in rows)
        more = f" and {len(match.unknown) - 5} more" if len(match.unknown) > 5 else ""
        rule, remedy = "hold classes that are known", f"The classes are {listed(classes)}."
        raise InputError(argument, rule, f"{shown}{more}", remedy)
    return match


def is_yes_or_no(classes: Sequence[str]) -> bool:
    """Whether classes say by themselves which is positive: 0 and 1, false and true, or one."""
    return _pair_of(classes) is not None


def _pair_of(classes: Sequence[str]) -> tuple[str, str] | None:
    """Classes that say by themselves which is positive, with the one that may be missing."""
    return next((pair for pair in _YES_OR_NO if classes and set(classes) <= set(pair)), None)


def two_in_order(classes: Sequence[str], positive: str | None) -> tuple[str, ...]:
    """Classes, the positive one of two last; more than two as they are.

    Without `positive` two classes are known by what they say: 0 and 1, false and true; one of
    them alone brings the other along.

    Raises
    ------
    InputError
        If two classes do not say which is positive, `positive` is none of them, or there are
        not two.
    """
    pair = _pair_of(classes)
    classes = tuple(classes) if pair is None else pair
    if positive is None:
        if len(classes) == 2 and pair is None:
            remedy = f"Name it: --positive {_word(classes[1])} or --positive {_word(classes[0])}."
            got = f"the classes {listed(classes)} without it"
            raise InputError("positive", "name the positive class of two", got, remedy)
        return classes
    if len(classes) != 2:
        remedy = "Leave --positive out." if len(classes) > 2 else "Name both with --classes."
        got = f"{positive!r} beside {listed(classes)}"
        raise InputError("positive", "name a class of two", got, remedy)
    match = match_names([positive], classes)
    if match.unknown:
        remedy = f"The classes are {listed(classes)}."
        raise InputError("positive", "name a class", repr(positive), remedy)
    last = match.known[positive]
    return (classes[0] if last == classes[1] else classes[1], last)


def _word(name: str) -> str:
    """Name as it is typed in a shell."""
    return name if name.replace("_", "").isalnum() else f"'{name}'"
