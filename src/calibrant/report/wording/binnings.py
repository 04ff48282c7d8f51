"""Sentences about a calibration error with several numbers of bins, chosen by its intervals."""

from collections.abc import Mapping

from calibrant.report.shapes import Scalar

__all__ = ["binnings_told"]


def binnings_told(errors: Mapping[int, Scalar]) -> str:
    """Sentence on whether the error lies above its noise floor whatever the number of bins.

    The floor is what a perfectly calibrated model would show; only an interval wholly above it
    is evidence of miscalibration.
    """
    known = {n: one for n, one in errors.items() if one.low is not None and one.floor is not None}
    if not known:
        return "Without intervals and noise floors there is no verdict."
    above = [n for n, one in known.items() if (one.low or 0.0) > (one.floor or 0.0)]
    if len(above) == len(known):
        return (
            f"With every number of bins, {min(known)} to {max(known)}, the interval lies above the "
            "noise floor: the miscalibration does not hang on the bins."
        )
    if not above:
        return (
            f"With no number of bins, {min(known)} to {max(known)}, does the interval lie above "
            "the noise floor: no evidence of miscalibration beyond chance."
        )
    named = ", ".join(map(str, above))
    return (
        f"With {named} bins the interval lies above the noise floor, with "
        f"{', '.join(str(n) for n in known if n not in above)} it does not: what is found hangs "
        "on the bins."
    )
