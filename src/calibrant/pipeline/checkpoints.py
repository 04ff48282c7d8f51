"""Checkpoints of a run: what an interrupted one leaves, and whether another may go on from it."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from calibrant.errors import InputError
from calibrant.files import write_whole
from calibrant.pipeline.folder import CHECKPOINT
from calibrant.pipeline.recipe import Recipe
from calibrant.pipeline.recipe_file import read_recipe, recipe_text
from calibrant.pipeline.versions import versions

__all__ = ["Checkpoints", "open_checkpoints"]

_VERSIONS = "versions.json"
_RECIPE = "recipe.toml"


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """Folder with the checkpoints of a run, and how it came about.

    Attributes
    ----------
    folder : Path
        For one file a network.
    how : str
        Sentence: whether training goes on, or starts.
    """

    folder: Path
    how: str

    def remove(self) -> None:
        """Remove them, when no network is left to train."""
        shutil.rmtree(self.folder)


def open_checkpoints(run: Path, recipe: Recipe) -> Checkpoints:
    """Checkpoints within the folder `run`, new or those of an interrupted run of `recipe`.

    Raises
    ------
    InputError
        When the interrupted run had another recipe, or was computed by other versions: going on
        would give numbers that no uninterrupted run gives.
    OSError
        When they cannot be written.
    """
    folder = run / CHECKPOINT
    if (folder / _RECIPE).is_file():
        _check_same(folder, recipe)
        n = len(list(folder.glob("*.safetensors")))
        what = f"{n} checkpoint{'' if n == 1 else 's'}" if n else "none, so from the start"
        return Checkpoints(folder, f"Resuming: {what}.")
    folder.mkdir(exist_ok=True)
    write_whole(folder / _VERSIONS, json.dumps(versions()))
    write_whole(folder / _RECIPE, recipe_text(recipe, folder))
    return Checkpoints(folder, "Nothing to resume: training from the start.")


def _check_same(folder: Path, recipe: Recipe) -> None:
    """Raise InputError where the interrupted run was another."""
    remedy = "Leave --resume out, and pass --force to start anew."
    before, now = _plain(read_recipe(folder / _RECIPE)), _plain(recipe)
    other = sorted(name for name in before | now if before.get(name) != now.get(name))
    if other:
        got = ", ".join(f"{name} = {now.get(name)} instead of {before.get(name)}" for name in other)
        raise InputError("--resume", "go on with the recipe of the interrupted run", got, remedy)
    try:
        computed: object = json.loads((folder / _VERSIONS).read_text("utf-8"))
    except (OSError, ValueError):
        computed = None
    if computed != versions():
        got = f"{computed}, now {versions()}"
        raise InputError("--resume", "go on with the versions that the run had", got, remedy)


def _plain(recipe: Recipe) -> dict[str, object]:
    """Settings of `recipe` by dotted name, but for the path of the table, whose hash is there."""
    flat: dict[str, object] = {}
    for name, value in recipe.model_dump(mode="json").items():
        if isinstance(value, dict):
            flat |= {f"{name}.{key}": inner for key, inner in value.items()}
        else:
            flat[name] = value
    del flat["data.path"]
    return flat
