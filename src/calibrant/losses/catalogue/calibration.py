"""Losses of the family "calibration": probabilities that are true while training."""

from calibrant.losses.catalogue.entry import Entry

__all__ = ["ENTRIES"]

ENTRIES: tuple[Entry, ...] = ()
