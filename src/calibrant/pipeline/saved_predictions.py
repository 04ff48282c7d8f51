"""The test rows of a run folder as they were predicted, and the settings that made them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from jaxtyping import Int64
from pyarrow import parquet
from pydantic import BaseModel, ConfigDict, ValidationError

from calibrant.errors import InputError
from calibrant.pipeline.recipe import Recipe
from calibrant.pipeline.recipe_file import read_recipe
from calibrant.pipeline.record import SCHEMA
from calibrant.prediction.base import Predictions
from calibrant.prediction.door import numbers, predictions
from calibrant.prediction.rows import Rows

__all__ = ["SavedPredictions", "is_run", "saved_predictions", "settings_of"]

REMEDY = "Name the folder that calibrant train wrote, whole and unchanged."


class _Target(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)
    name: str
    classes: tuple[str, ...] = ()


class _Calibrator(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)
    method: str
    found: str = ""


class _Record(BaseModel):
    """What is read of ``metrics.json``."""

    model_config = ConfigDict(extra="ignore", strict=True)
    schema_: int
    target: _Target
    calibrator: _Calibrator | tuple[_Calibrator, ...]
    versions: dict[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SavedPredictions:
    """What a run predicted for its test rows, after calibration and before.

    Attributes
    ----------
    target : str
        Name of what is predicted.
    rows : Predictions or Numbers
        In the order of the file.
    before : Predictions or None
        The same before calibration; None where nothing was calibrated.
    same_as : str
        Equal for runs whose row k is the same row of the same table, with the same target.
    units : Int64[ndarray, "row"] or None
        Unit of every row where some depend on each other.
    recipe : Recipe
        Settings of the run.
    calibrators : tuple of str
        What was found for every fold.
    versions : mapping of str to str
        Of the packages.
    """

    target: str
    rows: Rows
    before: Rows | None
    same_as: str
    units: Int64[np.ndarray, " row"] | None
    recipe: Recipe
    calibrators: tuple[str, ...]
    versions: Mapping[str, str]


def is_run(path: Path) -> bool:
    """Whether a folder is that of a run, by the recipe in it."""
    return (path / "recipe.toml").is_file()


def saved_predictions(run: Path) -> SavedPredictions:
    """Test rows of the run folder `run`.

    Raises
    ------
    InputError
        When `run` is not a run folder as this version writes it.
    """
    recipe, record = read_recipe(run / "recipe.toml"), _record(run / "metrics.json")
    table = _table(run / "predictions.parquet")
    classes = record.target.classes
    wanted = ["row", "label"] if classes else ["row", "label", "predicted"]
    wanted += [f"{when}{name}" for when in ("p_before_", "p_after_") for name in classes]
    missing = [name for name in wanted if name not in table.column_names]
    if missing:
        place = f"{run / 'predictions.parquet'}"
        raise InputError(place, "hold the columns of a run", f"none called {missing[0]!r}", REMEDY)
    place, before = _numbers(table, "row"), None
    if classes:
        rows: Rows = _stated(table, "p_after_", classes)
        if any(_unlike(table, name) for name in classes):
            before = _stated(table, "p_before_", classes)
    else:
        rows = numbers(predicted=_numbers(table, "predicted"), targets=_numbers(table, "label"))
    units = None
    if "unit" in table.column_names:
        units = _numbers(table, "unit").astype(np.int64)
    told = json.dumps([recipe.data.sha256, record.target.name, list(classes)])
    digest = hashlib.sha256(told.encode() + place.astype(np.int64).tobytes()).hexdigest()
    found = record.calibrator if isinstance(record.calibrator, tuple) else (record.calibrator,)
    return SavedPredictions(
        target=record.target.name,
        rows=rows,
        before=before,
        same_as=digest,
        units=units,
        recipe=recipe,
        calibrators=tuple(one.found or one.method for one in found),
        versions=record.versions,
    )


def settings_of(saved: SavedPredictions) -> dict[str, str]:
    """Settings of a run by name, those that were left out with their defaults."""
    settings: dict[str, object] = saved.recipe.model_dump(mode="json", exclude_none=True)
    told = dict(_flat(settings))
    told |= {
        f"calibrator of fold {k}" if len(saved.calibrators) > 1 else "calibrator": found
        for k, found in enumerate(saved.calibrators, start=1)
    }
    return told | {f"version of {name}": version for name, version in saved.versions.items()}


def _flat(settings: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    """Settings by dotted name, as text."""
    told: list[tuple[str, str]] = []
    for name, value in settings.items():
        if isinstance(value, dict) and value:
            nested = {str(key): held for key, held in value.items()}
            told += _flat(nested, f"{prefix}{name}.")
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            told.append((f"{prefix}{name}", text))
    return told


def _stated(table: pa.Table, prefix: str, classes: Sequence[str]) -> Predictions:
    """Probabilities of the columns `prefix` and class, with the labels."""
    code = {name: k for k, name in enumerate(classes)}
    labels = np.array([code[name] for name in table.column("label").to_pylist()])
    stated = [_numbers(table, f"{prefix}{name}") for name in classes]
    return predictions(probs=np.column_stack(stated), labels=labels, class_names=classes)


def _unlike(table: pa.Table, name: str) -> bool:
    """Whether calibration changed the probabilities of a class."""
    before, after = (_numbers(table, f"{when}{name}") for when in ("p_before_", "p_after_"))
    return not np.array_equal(before, after)


def _record(path: Path) -> _Record:
    """Content of ``metrics.json``, checked."""
    try:
        content: object = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path}", "be there", f"{error.strerror}", REMEDY) from error
    except ValueError as error:
        raise InputError(f"{path}", "be JSON", f"{error}", REMEDY) from error
    found = content.get("schema") if isinstance(content, dict) else None
    if not isinstance(content, dict) or found != SCHEMA:
        got = f"schema {found!r}, while this version writes {SCHEMA}"
        raise InputError(f"{path}", "be of this version", got, "Train again.")
    named = {("schema_" if name == "schema" else str(name)): v for name, v in content.items()}
    try:
        return _Record.model_validate_json(json.dumps(named))
    except ValidationError as error:
        first = error.errors()[0]
        got = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise InputError(f"{path}", "be the metrics of a run", got, REMEDY) from error


def _table(path: Path) -> pa.Table:
    """Table of a Parquet file."""
    try:
        return parquet.read_table(path)
    except OSError as error:
        got = error.strerror or f"{error}".split("\n", maxsplit=1)[0]
        raise InputError(f"{path}", "hold the predictions of a run", got, REMEDY) from error
    except pa.ArrowException as error:
        got = f"{error}".split("\n", maxsplit=1)[0]
        raise InputError(f"{path}", "hold the predictions of a run", got, REMEDY) from error


def _numbers(table: pa.Table, name: str) -> np.ndarray:
    """Column of numbers, in the type it was written in."""
    return np.asarray(table.column(name).to_numpy())
