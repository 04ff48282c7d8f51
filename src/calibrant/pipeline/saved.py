"""SavedModel: the model of a run folder, ready to predict."""

import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, ValidationError
from torch import nn

from calibrant.calibrators.saved import load_calibrator
from calibrant.data.encode import Encoder
from calibrant.data.number_target import NumberTarget
from calibrant.data.plan import Plan
from calibrant.data.target import Target
from calibrant.errors import InputError
from calibrant.pipeline.measure import Calibration
from calibrant.pipeline.model import fold_folders, network_files
from calibrant.pipeline.recipe_file import read_recipe
from calibrant.pipeline.record import SCHEMA
from calibrant.pipeline.task import Task
from calibrant.pipeline.tasks import task_of
from calibrant.prediction.rows import Rows
from calibrant.training.state import load_network

__all__ = ["SavedFold", "SavedModel", "load_model"]

REMEDY = "Name the folder that calibrant train wrote, whole and unchanged."


class _Target(BaseModel):
    """What is predicted, as ``schema.json`` holds it."""

    model_config = ConfigDict(extra="ignore", strict=True)
    name: str
    how: str
    classes: tuple[str, ...] = ()
    positive: str | None = None
    threshold: float | None = None

    def target(self) -> Target | NumberTarget:
        """Classes where there are some, else a number."""
        if not self.classes:
            return NumberTarget(self.name, self.how)
        return Target(self.name, self.classes, self.positive, self.threshold, self.how)


class _Schema(BaseModel):
    """What is read of ``schema.json``."""

    model_config = ConfigDict(extra="ignore", strict=True)
    target: _Target
    networks: tuple[int, ...]
    plan: dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class SavedFold:
    """What was learned on one fold: encoder, networks, calibrator."""

    encoder: Encoder
    networks: tuple[nn.Module, ...]
    calibration: Calibration


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SavedModel:
    """The model of a run folder, ready to predict.

    Attributes
    ----------
    task : Task
        Whether classes or a number are predicted, and with which recipe.
    plan : Plan
        What is done with every column.
    target : Target or NumberTarget
        What is predicted.
    folds : tuple of SavedFold
        One, or several whose predictions are averaged.
    """

    task: Task
    plan: Plan
    target: Target | NumberTarget
    folds: tuple[SavedFold, ...]

    def predict(self, table: pa.Table) -> tuple[Rows, Rows]:
        """What is predicted for the rows of a cleaned table, before and after calibration."""
        stated: list[Rows] = []
        final: list[Rows] = []
        for fold in self.folds:
            features = fold.encoder.transform(table)
            stated.append(self.task.predict(fold.networks, features, self.target))
            final.append(fold.calibration.transform(stated[-1]))
        return self.task.mean(stated), self.task.mean(final)


def load_model(run: Path) -> SavedModel:
    """Model of the run folder `run`; nothing in the folder is executed.

    Raises
    ------
    InputError
        When `run` is not a run folder as this version writes it.
    """
    if not run.is_dir():
        got = f"{run}, which {'is a file' if run.exists() else 'does not exist'}"
        raise InputError("RUN", "be a run folder", got, REMEDY)
    task = task_of(read_recipe(run / "recipe.toml"))
    folder = run / "model"
    schema = _schema(folder / "schema.json")
    folds = [
        _fold(place, n)
        for place, n in zip(
            fold_folders(folder, len(schema.networks)), schema.networks, strict=True
        )
    ]
    return SavedModel(
        task=task,
        plan=Plan.from_dict(schema.plan),
        target=schema.target.target(),
        folds=tuple(folds),
    )


def _fold(place: Path, n_networks: int) -> SavedFold:
    """What the folder `place` of a fold holds."""
    networks = tuple(load_network(file) for file in network_files(place, n_networks))
    record = _json(place / "calibrator.json")
    n = record.get("n")
    method = record.get("method")
    fitted = None if method == "none" else load_calibrator(place / "calibrator")
    if fitted is not None and fitted.method != method:
        rule, got = f"be of the method {method}", fitted.method
        raise InputError(f"{place / 'calibrator'}", rule, got, REMEDY)
    calibration = Calibration(fitted, "", n if isinstance(n, int) else 0)
    return SavedFold(Encoder.load(place / "encoder.skops"), networks, calibration)


def _schema(path: Path) -> _Schema:
    """Content of ``schema.json``, checked."""
    record = _json(path)
    found = record.get("schema")
    if found != SCHEMA:
        got = f"schema {found!r}, while this version writes {SCHEMA}"
        raise InputError(f"{path}", "be of this version", got, "Train again.")
    try:
        return _Schema.model_validate_json(json.dumps(record))
    except ValidationError as error:
        first = error.errors()[0]
        got = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise InputError(f"{path}", "say what the model reads", got, REMEDY) from error


def _json(path: Path) -> dict[str, object]:
    """Object that the JSON file `path` holds."""
    rule = "be a JSON file of a model"
    try:
        content: object = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path}", rule, f"{error.strerror}", REMEDY) from error
    except ValueError as error:
        raise InputError(f"{path}", rule, f"no JSON ({error})", REMEDY) from error
    if not isinstance(content, dict):
        raise InputError(f"{path}", rule, "no object", REMEDY)
    return {str(name): value for name, value in content.items()}
