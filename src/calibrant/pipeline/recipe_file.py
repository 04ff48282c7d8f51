"""Recipes as TOML files: read with every error told at once, written complete."""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import tomli_w
from pydantic import ValidationError

from calibrant.errors import InputError
from calibrant.pipeline.recipe import REGRESSION_DEFAULTS, Recipe
from calibrant.pipeline.recipe_errors import explain
from calibrant.pipeline.settings import Setting, Settings, merged

__all__ = ["build_recipe", "read_recipe", "recipe_text"]

_HEADER = """\
# Every setting of this run. The same numbers again:
#   calibrant train --config recipe.toml --out other/
# data.path is relative to the folder of this file, unless it starts at the root.

"""


_NOTHING: Mapping[str, str] = MappingProxyType({})


def build_recipe(
    settings: Settings, *, source: str = "the recipe", spoken: Mapping[str, str] = _NOTHING
) -> Recipe:
    """Recipe of nested `settings`; what is left out has its default.

    Parameters
    ----------
    settings : mapping
        Values by name, as a TOML file gives them; None stands for a default.
    source : str
        What the settings are called in an error.
    spoken : mapping of str to str
        Names by which a reader knows settings, such as ``--epochs`` for
        ``training.max_epochs``.

    Raises
    ------
    InputError
        With every unknown name and every value that is not allowed, one a line.

    Examples
    --------
    >>> recipe = build_recipe({"data": {"path": "sales.csv", "target": "sold"}, "seed": 3})
    >>> recipe.seed, recipe.loss, recipe.split.sizes
    (3, 'ce', (0.64, 0.16, 0.2))
    """
    if settings.get("task") == "regression":
        settings = merged(REGRESSION_DEFAULTS, settings)
    try:
        return Recipe.model_validate_json(json.dumps(merged({}, settings), default=str))
    except ValidationError as error:
        raise explain(error, source=source, spoken=spoken) from error


def read_recipe(
    path: str | Path, overrides: Settings | None = None, *, base: Settings | None = None
) -> Recipe:
    """Recipe of the TOML file `path`, its data path as seen from here.

    Parameters
    ----------
    path : str or Path
        The file.
    overrides : mapping, optional
        Settings that go before those of the file; None takes a setting of the file away.
    base : mapping, optional
        Settings that give way to those of the file.

    Raises
    ------
    InputError
        When the file cannot be read, is not TOML, or holds settings that are not allowed.
    """
    path = Path(path)
    try:
        settings: dict[str, Setting] = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(
            "the recipe",
            "be a file that can be read",
            f"{path}: {error.strerror}",
            "Check --config.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            "the recipe", "be TOML", f"{path}: {error}", "Correct the file there."
        ) from error
    table = settings.get("data")
    if isinstance(table, dict) and isinstance(place := table.get("path"), str) and place:
        table["path"] = (
            os.path.relpath(path.parent / place) if not Path(place).is_absolute() else place
        )
    settings = merged(base or {}, settings)
    return build_recipe(merged(settings, overrides or {}), source=str(path))


def recipe_text(recipe: Recipe, folder: Path) -> str:
    """TOML text of `recipe` for a file in `folder`, complete: defaults are written out.

    The data path is relative to `folder` where the table lies in it, beside it, or both lie
    under the current folder: such a pair moves together. Elsewhere it is absolute.
    """
    data = Path(recipe.data.path).resolve()
    folder = folder.resolve()
    together = data.is_relative_to(folder.parent) or (
        data.is_relative_to(Path.cwd()) and folder.is_relative_to(Path.cwd())
    )
    place = Path(os.path.relpath(data, folder)) if together else data
    part = recipe.data.model_copy(update={"path": place.as_posix()})
    settings = recipe.model_copy(update={"data": part}).model_dump(mode="json", exclude_none=True)
    return _HEADER + tomli_w.dumps(settings)
