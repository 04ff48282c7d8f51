"""Evaluation as JSON, and back to the last bit: what JSON cannot hold is null, with its state."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError

from calibrant.errors import InputError
from calibrant.files import check_text
from calibrant.metrics.estimate import Estimate, Value, Vector

__all__ = ["SCHEMA_VERSION", "Held", "held_in", "json_text", "text_of"]

SCHEMA_VERSION = 2  # a change of form is a new number

State = Literal["nan", "inf", "-inf"]
Entries = tuple[float | None, ...]
Plain = float | Entries | tuple[Entries, ...] | None


@dataclass(frozen=True, slots=True)
class Held:
    """What a file holds of an evaluation, and of those of its groups."""

    estimates: Mapping[str, Estimate]
    class_names: tuple[str, ...]
    n: int
    notes: tuple[str, ...] = ()
    groups: "Mapping[str, Held]" = field(default_factory=dict["str", "Held"])


class _StoredEstimate(BaseModel):
    """An estimate in JSON; `states` says by place what a null stands for."""

    model_config = ConfigDict(strict=True, extra="forbid")
    value: Plain
    low: float | Entries | None
    high: float | Entries | None
    level: float | None
    n: NonNegativeInt
    method: str
    noise_floor: float | None = None
    bound: float | None = None
    details: dict[str, float | None] = {}
    names: tuple[str, ...] = ()
    support: Entries = ()
    note: str = ""
    reason: str = ""
    states: dict[str, State] = {}


class _StoredEvaluation(BaseModel):
    """Estimates by name, and beside them what is known of all."""

    __pydantic_extra__: dict[str, _StoredEstimate] = Field(init=False)  # pyright: ignore[reportIncompatibleVariableOverride] -- as pydantic documents it
    model_config = ConfigDict(strict=True, extra="allow")
    class_names: tuple[str, ...]
    n: NonNegativeInt
    notes: tuple[str, ...]
    groups: "dict[str, _StoredEvaluation]" = {}


class _StoredFile(_StoredEvaluation):
    schema_version: int


class _Version(BaseModel):
    schema_version: int


def json_text(held: Held) -> str:
    """JSON of an evaluation; equal evaluations give equal text.

    Raises
    ------
    InputError
        If a name in it is no text that UTF-8 can write.
    """
    document = {"schema_version": SCHEMA_VERSION, **_plain_evaluation(held)}
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    check_text("evaluation", text)
    return text


def text_of(path_or_text: object) -> tuple[str, str]:
    """Text of a file, or the text itself where it is JSON, and what to call it in a message.

    Raises
    ------
    InputError
        If there is no such file, or it is no text.
    """
    if not isinstance(path_or_text, (str, Path)):
        remedy = "Pass a path, or what Evaluation.to_json returned."
        got = f"{type(path_or_text).__name__}"
        raise InputError("path_or_text", "be a path or text", got, remedy)
    if isinstance(path_or_text, str) and path_or_text.lstrip()[:1] in ("", "{"):
        return path_or_text, "text"
    place = f"{path_or_text}"
    try:
        return Path(path_or_text).read_text(encoding="utf-8"), place
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) else None
        raise _refusal(place, told or "a file that is no text") from error


def held_in(text: str, place: str) -> Held:
    """What a text of `json_text` holds.

    Raises
    ------
    InputError
        If it is not such a text, or of another schema.
    """
    try:
        version = _Version.model_validate_json(text, strict=True).schema_version
        if version != SCHEMA_VERSION:
            got = f"schema version {version}; this version reads {SCHEMA_VERSION}"
            older = version < SCHEMA_VERSION
            raise _refusal(place, got, "Evaluate again." if older else "Update calibrant.")
        stored = _StoredFile.model_validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        got = f"{where}: {first['msg']}" if where else first["msg"]
        raise _refusal(place, got) from error
    return _held(stored, place)


def _plain_evaluation(held: Held) -> dict[str, object]:
    document: dict[str, object] = {
        "class_names": list(held.class_names),
        "n": held.n,
        "notes": list(held.notes),
        **{name: _plain_estimate(estimate) for name, estimate in held.estimates.items()},
    }
    if held.groups:
        groups = {name: _plain_evaluation(part) for name, part in held.groups.items()}
        document["groups"] = groups
    return document


def _plain_estimate(estimate: Estimate) -> dict[str, object]:
    """See `Estimate.to_dict`; with the note as it is, and the state of every null."""
    plain = estimate.to_dict()
    if estimate.note:
        plain["note"] = estimate.note
    if estimate.support:
        plain["support"] = [one if math.isfinite(one) else None for one in estimate.support]
    states = {
        place: str(number)
        for name, value in asdict(estimate).items()
        for place, number in _numbers(value, name)
        if not math.isfinite(number)
    }
    return {**plain, "states": states} if states else plain


def _numbers(value: object, place: str) -> "list[tuple[str, float]]":
    """Every float in a value, with its place."""
    match value:
        case float():
            return [(place, value)]
        case tuple():
            entries = enumerate(value)
        case dict():
            entries = value.items()
        case _:
            return []
    return [one for key, entry in entries for one in _numbers(entry, f"{place}[{key}]")]


def _held(stored: _StoredEvaluation, place: str) -> Held:
    return Held(
        {
            name: _estimate(one, f"{place}: {name}")
            for name, one in stored.__pydantic_extra__.items()
        },
        stored.class_names,
        stored.n,
        stored.notes,
        {name: _held(part, f"{place}: {name}") for name, part in stored.groups.items()},
    )


def _estimate(stored: _StoredEstimate, place: str) -> Estimate:
    states = stored.states

    def number(held: float | None, where: str) -> float:
        if held is not None:
            return held
        if where not in states:
            raise _refusal(place, f"null for {where} without its state")
        return float(states[where])

    def vector(held: Entries, where: str) -> Vector:
        return tuple(number(entry, f"{where}[{k}]") for k, entry in enumerate(held))

    def value(held: Plain, where: str) -> Value:
        if not isinstance(held, tuple):
            return number(held, where)
        rows = tuple(
            vector(row, f"{where}[{k}]") for k, row in enumerate(held) if isinstance(row, tuple)
        )
        if rows and len(rows) == len(held):
            return rows
        return vector(tuple(e for e in held if not isinstance(e, tuple)), where)

    def end(held: float | Entries | None, where: str) -> float | Vector | None:
        if isinstance(held, tuple):
            return vector(held, where)
        return None if held is None and where not in states else number(held, where)

    def alone(held: float | None, where: str) -> float | None:
        return None if held is None and where not in states else number(held, where)

    extent = _extent(stored.value)
    if extent is None or any(
        _extent(end) != extent for end in (stored.low, stored.high) if end is not None
    ):
        raise _refusal(place, "a value without entries, or with ends of another shape")
    return Estimate(
        value=value(stored.value, "value"),
        low=end(stored.low, "low"),
        high=end(stored.high, "high"),
        level=stored.level,
        n=stored.n,
        method=stored.method,
        noise_floor=alone(stored.noise_floor, "noise_floor"),
        names=stored.names,
        support=vector(stored.support, "support"),
        note=stored.note,
        bound=alone(stored.bound, "bound"),
        details={name: number(held, f"details[{name}]") for name, held in stored.details.items()},
    )


def _extent(value: Plain) -> tuple[int, ...] | None:
    """Extent of a value by axis; None where it has no entries, or rows of several lengths."""
    if not isinstance(value, tuple):
        return ()
    widths = {len(entry) if isinstance(entry, tuple) else None for entry in value}
    if len(widths) != 1 or 0 in widths:
        return None
    width = widths.pop()
    return (len(value),) if width is None else (len(value), width)


def _refusal(place: str, got: str, remedy: str = "Write it with Evaluation.to_json.") -> InputError:
    return InputError(place, "hold an evaluation in JSON", got.rstrip("."), remedy)
