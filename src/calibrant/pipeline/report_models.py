"""From run folders, saved tallies and saved evaluations to models of a report."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from calibrant.errors import InputError
from calibrant.metrics.evaluation import Evaluation
from calibrant.pipeline.file_evaluation import is_record
from calibrant.pipeline.saved_predictions import is_run, saved_predictions, settings_of
from calibrant.report.numbers import count
from calibrant.report.several.model import Model
from calibrant.statistics.saved import is_tallies, load_tallies

__all__ = ["check_present", "model_of", "models_of"]

RULE = "be a run folder, saved tallies or a saved evaluation"
REMEDY = "Pass what calibrant train, calibrant evaluate --save-tallies or Evaluation.to_json wrote."

REMEDY_FOR_RECORDS = (
    "Run calibrant evaluate with --save-tallies FILE and pass that, or have its own --report."
)


def models_of(paths: Sequence[Path], names: Sequence[str] = ()) -> list[Model]:
    """Models that lie at `paths`, by `names`, or else by the names of the files and folders.

    Raises
    ------
    InputError
        If one cannot be read, is something else, or there is another number of names.
    """
    if names and len(names) != len(paths):
        remedy = "Name every one, in their order."
        raise InputError("names", f"be {len(paths)}", f"{len(names)}", remedy)
    models = [model_of(path) for path in paths]
    if names:
        return [replace(model, name=name) for model, name in zip(models, names, strict=True)]
    if len({model.name for model in models}) == len(models):
        return models
    return [replace(model, name=str(path)) for model, path in zip(models, paths, strict=True)]


def check_present(paths: Sequence[Path]) -> None:
    """Raise where one of `paths` is not there, before any is read.

    Raises
    ------
    InputError
        Naming the first that is missing.
    """
    for path in paths:
        if not path.exists():
            raise InputError(f"{path}", RULE, "nothing: there is no such file", REMEDY)


def model_of(path: Path) -> Model:
    """Model at `path`: a run folder after calibration, tallies, or an evaluation.

    Raises
    ------
    InputError
        If it cannot be read, or is something else.
    """
    if path.is_dir():
        if not is_run(path):
            raise InputError(f"{path}", RULE, "a folder without recipe.toml", REMEDY)
        saved = saved_predictions(path)
        return Model(
            name=path.resolve().name,
            given=saved.rows,
            source="run folder, its test rows after calibration",
            test_rows=saved.same_as,
            clusters=saved.units,
            recipe=settings_of(saved),
        )
    check_present([path])
    if is_tallies(path):
        tallies = load_tallies(path)
        source = f"saved sums over {count(tallies.n)} rows"
        return Model(name=path.stem, given=tallies, source=source)
    try:
        evaluation = Evaluation.from_json(path)
    except InputError as error:
        if is_record(path):
            got = "the numbers of calibrant evaluate --out"
            raise InputError(f"{path}", RULE, got, REMEDY_FOR_RECORDS) from error
        raise InputError(f"{path}", RULE, error.got.rstrip("."), REMEDY) from error
    source = f"saved evaluation of {count(evaluation.n)} rows"
    return Model(name=path.stem, given=evaluation, source=source)
