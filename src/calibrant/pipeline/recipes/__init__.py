"""Recipes that calibrant ships, by name: TOML files in this folder."""

import tomllib
from difflib import get_close_matches
from importlib.resources import files

from calibrant.errors import InputError
from calibrant.pipeline.settings import Settings

__all__ = ["NAMES", "named_recipe"]

NAMES = ("default", "article")


def named_recipe(name: str) -> Settings:
    """Settings of the recipe `name`, to be completed and overridden.

    Raises
    ------
    InputError
        For an unknown name.

    Examples
    --------
    >>> named_recipe("article")["training"]["batch_size"]
    64
    """
    if name not in NAMES:
        near = get_close_matches(name, NAMES, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        remedy = f"{hint}There are {' and '.join(NAMES)}; a file goes with --config."
        raise InputError("--recipe", "name a recipe that calibrant ships", repr(name), remedy)
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))
