"""Calibrators from a folder: as they were saved, or refused. Nothing in it is run or imported."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from calibrant.calibrators.base import FittedCalibrator
from calibrant.calibrators.named import restored
from calibrant.calibrators.plain import ARRAY
from calibrant.calibrators.saving import (
    ARRAYS,
    RECORD,
    SCHEMA,
    SKETCH,
    StoredCalibrator,
    StoredSketch,
    checksum,
)
from calibrant.errors import InputError
from calibrant.prediction.row_sketch import RowSketch

__all__ = ["SavedCalibrator", "load_calibrator", "read_calibrator"]

REMEDY = "Name the folder that a calibrator was saved to, whole and unchanged."


class _Form(BaseModel):
    """What a file of any version says."""

    schema_number: int
    calibrant: str


@dataclass(frozen=True, slots=True, eq=False)
class SavedCalibrator:
    """A fitted calibrator from a folder, and the names of its classes where they were known."""

    fitted: FittedCalibrator
    class_names: tuple[str, ...] | None


def load_calibrator(folder: str | Path) -> FittedCalibrator:
    """Fitted calibrator from a folder of `FittedCalibrator.save`, the same to the bit.

    It transforms as the one that was saved, and knows the rows that it was fitted on.

    Parameters
    ----------
    folder : str or Path
        The folder.

    Raises
    ------
    InputError
        If there is no such folder, it holds something else, is cut short, was changed or damaged,
        or is of another version.

    Examples
    --------
    >>> import tempfile
    >>> import calibrant as cal
    >>> folder = Path(tempfile.mkdtemp()) / "calibrator"
    >>> rows = cal.predictions(logits=[10.0] * 5, labels=[1, 1, 1, 1, 0])
    >>> cal.TemperatureScaling().fit(rows).save(folder)
    >>> round(load_calibrator(folder).value, 4)  # 10 / ln(4)
    7.2135
    """
    return read_calibrator(folder).fitted


def read_calibrator(folder: str | Path) -> SavedCalibrator:
    """What `load_calibrator` returns, with the names of the classes.

    Raises
    ------
    InputError
        As `load_calibrator` does.
    """
    _check_path(folder)
    try:
        return _read(Path(folder))
    except OSError as error:
        raise _refused(folder, error.strerror or "what cannot be read") from error
    except InputError as error:
        raise InputError(
            f"{folder}", "hold a calibrator as calibrant saved it", error.got, error.remedy
        ) from error


def _check_path(folder: object) -> None:
    if not isinstance(folder, (str, Path)):
        raise InputError("folder", "be a path", type(folder).__name__, "Pass where it is.")


def _read(folder: Path) -> SavedCalibrator:
    stored = _stored((folder / RECORD).read_bytes())
    arrays = _arrays(folder / ARRAYS, stored.arrays_sha256)
    named = sorted(_names(stored.record))
    expected = named + (list(SKETCH) if stored.fit_rows is not None else [])
    if sorted(expected) != sorted(arrays):
        odd = sorted(set(expected) ^ set(arrays)) or ["one named twice"]
        raise _refused(folder, f"arrays that do not go with {RECORD}: {', '.join(odd)}")
    fitted = restored(stored.record, {name: arrays[name] for name in named})
    if stored.fit_rows is not None:
        fitted = replace(fitted, fit_rows=_sketch(folder, stored.fit_rows, arrays))
    names = None if stored.class_names is None else tuple(stored.class_names)
    if names is not None and len(names) != fitted.n_classes:
        raise _refused(folder, f"{len(names)} names of {fitted.n_classes} classes")
    return SavedCalibrator(fitted, names)


def _stored(content: bytes) -> StoredCalibrator:
    """Content of the JSON file, if calibrant wrote it, in this form."""
    try:
        told: object = json.loads(content.decode("utf-8"), parse_constant=_no_number)
        form = _Form.model_validate(told, strict=True)
    except (ValueError, RecursionError) as error:
        raise _refused(RECORD, f"a {RECORD} that calibrant did not write") from error
    if form.schema_number != SCHEMA:
        got = f"schema {form.schema_number}, of calibrant {form.calibrant[:40]}"
        remedy = "Fit again." if form.schema_number < SCHEMA else "Update calibrant."
        raise _refused(RECORD, f"{got}; this version reads schema {SCHEMA}", remedy)
    try:
        stored = StoredCalibrator.model_validate(told, strict=True)
    except (ValidationError, RecursionError) as error:
        raise _refused(RECORD, f"a {RECORD} of other fields") from error
    said = stored.model_dump(exclude={"sha256", "calibrant"})
    if stored.sha256 != checksum(said):
        raise _refused(RECORD, f"a {RECORD} that was changed or damaged")
    return stored


def _arrays(path: Path, sha256: str | None) -> dict[str, Tensor]:
    """Tensors of the file, whose checksum must be this; none where there is no checksum."""
    if sha256 is None:
        if path.exists():
            raise _refused(path, f"{ARRAYS}, of which {RECORD} says nothing")
        return {}
    if not path.exists():
        raise _refused(path, f"no {ARRAYS}")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _refused(path, f"{ARRAYS} that were changed, damaged or cut short")
    try:
        return load(content)
    except SafetensorError as error:
        raise _refused(path, f"{ARRAYS} of another kind") from error


def _names(value: object) -> Iterator[str]:
    """Names of the arrays in a record."""
    if isinstance(value, Mapping):
        held: dict[object, object] = dict(value)
        if set(held) == {ARRAY} and isinstance(held[ARRAY], str):
            yield str(held[ARRAY])
            return
        for one in held.values():
            yield from _names(one)
    elif isinstance(value, list):
        entries: list[object] = list(value)
        for one in entries:
            yield from _names(one)


def _sketch(folder: Path, stored: StoredSketch, arrays: Mapping[str, Tensor]) -> RowSketch:
    hashes, counts = (arrays[name] for name in SKETCH)
    whole = all(str(each.dtype) == "torch.int64" and each.ndim == 1 for each in (hashes, counts))
    try:
        fingerprint = int(stored.fingerprint, 16)
    except ValueError as error:
        raise _refused(folder, "a fingerprint that is no number") from error
    if not whole or len(hashes) != len(counts):
        raise _refused(folder, "a row sketch of other arrays")
    return RowSketch(n=stored.n, fingerprint=fingerprint, hashes=hashes, counts=counts)


def _no_number(text: str) -> float:
    raise ValueError(text)


def _refused(place: str | Path, got: str, remedy: str = REMEDY) -> InputError:
    return InputError(f"{place}", "hold a calibrator as calibrant saved it", got, remedy)
