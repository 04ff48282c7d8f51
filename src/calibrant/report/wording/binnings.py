"""Sentences about a calibration error with several numbers of bins, chosen by its intervals."""

from collections.abc import Mapping

from calibrant.metrics.miscalibration import evidence_of
from calibrant.report.shapes import Scalar

__all__ = ["binnings_told"]

_WHAT = "evidence of miscalibration"


def binnings_told(errors: Mapping[int, Scalar]) -> str:
    """Sentence on whether there is evidence of miscalibration whatever the number of bins."""
    every = {n: evidence_of(one.low, one.p_value, level=one.level) for n, one in errors.items()}
    known = {n: found for n, found in every.items() if found != "unknown"}
    if not known:
        return "Without intervals and p values there is no verdict."
    groups = {
        found: [n for n, one in known.items() if one == found]
        for found in ("found", "unclear", "not found")
    }
    if len(groups["found"]) == len(known):
        return (
            f"With every number of bins, {min(known)} to {max(known)}, there is clear {_WHAT}: it "
            "does not hang on the bins."
        )
    if not groups["found"]:
        told = f"With no number of bins, {min(known)} to {max(known)}, is there clear {_WHAT}"
        unclear = groups["unclear"]
        return f"{told}; with {_listed(unclear)} it is unclear." if unclear else f"{told}."
    parts = [f"With {_listed(groups['found'])} bins there is clear {_WHAT}"]
    if groups["unclear"]:
        parts.append(f"with {_listed(groups['unclear'])} it is unclear")
    if groups["not found"]:
        parts.append(f"with {_listed(groups['not found'])} there is none")
    return f"{', '.join(parts)}: what is found hangs on the bins."


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))
