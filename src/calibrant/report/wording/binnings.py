"""Sentences about a calibration error with several numbers of bins, chosen by its intervals."""

from collections.abc import Mapping

from calibrant.metrics.miscalibration import evidence_of
from calibrant.report.shapes import Scalar

__all__ = ["binnings_told"]


def binnings_told(errors: Mapping[int, Scalar]) -> str:
    """Sentence on whether there is evidence of miscalibration whatever the number of bins."""
    every = {n: evidence_of(one.low, one.p_value, level=one.level) for n, one in errors.items()}
    known = {n: found for n, found in every.items() if found != "unknown"}
    if not known:
        return "Without intervals and p values there is no verdict."
    against = [n for n, found in known.items() if found == "found"]
    if len(against) == len(known):
        return (
            f"With every number of bins, {min(known)} to {max(known)}, there is clear evidence of "
            "miscalibration: it does not hang on the bins."
        )
    if not against:
        return (
            f"With no number of bins, {min(known)} to {max(known)}, is there clear evidence of "
            "miscalibration."
        )
    named = ", ".join(map(str, against))
    return (
        f"With {named} bins there is clear evidence of miscalibration, with "
        f"{', '.join(str(n) for n in known if n not in against)} there is not: what is found "
        "hangs on the bins."
    )
