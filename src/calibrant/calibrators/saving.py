"""Fitted calibrators to a folder: JSON with checksums, and safetensors. No pickle."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ConfigDict, JsonValue, NonNegativeInt
from safetensors.torch import save
from torch import Tensor

from calibrant.files import check_text, write_folder
from calibrant.prediction.row_sketch import RowSketch

__all__ = [
    "ARRAYS",
    "RECORD",
    "SCHEMA",
    "SKETCH",
    "StoredCalibrator",
    "StoredSketch",
    "checksum",
    "save_calibrator",
]

SCHEMA = 1  # a change of the form of the files is a new number
RECORD, ARRAYS = "calibrator.json", "arrays.safetensors"
SKETCH = ("fit_rows.hashes", "fit_rows.counts")  # names of its arrays


class StoredSketch(BaseModel):
    """What the JSON file says of the rows of the fit, beside two arrays."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    n: NonNegativeInt
    fingerprint: str  # 16 hexadecimal digits


class StoredCalibrator(BaseModel):
    """Content of the JSON file."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    schema_number: int
    calibrant: str
    sha256: str  # of all that the file says but this and the version
    arrays_sha256: str | None
    class_names: list[str] | None
    fit_rows: StoredSketch | None
    record: dict[str, JsonValue]


def save_calibrator(
    folder: str | Path,
    record: Mapping[str, object],
    arrays: Mapping[str, Tensor],
    fit_rows: RowSketch | None,
    *,
    class_names: Sequence[str] | None,
    force: bool,
) -> None:
    """Write what `FittedCalibrator.to_dict` gave into a folder; equal fits give equal bytes.

    Raises
    ------
    InputError
        If a name cannot be written.
    OutputError
        When the folder exists and `force` is not given, or cannot be written.
    """
    tensors = dict(arrays)
    if fit_rows is not None:
        tensors |= dict(zip(SKETCH, (fit_rows.hashes, fit_rows.counts), strict=True))
    held = save({name: tensors[name].contiguous() for name in sorted(tensors)}) if tensors else None
    told: dict[str, object] = {
        "schema_number": SCHEMA,
        "arrays_sha256": None if held is None else hashlib.sha256(held).hexdigest(),
        "class_names": None if class_names is None else list(class_names),
        "fit_rows": None
        if fit_rows is None
        else {"n": fit_rows.n, "fingerprint": f"{fit_rows.fingerprint:016x}"},
        "record": dict(record),
    }
    whole = {
        "schema_number": SCHEMA,
        "calibrant": version("calibrant"),
        "sha256": checksum(told),
        **told,
    }
    text = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    check_text("class_names", text)
    files = {RECORD: text.encode("utf-8")} | ({} if held is None else {ARRAYS: held})
    write_folder(folder, files, mark=RECORD, force=force)


def checksum(told: Mapping[str, object]) -> str:
    """SHA-256 of what the JSON file says of a calibrator, however it is written down."""
    text = json.dumps(told, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
