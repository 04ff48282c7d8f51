"""Rules for the settings of metrics, checked when they are made."""

from numbers import Integral, Real

from calibrant.errors import InputError

__all__ = ["check_bins", "check_choice", "check_level", "check_view"]


def check_choice(argument: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise unless `value` is one of `choices`."""
    if value not in choices:
        remedy = f"Choose {', '.join(choices[:-1])} or {choices[-1]}."
        raise InputError(argument, "be a known choice", f"{value!r}", remedy)


def check_bins(n_bins: object) -> None:
    """Raise unless there is a whole number of bins, at least one."""
    if n_bins is True or not isinstance(n_bins, Integral) or int(n_bins) < 1:
        rule = "be a whole number, at least 1"
        raise InputError("n_bins", rule, f"{n_bins!r}", "15 is customary.")


def check_level(level: object) -> None:
    """Raise unless the coverage lies between 0 and 1."""
    if not isinstance(level, Real) or not 0 < float(level) < 1:
        raise InputError("level", "lie between 0 and 1", f"{level!r}", "0.95 is customary.")


def check_view(view: object) -> None:
    """Raise unless the view is one that rows have."""
    check_choice("view", view, ("top_label", "positive"))
