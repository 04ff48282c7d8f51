"""Proper scores taken apart."""

from calibrant.metrics.catalogue.entry import Entry

__all__ = ["ENTRIES"]

ENTRIES: tuple[Entry, ...] = ()
