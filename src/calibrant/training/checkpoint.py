"""Checkpoint: a training between two epochs in a file, from which it goes on as if never ended."""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, Json, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from calibrant.errors import InputError
from calibrant.files import write_whole
from calibrant.training.course import Course
from calibrant.training.history import EpochRecord
from calibrant.training.origin import digest_of
from calibrant.training.settings import TrainSettings
from calibrant.training.stopping import Best, Memory

__all__ = ["Keeper", "restore_course", "save_course"]

PAUSE = 0.5  # seconds between two checkpoints, at least

Tensors = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class _Header:
    """What a file says about its training; a change of form is a new schema number."""

    content: Literal["Course"]
    schema: Literal[2]
    origin: str
    digest: str
    seed: int
    settings: TrainSettings
    history: tuple[EpochRecord, ...]
    best_epoch: int
    best_score: float
    last_gain: float
    waited: int


class _Metadata(BaseModel):
    calibrant: Json[_Header]


class _Preamble(BaseModel):
    """Head of a safetensors file: tensors by name, and our text beside them."""

    model_config = ConfigDict(strict=True, ser_json_inf_nan="constants")
    metadata: _Metadata = Field(alias="__metadata__")


def save_course(path: Path, course: Course) -> None:
    """Write the state of `course` to `path`, whole or not at all.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    _moment_of(course).write(path)


def restore_course(path: Path, course: Course) -> None:
    """Bring `course`, which is at its start, to the state in `path`; it goes on to the same bits.

    Raises
    ------
    InputError
        When the file cannot be read or is damaged, or is the checkpoint of another training:
        other settings, another seed, loss or network, other rows.
    """
    header, tensors = _read(path)
    if (header.seed, header.settings) != (course.seed, course.settings):
        raise _refusal(path, "one of other settings or another seed")
    if header.origin != course.origin:
        raise _refusal(path, "one of other rows, another loss or another network")
    if header.digest != digest_of(tensors):
        raise _refusal(path, "one whose content was changed or damaged")
    parts: dict[str, Tensors] = {}
    for name, held in tensors.items():
        part, _, rest = name.partition("/")
        parts.setdefault(part, {})[rest] = held
    expected = _parts(course)
    if header.best_epoch:
        expected["best"] = expected["network"]
    for part, state in expected.items():
        if _shapes(parts.get(part, {})) != _shapes(state):
            raise _refusal(path, f"one whose {part} has other sizes")
    device = course.measure.train.labels.device
    course.network.load_state_dict(parts["network"])
    course.optimizer.restore(parts["optimizer"])
    best = {name: held.to(device) for name, held in parts.get("best", {}).items()}
    course.stopping.remember(
        Memory(Best(header.best_epoch, header.best_score, best), header.last_gain, header.waited)
    )
    course.history.extend(header.history)


class Keeper:
    """Writes the checkpoint of a course now and then, so that little is lost and little spent.

    What is not written yet is remembered, for a network that is interrupted within an epoch
    has left the state that it had between two.

    Parameters
    ----------
    path : Path
        File.
    course : Course
        Restored at once where the file exists.
    """

    def __init__(self, path: Path, course: Course) -> None:
        self._path, self._course = path, course
        self._unwritten: _Moment | None = None
        self._due = 0.0
        if path.exists():
            restore_course(path, course)

    def keep(self) -> None:
        """Remember the course, between two epochs; write it if the last time is long ago.

        Long is half a second, or twenty times as long as writing takes.
        """
        self._unwritten = _moment_of(self._course)
        if time.monotonic() >= self._due:
            self.write()

    def write(self) -> None:
        """Write what is remembered and not written yet, if anything is."""
        if self._unwritten is None:
            return
        start = time.monotonic()
        self._unwritten.write(self._path)
        self._unwritten, end = None, time.monotonic()
        self._due = end + max(PAUSE, 20 * (end - start))


@dataclass(frozen=True, slots=True, eq=False)
class _Moment:
    """Copy of a course between two epochs, which its further steps do not change."""

    header: _Header
    tensors: Tensors

    def write(self, path: Path) -> None:
        """Write it to `path`, whole or not at all."""
        header = replace(self.header, digest=digest_of(self.tensors))
        write_whole(path, save(self.tensors, {"calibrant": json.dumps(asdict(header))}))


def _moment_of(course: Course) -> _Moment:
    """State of `course` as it is now."""
    memory = course.stopping.memory
    header = _Header(
        content="Course",
        schema=2,
        origin=course.origin,
        digest="",  # known when it is written
        seed=course.seed,
        settings=course.settings,
        history=tuple(course.history),
        best_epoch=memory.best.epoch,
        best_score=memory.best.score,
        last_gain=memory.last_gain,
        waited=memory.waited,
    )
    tensors: Tensors = {}
    for part, state in _parts(course).items():
        for name, held in state.items():
            own = held.detach().cpu().contiguous()
            tensors[f"{part}/{name}"] = (
                own if part == "best" else own.clone()
            )  # best stays as it is
    return _Moment(header, tensors)


def _parts(course: Course) -> dict[str, Mapping[str, Tensor]]:
    """Tensors of `course` by what they belong to."""
    best = course.stopping.memory.best.state
    parts: dict[str, Mapping[str, Tensor]] = {
        "network": course.network.state_dict(),
        "optimizer": course.optimizer.state(),
    }
    return parts | {"best": best} if best else parts


def _shapes(state: Mapping[str, Tensor]) -> dict[str, tuple[object, object]]:
    """Shape and kind of every tensor."""
    return {name: (held.shape, held.dtype) for name, held in state.items()}


def _read(path: Path) -> tuple[_Header, Tensors]:
    """Header and tensors of a file."""
    try:
        content = path.read_bytes()
        tensors = load(content)
        length = int.from_bytes(content[:8], "little")
        preamble = _Preamble.model_validate_json(content[8 : 8 + length], strict=True)
    except OSError as error:
        raise _refusal(path, error.strerror or "a file that cannot be read") from error
    except SafetensorError as error:
        raise _refusal(path, "a file that is not safetensors, or is cut short") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _refusal(path, f"{place}: {first['msg']}") from error
    return preamble.metadata.calibrant, tensors


def _refusal(path: Path, got: str) -> InputError:
    rule = "be the checkpoint of this very training"
    return InputError(f"{path}", rule, got, "Train from the start.")
