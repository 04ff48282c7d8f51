"""Registry: which losses exist, what they are for, and where they live. Loads none of them."""

from collections.abc import Mapping

from calibrant.catalogue import Catalogue
from calibrant.losses.catalogue import (
    calibration,
    classification,
    constraints,
    cost,
    imbalance,
    ordinal,
    overlap,
    ranking,
    regression,
    selective,
)
from calibrant.losses.catalogue.entry import Entry

__all__ = ["FAMILIES", "available", "homes", "name_of"]

FAMILIES: Mapping[str, tuple[Entry, ...]] = {
    "classification": classification.ENTRIES,
    "calibration": calibration.ENTRIES,
    "imbalance": imbalance.ENTRIES,
    "cost": cost.ENTRIES,
    "overlap": overlap.ENTRIES,
    "ranking": ranking.ENTRIES,
    "ordinal": ordinal.ENTRIES,
    "regression": regression.ENTRIES,
    "constraints": constraints.ENTRIES,
    "selective": selective.ENTRIES,
}
"""Entries by family, in the order in which a chooser goes through them."""


_CATALOGUE = Catalogue(
    (entry for entries in FAMILIES.values() for entry in entries),
    {
        "name": lambda entry: entry.name,
        "also": lambda entry: ", ".join(entry.aliases),
        "for": lambda entry: entry.purpose,
        "example": lambda entry: entry.example,
    },
)


def available() -> Catalogue[Entry]:
    """Losses by name, with what they are for; a mapping that prints as a table.

    Examples
    --------
    >>> available()["cross_entropy"].name
    'ce'
    """
    return _CATALOGUE


def homes() -> dict[str, str]:
    """Modules of all classes and functions in the catalogue, by their public names."""
    found: dict[str, str] = {}
    for entry in _CATALOGUE.values():
        module, _, name = entry.home.partition(":")
        found |= dict.fromkeys((name, *entry.exports), module)
    return found


def name_of(cls: type) -> str:
    """Registered name of a class of losses; the class's own name if it is not registered."""
    home = f"{cls.__module__}:{cls.__qualname__}"
    return next((e.name for e in _CATALOGUE.values() if e.home == home), cls.__name__)
