"""Numbers that a plan is asked for, checked."""

from numbers import Integral, Real

from calibrant.errors import InputError

__all__ = ["checked_number", "checked_rows", "checked_share"]


def checked_number(
    argument: str, value: object, rule: str, between: tuple[float, float], remedy: str
) -> float:
    """The value as a plain float; raises `InputError` unless it lies between two numbers."""
    low, high = between
    if isinstance(value, bool) or not isinstance(value, Real) or not low < float(value) < high:
        raise InputError(argument, rule, f"{value!r}", remedy)
    return float(value)


def checked_rows(argument: str, value: object) -> int:
    """The value as a plain int; raises `InputError` unless it is a whole number of 2 or more."""
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < 2:
        rule = "be a whole number, 2 or more"
        raise InputError(argument, rule, f"{value!r}", "Pass a number of rows.")
    return int(value)


def checked_share(value: object) -> float:
    """The value as a plain float; raises `InputError` unless it is a proportion."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= float(value) <= 1:
        raise InputError("share", "lie in [0, 1]", f"{value!r}", "0.5 needs the most rows.")
    return float(value)
