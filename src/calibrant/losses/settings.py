"""Settings: annotated fields that make a constructor, are checked by it, and can be written down.

A class that derives from `Configured` states each setting once, with its range, and has no
code for taking, checking, storing or printing it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from inspect import get_annotations
from math import inf
from types import NoneType, UnionType
from typing import (
    Annotated,
    Literal,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
)

import torch
from torch import Tensor, nn

from calibrant.errors import InputError

__all__ = ["Bounds", "Configured", "Setting", "settings_of"]


_WORDS: Mapping[object, str] = {
    bool: "true or false",
    float: "a number",
    int: "a whole number",
    str: "a name",
    NoneType: "none",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """Range ``[at_least, below)`` of a number, for `Annotated`; `hint` ends the error message."""

    at_least: float = -inf
    below: float = inf
    hint: str = ""

    def __contains__(self, number: float) -> bool:
        return self.at_least <= number < self.below

    def __str__(self) -> str:
        low = f"at least {self.at_least:g}" if self.at_least > -inf else ""
        high = f"below {self.below:g}" if self.below < inf else ""
        return " and ".join(part for part in (low, high) if part) or "that is finite"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a class: its name, what it may be, and its default.

    `shared` marks the options that mean the same in every loss; they are keywords only.
    """

    name: str
    annotation: object
    default: object
    shared: bool

    @property
    def rule(self) -> str:
        """What the setting must be, in words."""
        return "be " + " or ".join(dict.fromkeys(map(_phrase, _kinds(self.annotation))))

    @property
    def remedy(self) -> str:
        """Hint of its bounds, else its default."""
        bounds = [each for kind in _kinds(self.annotation) for each in _bounds(kind)]
        hints = [each.hint for each in bounds if each.hint]
        if hints or self.default is MISSING:
            return " ".join(hints) or "It has no default."
        return f"Its default is {self.default!r}."

    def accepts(self, value: object) -> bool:
        """Whether the setting may be `value`."""
        return any(_accepts(kind, value) for kind in _kinds(self.annotation))


@cache
def settings_of(cls: type) -> dict[str, Setting]:
    """Settings of a `Configured` class by name: its own as declared, then the shared ones."""
    hints = {k: v for base in reversed(cls.__mro__) for k, v in _annotations_of(base).items()}
    declared = [f for f in fields(cls) if f.init]
    declared.sort(key=lambda f: f.kw_only is True)  # stable: own settings first
    return {f.name: Setting(f.name, hints[f.name], f.default, f.kw_only is True) for f in declared}


def _annotations_of(cls: type) -> dict[str, object]:
    return get_annotations(cls, eval_str=True) if issubclass(cls, Configured) else {}


@dataclass_transform(eq_default=False, field_specifiers=(field,))
@dataclass(eq=False, repr=False)
class Configured(nn.Module):
    """Module whose annotated fields are its settings.

    A subclass is a dataclass without saying so. Settings are checked when an instance is made;
    lists of numbers become float64 tensors, and tensors become buffers, so that ``state_dict`` and
    ``to`` know them.
    """

    __no_type_check__ = True  # the constructor checks its settings itself, in the house's words

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        dataclass(eq=False, repr=False)(cls)
        for name in [f.name for f in fields(cls) if f.default is None and f.name in vars(cls)]:
            delattr(cls, name)  # as attribute of the class it would hide a buffer of that name

    def __post_init__(self) -> None:
        given = {name: self.__dict__.pop(name) for name in settings_of(type(self))}
        super().__init__()
        for name, setting in settings_of(type(self)).items():
            if not setting.accepts(given[name]):
                raise InputError(name, setting.rule, repr(given[name]), setting.remedy)
            self.store(name, given[name])

    def store(self, name: str, value: object) -> None:
        """Store a setting: numbers for a tensor as a buffer, whole numbers for a float as float."""
        self.__dict__.pop(name, None)
        kinds = [_bare(kind) for kind in _kinds(settings_of(type(self))[name].annotation)]
        is_tensor = Tensor in kinds
        if is_tensor and isinstance(value, Sequence) and not isinstance(value, str):
            value = torch.tensor(value, dtype=torch.float64)
        if float in kinds and int not in kinds and isinstance(value, int):
            value = float(value)
        if isinstance(value, Tensor) or (is_tensor and value is None):
            self.register_buffer(name, value)
        else:
            setattr(self, name, value)

    def stated(self) -> dict[str, object]:
        """Settings worth writing: own numbers, and whatever is not at its default."""
        stated: dict[str, object] = {}
        for name, setting in settings_of(type(self)).items():
            value: object = getattr(self, name)
            if isinstance(value, Tensor):
                value = value.tolist()
            own_number = not setting.shared and _is_number(value)
            if own_number or setting.default is MISSING or value != setting.default:
                stated[name] = value
        return stated

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.stated().items())
        return f"{type(self).__name__}({arguments})"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _kinds(annotation: object) -> tuple[object, ...]:
    """Alternatives of an annotation."""
    if get_origin(annotation) in {Union, UnionType}:
        return tuple(kind for part in get_args(annotation) for kind in _kinds(part))
    return (annotation,)


def _bounds(kind: object) -> list[Bounds]:
    return [extra for extra in get_args(kind)[1:] if isinstance(extra, Bounds)]


def _bare(kind: object) -> object:
    """Kind without its bounds."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _phrase(kind: object) -> str:
    """What a value of that kind is, in words."""
    bare = _bare(kind)
    if get_origin(bare) is Literal:
        return " or ".join(map(repr, get_args(bare)))
    if _is_list(bare):
        return "a list of numbers"
    phrase = _WORDS.get(bare, f"{bare}")
    return " ".join([phrase, *(str(bounds) for bounds in _bounds(kind))])


def _accepts(kind: object, value: object) -> bool:
    """Whether a value is of that kind; a number may stand for a float, never for a bool."""
    if get_origin(kind) is Annotated:
        inside = all(isinstance(value, int | float) and float(value) in b for b in _bounds(kind))
        return _accepts(_bare(kind), value) and inside
    if get_origin(kind) is Literal:
        return any(type(value) is type(option) and value == option for option in get_args(kind))
    if _is_list(kind):
        return isinstance(value, Tensor) or _is_list_of_numbers(value)
    if kind is float:
        return _is_number(value)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind) if isinstance(kind, type) else True


def _is_list(kind: object) -> bool:
    return kind is Tensor or get_origin(kind) in {Sequence, list, tuple}


def _is_list_of_numbers(value: object) -> bool:
    """Whether a value is a list of numbers, or a table of them with rows of one length."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        return False
    if all(map(_is_number, value)):
        return True
    return all(map(_is_list_of_numbers, value)) and len(set(map(len, value))) == 1
