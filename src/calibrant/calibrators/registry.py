"""Names of calibrators: one line each.

Homes are import paths, so that a list of names loads nothing, and a calibrator of a higher
layer registers without an upward import.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from calibrant.calibrators.base import Calibrator, FittedCalibrator
from calibrant.errors import InputError

__all__ = ["CALIBRATORS", "Entry", "available", "resolve", "restored"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a calibrator and its fitted value live, and what it does in a line."""

    home: str
    fitted: str
    says: str


CALIBRATORS: dict[str, Entry] = {
    "temperature": Entry(
        "calibrant.calibrators.temperature:TemperatureScaling",
        "calibrant.calibrators.temperature:Temperature",
        "one number softens or sharpens every row; ranks stay",
    ),
}


def resolve(name: str) -> Calibrator:
    """Calibrator of a name, with its default settings.

    Raises
    ------
    InputError
        For an unknown name, listing what exists and what is near.
    """
    module, _, attribute = _entry(name).home.partition(":")
    return getattr(import_module(module), attribute)()


def restored(record: Mapping[str, object]) -> FittedCalibrator:
    """Fitted calibrator that `FittedCalibrator.to_dict` described.

    Raises
    ------
    InputError
        When the record names no known method, or says what its fitted value cannot be.

    Examples
    --------
    >>> restored({"method": "temperature", "temperature": 1.5, "n": 200})
    Temperature(value=1.5, n=200)
    """
    module, _, attribute = _entry(str(record.get("method"))).fitted.partition(":")
    return getattr(import_module(module), attribute).from_dict(record)


def _entry(name: str) -> Entry:
    """Entry of a name; InputError for an unknown one."""
    if name not in CALIBRATORS:
        near = difflib.get_close_matches(name, CALIBRATORS, n=3)
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        remedy = f"{hint}There are: {', '.join(CALIBRATORS)}."
        raise InputError("calibrator", "be a known name", f"'{name}'", remedy)
    return CALIBRATORS[name]


def available() -> dict[str, str]:
    """Every name, with what it does in a line."""
    return {name: entry.says for name, entry in CALIBRATORS.items()}
