"""Rules for the settings of metrics, checked when they are made."""

from numbers import Real

from calibrant.errors import InputError
from calibrant.statistics.limits import check_cells

__all__ = ["check_bins", "check_choice", "check_view", "checked_level"]


def check_choice(argument: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise unless `value` is one of `choices`."""
    if value not in choices:
        remedy = f"Choose {', '.join(choices[:-1])} or {choices[-1]}."
        raise InputError(argument, "be a known choice", f"{value!r}", remedy)


def check_bins(n_bins: object) -> None:
    """Raise unless there is a whole number of bins, from one to a million."""
    check_cells("n_bins", n_bins)


def checked_level(level: object) -> float:
    """Coverage as a plain float; raises unless it lies between 0 and 1."""
    if not isinstance(level, Real) or not 0 < float(level) < 1:
        raise InputError("level", "lie between 0 and 1", f"{level!r}", "0.95 is customary.")
    return float(level)


def check_view(view: object) -> None:
    """Raise unless the view is one that rows have."""
    check_choice("view", view, ("top_label", "positive"))
