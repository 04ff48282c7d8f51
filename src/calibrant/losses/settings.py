"""Settings: annotated fields that make a constructor, are checked by it, and can be written down.

A class that derives from `Configured` states each setting once, with its range, and has no
code for taking, checking, storing or printing it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from inspect import get_annotations
from math import inf
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import (
    Annotated,
    Literal,
    TypeGuard,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
)

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from calibrant.errors import InputError
from calibrant.losses.spec import Number

__all__ = ["Bounds", "Configured", "Numbers", "Setting", "Table", "settings_of"]

Numbers = Tensor | NDArray[np.generic] | Sequence[Number]
"""What a setting that becomes a tensor, one number per class, may be given as."""
Table = Tensor | NDArray[np.generic] | Sequence[Sequence[Number]]
"""The same for numbers in rows of one length."""
_Listed = Tensor | NDArray[np.generic] | Sequence[object]

_WORDS: Mapping[object, str] = {
    bool: "true or false",
    float: "a number",
    int: "a whole number",
    str: "a name",
    NoneType: "none",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """Range ``[at_least, below)`` of a number, or of all in a list, for `Annotated`.

    With `above` the lower end does not belong to it. `hint` ends the error message.
    """

    at_least: float = -inf
    below: float = inf
    hint: str = ""
    above: float = -inf

    def __contains__(self, number: float) -> bool:
        return self.above < number < self.below and self.at_least <= number

    def __str__(self) -> str:
        low = f"at least {self.at_least:g}" if self.at_least > -inf else ""
        low = f"above {self.above:g}" if self.above > -inf else low
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
        return f"be {_phrase(self.annotation)}"

    @property
    def remedy(self) -> str:
        """Hint of its bounds, else its default."""
        alternatives = _union(self.annotation) or (self.annotation,)
        hints = [each.hint for kind in alternatives for each in _bounds(kind) if each.hint]
        if hints or self.default is MISSING:
            return " ".join(hints) or "It has no default."
        return f"Its default is {self.default!r}."

    def accepts(self, value: object) -> bool:
        """Whether the setting may be `value`."""
        return _accepts(self.annotation, value)


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
    lists and arrays of numbers become float64 tensors, and tensors become buffers, so that
    ``state_dict`` and ``to`` know them.
    """

    __no_type_check__ = True  # the constructor checks its settings itself, in the house's words

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        dataclass(eq=False, repr=False)(cls)
        for name in [f.name for f in fields(cls) if f.name in vars(cls)]:
            delattr(cls, name)  # as attribute of the class it would hide a buffer of that name

    def __post_init__(self) -> None:
        given = {name: self.__dict__.pop(name) for name in settings_of(type(self))}
        super().__init__()
        for name, setting in settings_of(type(self)).items():
            if not setting.accepts(given[name]):
                raise InputError(name, setting.rule, repr(given[name]), setting.remedy)
            self.store(name, given[name])

    def store(self, name: str, value: object) -> None:
        """Store a setting: numbers for a tensor as a buffer, others as Python's own."""
        self.__dict__.pop(name, None)
        kinds = _kinds(settings_of(type(self))[name].annotation)
        is_tensor = Tensor in kinds
        if is_tensor and _is_numbers(value):
            value = _tensor_of(value)
        elif _is_number(value) and (int in kinds or float in kinds):  # not one of a few: a Literal
            is_whole = int in kinds and (float not in kinds or isinstance(value, Integral))
            value = int(value) if is_whole else float(value)
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


def _union(annotation: object) -> tuple[object, ...]:
    """Alternatives of a union; none if it is no union."""
    return get_args(annotation) if get_origin(annotation) in {Union, UnionType} else ()


def _kinds(annotation: object) -> tuple[object, ...]:
    """All types that an annotation names, without their bounds."""
    if get_origin(annotation) is Annotated:
        return _kinds(get_args(annotation)[0])
    return tuple(kind for part in _union(annotation) for kind in _kinds(part)) or (annotation,)


def _bounds(kind: object) -> list[Bounds]:
    return [extra for extra in get_args(kind)[1:] if isinstance(extra, Bounds)]


def _phrase(kind: object) -> str:
    """What a value of that kind is, in words."""
    if get_origin(kind) is Annotated:
        return " ".join([_phrase(get_args(kind)[0]), *map(str, _bounds(kind))])
    if _union(kind):
        return " or ".join(dict.fromkeys(map(_phrase, _union(kind))))
    if get_origin(kind) is Literal:
        return " or ".join(map(repr, get_args(kind)))
    return (
        "a list of numbers"
        if _is_list(kind)
        else _WORDS.get(kind, kind.__name__ if isinstance(kind, type) else f"{kind}")
    )


def _accepts(kind: object, value: object) -> bool:
    """Whether a value is of that kind; a number may stand for a float, never for a bool."""
    if get_origin(kind) is Annotated:
        fits = _accepts(get_args(kind)[0], value)
        return fits and all(number in b for b in _bounds(kind) for number in _numbers(value))
    if _union(kind):
        return any(_accepts(part, value) for part in _union(kind))
    if get_origin(kind) is Literal:
        return any(type(value) is type(option) and value == option for option in get_args(kind))
    if _is_list(kind):
        return _is_numbers(value)
    if kind is float or kind is int:
        return _is_number(value) and (kind is float or isinstance(value, Integral))
    return isinstance(value, kind) if isinstance(kind, type) else True


def _is_list(kind: object) -> bool:
    return kind is Tensor or get_origin(kind) in {Sequence, list, tuple, np.ndarray}


def _is_number(value: object) -> TypeGuard[float | int]:
    """Whether a value is a real number, NumPy's included, and no bool."""
    return not isinstance(value, bool) and isinstance(value, Real)


def _is_numbers(value: object) -> TypeGuard[_Listed]:
    """Whether a value is a list of numbers, or a table of them with rows of one length."""
    if isinstance(value, Tensor):
        return not value.is_complex() and value.dtype != torch.bool
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "iuf"
    if isinstance(value, str) or not isinstance(value, Sequence):
        return False
    if all(map(_is_number, value)):
        return True
    return all(map(_is_numbers, value)) and len(set(map(len, value))) == 1


def _tensor_of(numbers: _Listed) -> Tensor:
    """Numbers in float64, unless they are floats in a tensor already."""
    if isinstance(numbers, Tensor):
        return numbers if numbers.is_floating_point() else numbers.double()
    return torch.tensor(np.asarray(numbers, dtype=np.float64))


def _numbers(value: object) -> list[float]:
    """All numbers in a value: itself, or what is in the list."""
    if _is_number(value):
        return [float(value)]
    return _tensor_of(value).flatten().tolist() if _is_numbers(value) else []
