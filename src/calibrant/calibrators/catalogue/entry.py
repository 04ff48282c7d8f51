"""A line of the registry."""

from dataclasses import dataclass

__all__ = ["Entry"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a calibrator and its fitted value live, and what it does in a line."""

    home: str
    fitted: str
    says: str
