"""Losses of the family "ordinal": classes in an order."""

from calibrant.losses.catalogue.entry import Entry

__all__ = ["ENTRIES"]

ENTRIES: tuple[Entry, ...] = ()
