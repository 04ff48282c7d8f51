"""Names of calibrators: one line each.

Homes are import paths, so that a list of names loads nothing, and a calibrator of a higher
layer registers without an upward import.
"""

import difflib
from dataclasses import dataclass
from importlib import import_module

from calibrant.calibrators.base import Calibrator
from calibrant.errors import InputError

__all__ = ["CALIBRATORS", "Entry", "available", "resolve"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a calibrator lives, and what it does in a line."""

    home: str
    says: str


CALIBRATORS: dict[str, Entry] = {
    "temperature": Entry(
        "calibrant.calibrators.temperature:TemperatureScaling",
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
    if name not in CALIBRATORS:
        near = difflib.get_close_matches(name, CALIBRATORS, n=3)
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        remedy = f"{hint}There are: {', '.join(CALIBRATORS)}."
        raise InputError("calibrator", "be a known name", f"'{name}'", remedy)
    module, _, attribute = CALIBRATORS[name].home.partition(":")
    return getattr(import_module(module), attribute)()


def available() -> dict[str, str]:
    """Every name, with what it does in a line."""
    return {name: entry.says for name, entry in CALIBRATORS.items()}
