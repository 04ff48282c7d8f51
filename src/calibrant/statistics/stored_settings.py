"""Settings of statistics as plain data, and back. No name in a file imports anything.

A file may name the classes of `HOMES`, and those that its reader passes.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from numbers import Integral, Real
from typing import Literal

from pydantic import BaseModel, ConfigDict

from calibrant.errors import CalibrantError, InputError
from calibrant.statistics.tally import Statistic

__all__ = ["HOMES", "StoredObject", "restored_statistic", "stored_statistic"]

_STATISTICS, _METRICS = "calibrant.statistics", "calibrant.metrics"

HOMES: Mapping[str, str] = {  # a row score lives with its metric
    "AbsoluteMiss": f"{_METRICS}.numbers.errors",
    "Blocked": f"{_STATISTICS}.blocks",
    "ClassGrids": f"{_STATISTICS}.class_grids",
    "ClassScores": f"{_STATISTICS}.class_scores",
    "ClassShares": f"{_STATISTICS}.class_shares",
    "Confusion": f"{_STATISTICS}.confusion",
    "CumulativeGaps": f"{_METRICS}.ordinal.cumulative",
    "Direction": f"{_METRICS}.proper.spherical",
    "Hit": f"{_METRICS}.decided.accuracy",
    "ImageOverlap": f"{_STATISTICS}.image_overlap",
    "Inside": f"{_METRICS}.numbers.central",
    "Joint": f"{_STATISTICS}.joint",
    "LevelShares": f"{_STATISTICS}.level_shares",
    "LevelsReached": f"{_STATISTICS}.pit",
    "LogCoshMiss": f"{_METRICS}.numbers.logarithmic",
    "MeanPinballLoss": f"{_METRICS}.numbers.quantiles",
    "Moments": f"{_STATISTICS}.moments",
    "NegativeLogLikelihood": f"{_METRICS}.proper.scores",
    "NormalLogScore": f"{_METRICS}.numbers.distributions",
    "OfTopLabel": f"{_METRICS}.proper.top_label",
    "PairGrids": f"{_STATISTICS}.pair_grids",
    "PairMoments": f"{_STATISTICS}.pair_moments",
    "PinballLoss": f"{_METRICS}.numbers.quantiles",
    "PredictedClassGrid": f"{_STATISTICS}.predicted_class_grid",
    "RankedProbability": f"{_METRICS}.numbers.distributions",
    "RatioMoments": f"{_STATISTICS}.ratio_moments",
    "RelativeMiss": f"{_METRICS}.numbers.relative",
    "ScoreGrid": f"{_STATISTICS}.score_grid",
    "SignedMiss": f"{_METRICS}.numbers.errors",
    "Size": f"{_STATISTICS}.blocks",
    "SpiegelhalterSums": f"{_STATISTICS}.spiegelhalter_sums",
    "SquaredError": f"{_METRICS}.proper.scores",
    "SquaredLogMiss": f"{_METRICS}.numbers.logarithmic",
    "SquaredMiss": f"{_METRICS}.numbers.errors",
    "StepsApart": f"{_METRICS}.ordinal.cumulative",
    "SymmetricMiss": f"{_METRICS}.numbers.relative",
    "TargetMoments": f"{_STATISTICS}.target_moments",
    "TargetSize": f"{_METRICS}.numbers.weighted_relative",
    "TieMarks": f"{_STATISTICS}.ties",
    "TopKHit": f"{_METRICS}.decided.top_k",
    "UnitDeviance": f"{_METRICS}.numbers.deviance",
    "WeightedIntervalLoss": f"{_METRICS}.numbers.quantiles",
    "Width": f"{_METRICS}.numbers.central",
    "WidthAndMisses": f"{_METRICS}.numbers.central",
}
"""Modules of the package's own statistics and row scores, by the names of their classes."""


class StoredNumber(BaseModel):
    """A number that JSON cannot hold."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    number: Literal["inf", "-inf", "nan"]


class StoredTuple(BaseModel):
    """Settings in a row."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    entries: "tuple[Setting, ...]"


class StoredObject(BaseModel):
    """An instance of a dataclass: the name of its class, and its settings."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    name: str
    settings: "dict[str, Setting]"


Setting = bool | int | float | str | StoredNumber | StoredTuple | StoredObject | None


def stored_statistic(statistic: Statistic) -> StoredObject:
    """Class name and settings of a statistic, nested ones too.

    Raises
    ------
    InputError
        If a setting is no number, text, tuple or dataclass of these, or a class that is not of
        this package bears the name of one that is.

    Examples
    --------
    >>> from calibrant.statistics.score_grid import ScoreGrid
    >>> stored_statistic(ScoreGrid("positive", 10)).model_dump()
    {'name': 'ScoreGrid', 'settings': {'view': 'positive', 'n_cells': 10, 'closed': 'right'}}
    """
    return _stored_object(statistic)


def restored_statistic(stored: StoredObject, others: Mapping[str, type]) -> Statistic:
    """Statistic of a class name and settings; `others` are classes beyond those of `HOMES`.

    Raises
    ------
    InputError
        If the class is unknown, or its settings are not those of this version.
    """
    statistic = _restored(stored, others)
    if not isinstance(statistic, Statistic):
        raise _refusal(f"{type(statistic).__name__} in the place of a statistic")
    return statistic


def _stored_object(value: object) -> StoredObject:
    cls = type(value)
    if not is_dataclass(value):
        rule = "have settings that are numbers, text, tuples and dataclasses of these"
        remedy = "Make it a frozen dataclass of such settings."
        raise InputError("statistics", rule, f"{value!r}", remedy)
    name = cls.__name__
    if name in HOMES and cls.__module__ != HOMES[name]:
        got = f"{cls.__module__}.{cls.__qualname__}"
        rule, remedy = "not bear the name of another of calibrant's own", "Rename the class."
        raise InputError("statistics", rule, got, remedy)
    settings = {each.name: _stored(getattr(value, each.name)) for each in fields(value)}
    return StoredObject(name=name, settings=settings)


def _stored(value: object) -> Setting:
    match value:
        case None | bool() | int() | str():
            return value
        case Integral():  # such as those of NumPy
            return int(value)
        case Real():
            number = float(value)
            return number if math.isfinite(number) else _stored_number(number)
        case tuple():
            entries: Iterable[object] = value
            return StoredTuple(entries=tuple(_stored(entry) for entry in entries))
        case _:
            return _stored_object(value)


def _stored_number(value: float) -> StoredNumber:
    if math.isnan(value):
        return StoredNumber(number="nan")
    return StoredNumber(number="inf" if value > 0 else "-inf")


def _restored(stored: Setting, others: Mapping[str, type]) -> object:
    match stored:
        case StoredNumber():
            return float(stored.number)
        case StoredTuple():
            return tuple(_restored(entry, others) for entry in stored.entries)
        case StoredObject():
            held = {name: _restored(value, others) for name, value in stored.settings.items()}
            return _made(_class_of(stored.name, others), held)
        case _:
            return stored


def _class_of(name: str, others: Mapping[str, type]) -> type:
    if name in others:
        return others[name]
    if name not in HOMES:
        remedy = f"Pass its class, statistics=[{name}], if it is yours, or update calibrant."
        raise InputError("statistics", "be known", f"the unknown class '{name}'", remedy)
    found: object = getattr(import_module(HOMES[name]), name)
    assert isinstance(found, type)
    return found


def _made(cls: type, settings: Mapping[str, object]) -> object:
    """Instance of `cls`, if it has just these settings and takes their values."""
    known = {each.name for each in fields(cls)} if is_dataclass(cls) else set[str]()
    other = ", ".join(sorted(known ^ set(settings)))
    if other:
        raise _refusal(f"{cls.__name__} with other settings than this version's: {other}")
    try:
        made: object = cls(**settings)
        hash(made)
    except CalibrantError as error:
        raise _refusal(f"{cls.__name__} with a setting that it refuses: {error}") from error
    except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
        raise _refusal(f"{cls.__name__} with a setting that it refuses") from error
    return made


def _refusal(got: str) -> InputError:
    remedy = "Read it with the version that wrote it."
    return InputError("statistics", "have settings that this version knows", got, remedy)
