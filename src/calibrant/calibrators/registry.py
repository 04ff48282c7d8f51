"""Names of calibrators: one line each.

Homes are import paths, so that a list of names loads nothing, and a calibrator of a higher
layer registers without an upward import.
"""

import difflib

from calibrant.calibrators.catalogue.curves import CURVES
from calibrant.calibrators.catalogue.entry import Entry
from calibrant.calibrators.catalogue.linear import LINEAR
from calibrant.errors import InputError

__all__ = ["CALIBRATORS", "OTHERS", "Entry", "available", "entry", "homes"]


CALIBRATORS: dict[str, Entry] = {
    "auto": Entry(
        "calibrant.selection.auto:AutoCalibration",
        "calibrant.selection.chosen:Chosen",
        "chooses by cross-validated log loss, the simplest within a standard error",
    ),
    "identity": Entry(
        "calibrant.calibrators.identity:Unchanged",
        "calibrant.calibrators.identity:Identity",
        "leaves probabilities as they are",
    ),
    "temperature": Entry(
        "calibrant.calibrators.temperature:TemperatureScaling",
        "calibrant.calibrators.temperature:Temperature",
        "one number softens or sharpens every row; ranks stay",
    ),
    **LINEAR,
    **CURVES,
    "per_class": Entry(
        "calibrant.calibrators.grouped.per_class:PerClass",
        "calibrant.calibrators.grouped.per_class:ClassMaps",
        "a temperature for each predicted class, drawn towards that of all",
    ),
}

OTHERS: dict[str, Entry] = {  # that need more than labelled rows
    "local_temperature": Entry(
        "calibrant.calibrators.maps.local_temperature:LocalTemperatureScaling",
        "calibrant.calibrators.maps.fitted:LocalTemperature",
        "a temperature for every pixel of a map, by what surrounds it",
    ),
    "per_group": Entry(
        "calibrant.calibrators.grouped.per_group:PerGroup",
        "calibrant.calibrators.grouped.per_group:GroupedMaps",
        "a map for each group of rows, drawn towards that of all",
    ),
    "prior_shift": Entry(
        "calibrant.calibrators.shift.prior_shift:PriorShift",
        "calibrant.calibrators.shift.prior_shift:Reweighted",
        "probabilities for rows whose classes have other shares",
    ),
}


def entry(name: str) -> Entry:
    """Entry of a name; InputError for an unknown one."""
    if name in OTHERS:
        return OTHERS[name]
    if name not in CALIBRATORS:
        near = difflib.get_close_matches(name, CALIBRATORS, n=3)
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        remedy = f"{hint}There are: {', '.join(CALIBRATORS)}."
        raise InputError("calibrator", "be a known name", f"'{name}'", remedy)
    return CALIBRATORS[name]


def homes() -> dict[str, str]:
    """Module of every class of the registry, of settings and of fitted values."""
    both = (
        home
        for entry in (*CALIBRATORS.values(), *OTHERS.values())
        for home in (entry.home, entry.fitted)
    )
    return {name: module for module, _, name in (home.partition(":") for home in both)}


def available() -> dict[str, str]:
    """Every name, with what it does in a line."""
    return {name: entry.says for name, entry in CALIBRATORS.items()}
