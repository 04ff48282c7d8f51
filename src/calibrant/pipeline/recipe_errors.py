"""What is wrong with a recipe, in words: one InputError that lists everything."""

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from calibrant.errors import InputError
from calibrant.pipeline.recipe import Recipe

__all__ = ["explain"]

_UNKNOWN = frozenset({"extra_forbidden", "unexpected_keyword_argument"})


def explain(error: ValidationError, *, source: str, spoken: Mapping[str, str]) -> InputError:
    """InputError that lists every complaint of `error` about the settings of `source`.

    A complaint that stands alone and is an InputError already speaks for itself.

    Parameters
    ----------
    error : ValidationError
        What pydantic found.
    source : str
        What the settings are called: a file, or "the recipe".
    spoken : mapping of str to str
        Names by which a reader knows settings.
    """
    details = error.errors()
    if len(details) == 1 and (own := _own(details[0], spoken)) is not None:
        return own
    complaints = list(dict.fromkeys(_complaint(detail, spoken) for detail in details))
    if len(complaints) == 1:
        got, remedy = "1 problem", f"Correct it: {complaints[0]}."
    else:
        got = f"{len(complaints)} problems"
        remedy = "Correct them:" + "".join(f"\n  {line}" for line in complaints)
    return InputError(source, "hold known settings with allowed values", got, remedy)


def _own(detail: ErrorDetails, spoken: Mapping[str, str]) -> InputError | None:
    """Error of ours behind a complaint, about the setting as the reader knows it."""
    own = detail.get("ctx", {}).get("error")
    if not isinstance(own, InputError):
        return None
    path = ".".join(_place(detail["loc"])[0])
    for setting in (path, f"{path}.{own.argument}", own.argument):
        if setting in spoken:
            return own.about(spoken[setting])
    return own


def _complaint(detail: ErrorDetails, spoken: Mapping[str, str]) -> str:
    """One line: the setting by its name, the rule, and what stands there."""
    own = _own(detail, spoken)
    if own is not None:
        return f"{own}".rstrip(".")
    names, owner = _place(detail["loc"])
    path = ".".join(names)
    path = spoken.get(path, path)
    if detail["type"] in _UNKNOWN:
        known = _settings_of(owner)
        near = difflib.get_close_matches(names[-1], known, n=2, cutoff=0.6)
        homes = [f"{part}.{names[-1]}" for part in _parts_with(names[-1])]
        if near or homes:
            return f"{path} is not a setting: did you mean {' or '.join(near or homes)}?"
        return f"{path} is not a setting: there are {', '.join(known)}"
    if detail["type"] == "missing":
        return f"{path} is missing"
    if detail["type"] == "value_error":
        said = detail["msg"].removeprefix("Value error, ")
        return f"{path}: {said}" if path else said
    rule = re.sub(r"^Input should ", "must ", detail["msg"])
    return f"{path} {rule}; got {json.dumps(detail['input'])}"


def _place(location: Sequence[str | int]) -> tuple[list[str], type]:
    """Names that lead to a setting, and the part that holds the last of them.

    What pydantic adds to a location beyond the settings' names (the branch of a union) is left
    out, so that complaints of several branches name one place.
    """
    names: list[str] = []
    owner: type = Recipe
    for depth, step in enumerate(location):
        names.append(str(step))
        if depth == len(location) - 1:
            break
        kind = _kind(owner, str(step))
        if kind is None:
            names.extend(str(index) for index in location[depth + 1 :] if isinstance(index, int))
            break
        owner = kind
    return names, owner


def _settings_of(owner: type) -> list[str]:
    """Names of the settings of a part."""
    if issubclass(owner, BaseModel):
        return list(owner.model_fields)
    return [field.name for field in fields(owner)] if is_dataclass(owner) else []


def _parts_with(name: str) -> list[str]:
    """Parts of a recipe that have a setting of that name."""
    parts = {part: _kind(Recipe, part) for part in Recipe.model_fields}
    return [part for part, kind in parts.items() if kind and name in _settings_of(kind)]


def _kind(owner: type, name: str) -> type | None:
    """Part that the setting `name` of `owner` is, or None where it is a plain value."""
    if not issubclass(owner, BaseModel) or name not in owner.model_fields:
        return None
    kind = owner.model_fields[name].annotation
    if isinstance(kind, type) and (issubclass(kind, BaseModel) or is_dataclass(kind)):
        return kind
    return None
